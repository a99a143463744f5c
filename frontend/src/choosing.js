// A list to choose from: <form data-many> with [data-all], checkboxes named "case", and [data-chosen] that tells how many there are.
// With Shift held, everything between two boxes follows the second.
let last;

const boxes = (form) => [...form.querySelectorAll('input[name="case"]')];

function tell(form) {
  const chosen = boxes(form).filter((box) => box.checked).length;
  form.querySelector("[data-chosen]").hidden = chosen === 0;
  form.querySelector("[data-count]").textContent = chosen;
  const all = form.querySelector("[data-all]");
  all.checked = chosen > 0 && chosen === boxes(form).length;
  all.indeterminate = chosen > 0 && !all.checked;
}

document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-many]");
  if (!form || event.target.type !== "checkbox") return;
  const all = boxes(form);
  if (event.target.matches("[data-all]")) {
    for (const box of all) box.checked = event.target.checked;
  } else if (event.shiftKey && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((one, two) => one - two);
    for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
  }
  last = event.target;
  tell(form);
});
