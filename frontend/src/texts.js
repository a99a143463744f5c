// Text in and out of fields:
//   data-saves="id" data-name data-kind   a field's text as a file; made here, since a plain download could not carry the token
//   data-reads="id"                       a chosen file's text into a field
//   data-adds="name" data-line="text"     one more line in the field of that name
document.addEventListener("click", ({ target }) => {
  const saver = target.closest?.("[data-saves]");
  if (saver) save(saver);
  const adder = target.closest?.("[data-adds]");
  if (adder) add(adder);
});

function save({ dataset }) {
  const blob = new Blob([document.getElementById(dataset.saves).value], { type: dataset.kind });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: dataset.name });
  link.setAttribute("hx-boost", "false");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function add({ dataset, parentElement }) {
  const field = parentElement.closest("form").elements[dataset.adds];
  const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!lines.includes(dataset.line)) lines.push(dataset.line);
  field.value = lines.join("\n");
  field.rows = Math.max(field.rows, lines.length + 1);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("change", async ({ target }) => {
  if (!target.dataset?.reads || !target.files?.length) return;
  document.getElementById(target.dataset.reads).value = await target.files[0].text();
});
