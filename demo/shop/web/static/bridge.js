// The Dashboard's side of the AppBridge: opens app frames, hands them tokens, does what they ask.
// Frames are told apart by their origin only, as in the real Dashboard: two frames of one app both get every answer.
const host = JSON.parse(document.getElementById("host").textContent);
const SANDBOX = "allow-same-origin allow-forms allow-scripts allow-downloads allow-popups";
const REFRESH_BEFORE = 30_000; // ms before a token's end at which a new one is fetched
const SECOND_REQUEST = 25; // ms: every frame is requested twice, the first time without the theme
const WIDGET_LIMIT = 5000; // px
const frames = new Set();

const theme = () => document.documentElement.dataset.theme;
const encode = (params) => params.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
const originOf = (frame) => new URL(frame.base).origin;
const expiry = (token) => (token ? JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp * 1000 : 0);

function address(frame, withTheme) {
  const common = [["domain", host.domain], ["saleorApiUrl", host.apiUrl], ["id", frame.app]];
  const flags = [["featureFlags[new_order_ui][enabled]", "false"], ["featureFlags[new_order_ui][payload]", "default"]];
  const shown = withTheme ? [["theme", theme()]] : [];
  // A widget gets the common parameters twice, because two layers of the Dashboard add them.
  const twice = frame.target === "WIDGET" ? [...common, ...common] : common;
  const query = encode([...twice, ...Object.entries(frame.params), ...flags, ...shown]);
  const own = location.search.slice(1);
  return `${frame.base}${frame.base.includes("?") ? "&" : "?"}${own ? `${own}&` : ""}${query}`;
}

function post(frame, type, payload) {
  frame.element.contentWindow?.postMessage({ type, payload }, originOf(frame));
}

async function fetchToken(frame) {
  const answer = await fetch(host.tokenUrl, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ app: frame.app, extension: frame.extension }),
  });
  return (await answer.json()).token;
}

function handshake(frame) {
  post(frame, "handshake", { token: frame.token, version: 1, saleorVersion: host.saleorVersion, dashboardVersion: host.dashboardVersion });
  if (frame.greeted) return;
  frame.greeted = true;
  post(frame, "localeChanged", { locale: document.documentElement.lang });
  post(frame, "theme", { theme: theme() });
  post(frame, "redirect", { path: location.pathname });
}

async function refreshToken(frame) {
  frame.token = await fetchToken(frame);
  post(frame, "tokenRefresh", { token: frame.token });
  schedule(frame);
}

function schedule(frame) {
  clearTimeout(frame.timer);
  if (!frame.token) return;
  frame.timer = setTimeout(() => refreshToken(frame), Math.max(expiry(frame.token) - Date.now() - REFRESH_BEFORE, REFRESH_BEFORE));
}

async function openFrame(place) {
  const { app, extension, target, src, method, params, title } = place.dataset;
  const frame = { app, extension, target, base: src, params: JSON.parse(params || "{}"), greeted: false };
  frame.element = Object.assign(document.createElement("iframe"), { title: title || "App", name: `ext-frame-${extension ?? app}` });
  frame.element.setAttribute("sandbox", SANDBOX);
  frame.token = await fetchToken(frame);
  frames.add(frame);
  place.replaceChildren(frame.element);
  if (method === "POST") return submitForm(frame, place);
  frame.element.addEventListener("load", () => handshake(frame));
  frame.element.src = address(frame, false);
  setTimeout(() => { frame.greeted = false; frame.element.src = address(frame, true); }, SECOND_REQUEST);
  schedule(frame);
  return frame;
}

// A POST widget gets its token as a form field; there is no handshake, no theme and no locale.
function submitForm(frame, place) {
  const form = Object.assign(document.createElement("form"), { method: "POST", action: frame.base, hidden: true });
  form.target = frame.element.name;
  const fields = { saleorApiUrl: host.apiUrl, accessToken: frame.token, appId: frame.app, ...frame.params };
  for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { name, value }));
  place.append(form);
  form.submit();
  return frame;
}

function toast({ status = "info", title = "", text = "" }) {
  const box = document.createElement("div");
  box.className = `toast ${status}`;
  box.setAttribute("role", status === "error" ? "alert" : "status");
  const head = Object.assign(document.createElement("b"), { textContent: title || status });
  box.append(head, Object.assign(document.createElement("span"), { textContent: text }));
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), 6000);
}

async function refreshEntity() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  for (const part of document.querySelectorAll("[data-entity]")) {
    const fresh = page.querySelector(`[data-entity="${part.dataset.entity}"]`);
    if (fresh) part.replaceWith(fresh);
  }
}

function redirect({ to, newContext }) {
  if (to.startsWith("/")) {
    if (newContext) window.open(host.mount + to);
    else location.assign(host.mount + to);
    return true;
  }
  if (newContext) window.open(to);
  else if (!window.confirm("You are about to leave the Dashboard. Do you want to continue?")) return false;
  else location.assign(to);
  return true;
}

function openPopup(extension, params) {
  const dialog = document.getElementById("popup");
  dialog.querySelector("h2").textContent = extension.label;
  const place = document.createElement("div");
  place.className = "frame";
  Object.assign(place.dataset, {
    app: extension.app, extension: extension.id, target: "POPUP", src: extension.url, params: JSON.stringify(params), title: extension.label,
  });
  dialog.querySelector(".inside").replaceChildren(place);
  dialog.showModal();
  return openFrame(place);
}

function closePopup() {
  for (const frame of frames) if (frame.target === "POPUP") { clearTimeout(frame.timer); frames.delete(frame); }
  const dialog = document.getElementById("popup");
  dialog.querySelector(".inside").replaceChildren();
  if (dialog.open) dialog.close();
}

function popupFromWidget(frame, { extensionIdentifier, appParams }) {
  const found = host.popups.find((each) => each.app === frame.app && each.identifier === extensionIdentifier);
  if (frame.target !== "WIDGET" || !found) return false;
  openPopup(found, appParams ? { appParams } : {}); // the order's id is not passed on
  return true;
}

const ACTIONS = {
  notifyReady(frame) { handshake(frame); return true; },
  notification(_frame, payload) { toast(payload); return true; },
  redirect(_frame, payload) { return redirect(payload); },
  updateRouting(frame, { newRoute }) {
    history.pushState(null, "", `${host.mount}/extensions/app/${encodeURIComponent(frame.app)}/${newRoute.replace(/^\//, "")}`);
    return true;
  },
  widgetResize(frame, { height }) {
    if (Number.isFinite(height) && height > 0) frame.element.style.height = `${Math.min(Math.ceil(height), WIDGET_LIMIT)}px`;
    return true;
  },
  refreshEntity() { refreshEntity(); return true; },
  popupClose() { closePopup(); return true; },
  openPopup(frame, payload) { return popupFromWidget(frame, payload); },
  requestPermissions() { return false; },
};

window.addEventListener("message", (event) => {
  const { type, payload } = event.data ?? {};
  if (!type || !payload?.actionId) return;
  for (const frame of [...frames]) {
    if (originOf(frame) !== event.origin) continue;
    const action = ACTIONS[type];
    if (!action) { console.warn(`${type} action is invalid.`, payload); continue; }
    post(frame, "response", { actionId: payload.actionId, ok: action(frame, payload) });
  }
});

function setTheme(value) {
  document.documentElement.dataset.theme = value;
  localStorage.setItem("demo-dashboard-theme", value);
  for (const frame of frames) post(frame, "theme", { theme: value });
}

document.getElementById("theme").addEventListener("click", () => setTheme(theme() === "dark" ? "light" : "dark"));
document.getElementById("staff").addEventListener("change", (event) => event.target.form.submit());
document.querySelector("#popup button").addEventListener("click", closePopup);
document.getElementById("popup").addEventListener("close", closePopup);
document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-popup]");
  if (opener) {
    opener.closest("details")?.removeAttribute("open");
    openPopup(host.popups.find((each) => each.id === opener.dataset.popup), JSON.parse(opener.dataset.params));
  }
  const action = event.target.closest("[data-act]");
  if (action) {
    await fetch(action.dataset.act, { method: "POST", headers: { "content-type": "application/json" }, body: action.dataset.body || "{}" });
    refreshEntity();
  }
});
for (const place of document.querySelectorAll(".frame")) openFrame(place);

window.demoHost = { frames, refreshTokens: () => Promise.all([...frames].map(refreshToken)), setTheme }; // for tests
