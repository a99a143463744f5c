// The Dashboard around this frame: what it says in the address, the bridge to it, its theme and language.
import { AppBridge } from "@saleor/app-sdk/app-bridge";

const page = document.documentElement;

// Everything the Dashboard adds to an address; what is left is the page's own. It may send a parameter twice.
const ITS_OWN = /^(id|domain|saleorApiUrl|theme|locale|appParams|featureFlags\b.*)$/;
const query = new URLSearchParams(location.search);
const first = (name) => query.getAll(name).find(Boolean) ?? "";

/** A value for as long as the tab lives; a browser that forbids storage only forgets it when the frame is reloaded. */
function kept(name, value) {
  try {
    if (value) sessionStorage.setItem(`returns.${name}`, value);
    return value || sessionStorage.getItem(`returns.${name}`) || "";
  } catch {
    return value;
  }
}

export const saleorApiUrl = kept("saleorApiUrl", first("saleorApiUrl"));
export const framed = window.parent !== window;
/** "page", "widget" or "popup": only a page's address belongs into the Dashboard's. */
export const kind = "widget" in document.body.dataset ? "widget" : "popup" in document.body.dataset ? "popup" : "page";

function wear(theme) {
  page.dataset.theme = theme === "dark" ? "dark" : "light";
}
wear(kept("theme", first("theme")));

const bridge = new AppBridge({ autoNotifyReady: false, saleorApiUrl, initialTheme: page.dataset.theme });

/** Say something to the Dashboard. One too old to know the message, or none at all, is no reason to fail. */
export const tell = (action) => bridge.dispatch(action).catch(() => {});
export const hear = (type, callback) => bridge.subscribe(type, callback);

hear("theme", ({ theme }) => wear(kept("theme", theme)));

let language = kept("locale", first("locale"));
const onLanguage = [];
export const locale = () => language;
export const whenLanguageChanges = (callback) => onLanguage.push(callback);
hear("localeChanged", (payload) => {
  if (!payload.locale || payload.locale === language) return;
  language = kept("locale", payload.locale);
  page.lang = language;
  onLanguage.forEach((callback) => callback());
});

/** The page's own address, without what the Dashboard added. */
export function ownAddress() {
  const own = new URLSearchParams([...new URLSearchParams(location.search)].filter(([name]) => !ITS_OWN.test(name)));
  return location.pathname + (own.size ? `?${own}` : "");
}
