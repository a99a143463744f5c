// What is booked without a connection is kept on this device and sent when it is back: <form data-keeps="R-2026-000042"> posts to its
// hx-post address; its hidden "operation" makes sending it twice harmless. What the server refuses later stays, with its reason.
import htmx from "htmx.org";
import { saleorApiUrl } from "./host.js";
import { currentToken, whenUsable } from "./token.js";
import { calm } from "./trouble.js";

const SHELF = `returns-kept:${saleorApiUrl}`;
const AGAIN = 4_000; // milliseconds between tries
let sending = false;

function read() {
  try {
    return JSON.parse(localStorage.getItem(SHELF)) ?? [];
  } catch {
    return [];
  }
}

function write(kept) {
  try {
    localStorage.setItem(SHELF, JSON.stringify(kept));
    return true;
  } catch {
    return false; // no place on this device: the form stays as it is, and the page says that there is no connection
  }
}

function tell() {
  const box = document.querySelector("[data-kept]");
  if (!box) return;
  const kept = read();
  box.hidden = kept.length === 0;
  box.querySelector("[data-kept-forget]").hidden = kept.every((one) => !one.why);
  box.querySelector("[data-kept-count]").textContent = kept.map((one) => one.number + (one.why ? ` (${one.why})` : "")).join(", ");
}

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    const form = detail.elt.closest?.("form[data-keeps]");
    if (!form) return;
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const one = { number: form.dataset.keeps, address: form.getAttribute("hx-post"), body: new URLSearchParams(fields).toString() };
    if (!write([...read(), one])) return;
    calm();
    // The parcel is done with: the bench is free, though this page cannot be drawn anew.
    form.closest("section").remove();
    tell();
    document.getElementById("scan")?.focus();
  });
}

/** Send what is kept, the oldest first; stops at the first that does not get through. */
async function send() {
  if (sending || !read().length) return;
  sending = true;
  let arrived = false;
  try {
    for (const one of read().filter((each) => !each.why)) {
      await whenUsable();
      const headers = {
        "authorization-bearer": currentToken(),
        "saleor-api-url": saleorApiUrl,
        "content-type": "application/x-www-form-urlencoded",
        "hx-request": "true",
      };
      const answer = await fetch(one.address, { method: "POST", headers, body: one.body });
      if (answer.status >= 500 || answer.status === 401 || answer.status === 429) break;
      const why = answer.ok ? "" : reason(await answer.text());
      write(read().flatMap((each) => (each.body !== one.body ? [each] : why ? [{ ...each, why }] : [])));
      arrived ||= answer.ok;
    }
  } catch {
    // Still no connection.
  } finally {
    sending = false;
    tell();
  }
  if (arrived) htmx.trigger(document.body, "bookings:stale");
}

/** The sentence of a page that refuses. */
function reason(text) {
  const { body } = new DOMParser().parseFromString(text, "text/html");
  const said = body.querySelector(".error, .clash p, .note p") ?? body.querySelector("p");
  return said?.textContent.trim().replace(/\s+/g, " ").slice(0, 200) || "?";
}

document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-kept-forget]")) return;
  write(read().filter((one) => !one.why));
  tell();
});

window.addEventListener("online", send);
setInterval(send, AGAIN);
document.addEventListener("htmx:afterSettle", tell);
send();
