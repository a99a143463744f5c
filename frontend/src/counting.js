// Counting a parcel: the condition suggests what becomes of it, a refusal asks for its reason, and a line can be split.
const place = (node) => node.closest("[data-found]");

function follow(row) {
  const refused = row.closest("[data-refused]").dataset.refused.split(" ");
  row.querySelector("[data-refusal]").hidden = !refused.includes(row.querySelector("[data-outcome]").value);
}

document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-grade]")) {
    const usual = JSON.parse(target.closest("[data-usual]").dataset.usual);
    place(target).querySelector("[data-outcome]").value = usual[target.value];
  }
  if (target.matches?.("[data-grade], [data-outcome]")) follow(place(target));
});

document.addEventListener("click", ({ target }) => {
  const more = target.closest?.("[data-another]");
  if (!more) return;
  const rows = [...more.closest("fieldset").querySelectorAll("[data-found]")];
  const next = rows.find((row) => row.hidden);
  if (!next) return;
  next.hidden = false;
  // One of the units before is the one that differs.
  const [first] = rows[0].querySelectorAll("input[type=number]");
  const [own] = next.querySelectorAll("input[type=number]");
  if (!own.value && Number(first.value) > 0) {
    own.value = 1;
    first.value = Number(first.value) - 1;
  }
  more.hidden = rows.every((row) => !row.hidden);
  next.querySelector("[data-grade]").focus();
});
