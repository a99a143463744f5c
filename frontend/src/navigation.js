// Moving about: links and forms load into #main, the Dashboard keeps the address, and the browser's “back” works.
import htmx from "htmx.org";
import { actions } from "@saleor/app-sdk/app-bridge";
import { framed, kind, ownAddress, tell, whenLanguageChanges } from "./host.js";
import { ask, whenUsable } from "./token.js";
import { complain } from "./trouble.js";

const page = document.documentElement;
const main = document.getElementById("main");
const PATIENCE = 8_000; // milliseconds until we say that nobody told us who is there
let shown = "";

function load(address) {
  shown = address;
  htmx.ajax("get", address, { target: main, swap: "innerHTML show:window:top" });
}

// Plain links and forms are enough: htmx takes them over, and their answers go into #main.
document.body.setAttribute("hx-boost", "true");
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === document.body) detail.target = main;
});

// Of two moves the later one counts: an answer that comes late must not take the page back.
let moving;
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { target, requestConfig, xhr } = detail;
  if (requestConfig.verb !== "get" || (target !== main && target !== document.body)) return;
  moving?.abort();
  moving = xhr;
});

// The Dashboard keeps the address, relative to the app's own, so that a reload or a copied link shows the same page.
document.addEventListener("htmx:pushedIntoHistory", ({ detail }) => {
  shown = detail.path;
  if (kind !== "page") return;
  const base = page.dataset.base ?? "";
  tell(actions.UpdateRouting({ newRoute: detail.path.startsWith(base) ? detail.path.slice(base.length) : detail.path }));
});

// htmx would ask for the page itself, without the token.
document.addEventListener("htmx:historyCacheMiss", (event) => event.preventDefault());
window.addEventListener("popstate", () => {
  const address = location.pathname + location.search;
  if (address !== shown) load(address);
});

// After a new page the keyboard and the screen reader go on where it begins, or where the page says.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  document.querySelectorAll("dialog[data-shown]:not([open])").forEach((dialog) => dialog.showModal());
  const title = detail.elt.querySelector?.("[data-title]")?.dataset.title;
  if (title) document.title = title;
  const wanted = detail.elt.querySelector?.("[autofocus], [data-focus]");
  if (wanted) wanted.focus();
  else if (detail.elt === main && (document.activeElement === document.body || !document.activeElement)) main.focus({ preventScroll: true });
});

export async function begin() {
  shown = main.dataset.load || ownAddress();
  // Out of the frame's address with what belongs to the Dashboard: pages of ours must not hand it on.
  history.replaceState(history.state, "", ownAddress());
  const nobody = () => {
    main.replaceChildren(); // nothing is loading
    complain(page.dataset.outside);
  };
  if (!framed) return nobody();
  const late = setTimeout(nobody, PATIENCE);
  ask();
  await whenUsable();
  clearTimeout(late);
  // The language follows the handshake at once; asking first would show the page twice.
  await new Promise((resolve) => setTimeout(resolve, 30));
  whenLanguageChanges(() => load(shown));
  load(shown);
}
