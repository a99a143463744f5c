// The one box that says that something did not work, above the page, so that nothing typed is lost.
const box = document.getElementById("trouble");

export function complain(text) {
  if (!box || !text) return;
  box.querySelector("[data-text]").textContent = text;
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

export function calm() {
  if (box) box.hidden = true;
}
