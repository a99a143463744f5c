// Small behaviours that pages ask for by attributes:
//   data-dashboard-path="/orders/…"  a link into the Dashboard itself
//   data-opens="id", data-closes      a dialog, since the frame's sandbox has no confirm()
//   data-copies="text"                into the clipboard; data-copied is what the button says for a moment
//   data-picks="id"                   a colour picker beside a text field: what is said in one shows in the other
import { actions } from "@saleor/app-sdk/app-bridge";
import { tell } from "./host.js";

const behaviours = {
  "[data-dashboard-path]": (link, event) => {
    tell(actions.Redirect({ to: link.dataset.dashboardPath, newContext: event.ctrlKey || event.metaKey }));
  },
  "[data-opens]": (opener) => document.getElementById(opener.dataset.opens)?.showModal(),
  "[data-closes]": (closer) => closer.closest("dialog")?.close(),
  "[data-copies]": async (copier) => {
    if (!(await copied(copier.dataset.copies)) || !copier.dataset.copied) return;
    const label = copier.textContent;
    if (label === copier.dataset.copied) return;
    copier.textContent = copier.dataset.copied;
    setTimeout(() => { copier.textContent = label; }, 2_000);
  },
};

// Before htmx, which would load a link's address.
document.addEventListener("click", (event) => {
  for (const [selector, behave] of Object.entries(behaviours)) {
    const element = event.target.closest?.(selector);
    if (!element) continue;
    event.preventDefault();
    event.stopPropagation();
    behave(element, event);
    return;
  }
}, true);

document.addEventListener("input", ({ target }) => {
  if (target.dataset.picks) {
    document.getElementById(target.dataset.picks).value = target.value;
    return;
  }
  const picker = target.id && document.querySelector(`[data-picks="${CSS.escape(target.id)}"]`);
  if (picker && /^#[0-9a-f]{6}$/i.test(target.value.trim())) picker.value = target.value.trim();
});

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A frame of another origin may not use the clipboard without its host's leave; selecting and copying is allowed.
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
