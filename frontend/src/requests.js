// Every request carries the person's token, waits for it if need be, goes out once, and never leaves an answer that cannot be shown unsaid.
import htmx from "htmx.org";
import { locale, saleorApiUrl } from "./host.js";
import { currentToken, isUsable, renewed, whenUsable } from "./token.js";
import { calm, complain } from "./trouble.js";

const page = document.documentElement;

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false, // would be an inline style; the pages' content policy has none
  historyCacheSize: 0, // pages hold people's data: they are asked for again, not kept in the browser
  scrollBehavior: "instant",
  timeout: 60_000, // longer than the app waits for Saleor
  // A refusal is a page too: it says what to do and keeps what was typed. What is no page at all is sorted out below.
  responseHandling: [{ code: "204", swap: false }, { code: ".*", swap: true }],
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["authorization-bearer"] = currentToken();
  detail.headers["saleor-api-url"] = saleorApiUrl;
  if (locale()) detail.headers["accept-language"] = locale();
});

// ---- once: what waits for the token or for its answer is not sent a second time ----

const held = new Map();
const running = new WeakSet();

document.addEventListener("htmx:confirm", (event) => {
  const { elt, verb, issueRequest } = event.detail;
  const writes = verb !== "get";
  if (writes && (running.has(elt) || held.has(elt))) {
    event.preventDefault();
    return;
  }
  if (isUsable()) return;
  event.preventDefault();
  const alreadyWaits = held.has(elt);
  held.set(elt, issueRequest); // of several readings of one element the last one counts
  if (alreadyWaits) return;
  whenUsable().then(() => {
    const issue = held.get(elt);
    held.delete(elt);
    issue(true);
  });
});

const pressed = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { elt, requestConfig } = detail;
  running.add(elt);
  const event = requestConfig.triggeringEvent;
  if (!event?.isTrusted) return; // a page that refreshes itself is no work of the reader's
  calm();
  page.classList.add("busy");
  const button = event.submitter ?? (elt.matches("button") ? elt : null);
  button?.setAttribute("aria-busy", "true");
  pressed.set(detail.xhr, button);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  running.delete(detail.elt);
  if (!pressed.has(detail.xhr)) return;
  page.classList.remove("busy");
  pressed.get(detail.xhr)?.removeAttribute("aria-busy");
});

// ---- answers ----

const tried = new WeakSet();

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  const { xhr, requestConfig } = detail;
  const reads = requestConfig.verb === "get";
  if (xhr.status === 401) {
    const again = reads && !tried.has(detail.elt);
    detail.shouldSwap = reads && !again; // a second refusal says in its own words why
    if (again) readAgain(detail);
    else if (!reads) signedOut();
    return;
  }
  tried.delete(detail.elt);
  const type = xhr.getResponseHeader("content-type") ?? "";
  const ours = type.startsWith("text/html") && !/^\s*<(!doctype|html)/i.test(xhr.responseText);
  const keepsTyped = reads || xhr.status < 500 || xhr.getResponseHeader("hx-retarget");
  if (xhr.status === 204 || (ours && keepsTyped)) return;
  detail.shouldSwap = false;
  complain(ours ? textOf(xhr.responseText) : (titleOf(xhr) ?? page.dataset.offline));
});

document.addEventListener("htmx:sendError", () => complain(page.dataset.offline));
document.addEventListener("htmx:timeout", () => complain(page.dataset.offline));

/** What only reads is asked again with the next token; what writes is the person's to send again. */
async function readAgain({ elt, target, requestConfig }) {
  tried.add(elt);
  if (!(await renewed())) return complain(page.dataset.signedOut);
  htmx.ajax("get", requestConfig.path, { source: elt, target, swap: elt.getAttribute("hx-swap") ?? undefined });
}

function signedOut() {
  complain(page.dataset.signedOut);
  renewed();
}

/** The sentence of a page that only refuses: its paragraph, else all of it. */
function textOf(fragment) {
  const { body } = new DOMParser().parseFromString(fragment, "text/html");
  return (body.querySelector("p") ?? body).textContent.trim().replace(/\s+/g, " ");
}

/** The sentence of an answer as of RFC 9457. */
function titleOf(xhr) {
  try {
    return JSON.parse(xhr.responseText).title;
  } catch {
    return undefined;
  }
}
