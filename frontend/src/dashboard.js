// Joins htmx and the Dashboard's app bridge: the token goes into a header of every request, the theme onto the page.
import htmx from "htmx.org";
import { actions, AppBridge } from "@saleor/app-sdk/app-bridge";

const page = document.documentElement;
const query = new URLSearchParams(location.search);
// The Dashboard may send a parameter twice.
const first = (name) => query.getAll(name).find(Boolean) ?? "";
const saleorApiUrl = first("saleorApiUrl");
const bridge = new AppBridge({ autoNotifyReady: true, saleorApiUrl, initialTheme: first("theme") === "dark" ? "dark" : "light" });

const send = (action) => bridge.dispatch(action).catch(() => {});
const wear = (theme) => {
  page.dataset.theme = theme === "dark" ? "dark" : "light";
  page.style.colorScheme = page.dataset.theme;
};
wear(first("theme"));
bridge.subscribe("theme", ({ theme }) => wear(theme));

let locale = first("locale");
bridge.subscribe("localeChanged", (payload) => { locale = payload.locale; page.lang = locale; });

// ---- the token -------------------------------------------------------------------------------------------------------

let token = "";
const waiting = [];
const take = (fresh) => {
  if (!fresh) return;
  token = fresh;
  waiting.splice(0).forEach((go) => go());
};
bridge.subscribe("handshake", (payload) => take(payload.token));
bridge.subscribe("tokenRefresh", (payload) => take(payload.token));
take(bridge.getState().token);

const whenSignedIn = (go) => (token ? go() : waiting.push(go));

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["authorization-bearer"] = token;
  detail.headers["saleor-api-url"] = saleorApiUrl;
  if (locale) detail.headers["accept-language"] = locale;
});

// Nothing is asked before the Dashboard has said who is there; what was asked meanwhile goes out then.
document.addEventListener("htmx:confirm", (event) => {
  if (token) return;
  event.preventDefault();
  whenSignedIn(() => event.detail.issueRequest(true));
});

// ---- answers ---------------------------------------------------------------------------------------------------------

htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = false;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.scrollBehavior = "instant";
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "401", swap: false, error: true },
  // A refusal is a page too: it says what to do and keeps what was typed.
  { code: ".*", swap: true },
];

const complain = (text) => {
  const box = document.getElementById("trouble");
  if (!box) return;
  box.querySelector("[data-text]").textContent = text;
  box.hidden = false;
};
const calm = () => { const box = document.getElementById("trouble"); if (box) box.hidden = true; };

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  calm();
  page.classList.add("busy");
  detail.elt.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  page.classList.remove("busy");
  detail.elt.removeAttribute("aria-busy");
  if (detail.xhr?.status === 401) renew(detail);
});
document.addEventListener("htmx:sendError", () => complain(page.dataset.offline));
document.addEventListener("htmx:timeout", () => complain(page.dataset.offline));

// An expired token: the Dashboard sends a new one within the minute. What only reads is asked again by itself.
let renewals = 0;
function renew({ requestConfig, elt }) {
  if (requestConfig.verb !== "get" || renewals >= 3) return complain(page.dataset.signedOut);
  renewals += 1;
  token = "";
  send({ type: "notifyReady", payload: { actionId: crypto.randomUUID() } });
  whenSignedIn(() => { renewals = 0; htmx.ajax("get", requestConfig.path, { source: elt, target: requestConfig.target, swap: elt.getAttribute("hx-swap") ?? "innerHTML" }); });
}

document.addEventListener("saleor:notify", ({ detail }) => send(actions.Notification({ status: detail.status ?? "success", title: detail.title, text: detail.text ?? "" })));
document.addEventListener("saleor:refresh", () => send(actions.RefreshEntity ? actions.RefreshEntity() : { type: "refreshEntity", payload: { actionId: crypto.randomUUID() } }));
document.addEventListener("saleor:redirect", ({ detail }) => send(actions.Redirect({ to: detail.to, newContext: Boolean(detail.newContext) })));
document.addEventListener("saleor:close-popup", () => send({ type: "popupClose", payload: { actionId: crypto.randomUUID() } }));

// Links into the Dashboard, and dialogs: the frame's sandbox has no window.confirm.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dashboard-path]");
  if (link) {
    event.preventDefault();
    send(actions.Redirect({ to: link.dataset.dashboardPath, newContext: event.ctrlKey || event.metaKey }));
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) { event.preventDefault(); closer.closest("dialog")?.close(); }
  const copier = event.target.closest("[data-copies]");
  if (copier) navigator.clipboard?.writeText(copier.dataset.copies).then(() => { copier.dataset.done = "true"; }, () => {});
});

// The Dashboard keeps the app's address, so that a reload shows the same page.
document.addEventListener("htmx:pushedIntoHistory", ({ detail }) => send(actions.UpdateRouting({ newRoute: detail.path })));

// ---- after each swap: focus where the reader goes on ------------------------------------------------------------------

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const wanted = detail.elt.querySelector?.("[data-focus], [autofocus]");
  if (wanted) wanted.focus({ preventScroll: false });
  const title = detail.elt.querySelector?.("[data-title]")?.dataset.title;
  if (title) document.title = title;
});

// ---- widgets: as high as what they show --------------------------------------------------------------------------------

if (document.body.dataset.widget !== undefined) {
  const tell = () => send({ type: "widgetResize", payload: { actionId: crypto.randomUUID(), height: Math.ceil(document.body.getBoundingClientRect().height) } });
  new ResizeObserver(tell).observe(document.body);
}

// ---- begin ---------------------------------------------------------------------------------------------------------------

const main = document.getElementById("main");
if (main?.dataset.load) whenSignedIn(() => htmx.ajax("get", main.dataset.load, { target: "#main", swap: "innerHTML" }));
setTimeout(() => { if (!token) complain(page.dataset.outside); }, 8000);
window.addEventListener("popstate", () => htmx.ajax("get", location.pathname + location.search, { target: "#main", swap: "innerHTML" }));
