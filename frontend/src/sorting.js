// Lists that people put in order by dragging: <ol data-sorts="/address" data-group data-revision> of <li data-sorted="id">, each with a
// [data-handle]. Where the item is let go, its new neighbour goes to the server, whose answer takes the place of the list. The keyboard
// has buttons of its own.
import htmx from "htmx.org";

let drag;

document.addEventListener("pointerdown", (event) => {
  const handle = event.button === 0 && event.target.closest?.("[data-handle]");
  const item = handle && handle.closest("[data-sorted]");
  if (!item) return;
  event.preventDefault();
  const list = item.closest("[data-sorts]");
  drag = { item, list, from: item.nextElementSibling, pointer: event.pointerId, startY: event.clientY };
  handle.setPointerCapture(event.pointerId);
  item.classList.add("dragged");
  list.classList.add("sorting");
});

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { item, list } = drag;
  const all = [...list.children];
  const at = all.indexOf(item);
  const next = all.find((other) => {
    const { top, height } = other.getBoundingClientRect();
    return other !== item && event.clientY < top + height / 2;
  });
  const to = next ? all.indexOf(next) : all.length;
  // Moving the item in the page would let go of the pointer: its neighbours move around it instead.
  if (to < at) item.after(...all.slice(to, at));
  else item.before(...all.slice(at + 1, to));
});

function finish(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { item, list, from } = drag;
  drag = undefined;
  item.classList.remove("dragged");
  list.classList.remove("sorting");
  const below = item.nextElementSibling;
  if (below === from) return;
  const above = item.previousElementSibling;
  const place = below ? { before: below.dataset.sorted } : { after: above.dataset.sorted };
  const values = { rule: item.dataset.sorted, group: list.dataset.group, revision: list.dataset.revision, way: "up", ...place };
  htmx.ajax("post", list.dataset.sorts, { source: list, target: "#rules", swap: "outerHTML", values });
}
document.addEventListener("pointerup", finish);
document.addEventListener("pointercancel", finish);
