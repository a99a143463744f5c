// What the server wishes to happen around the page, by the HX-Trigger header: JSON of names and details (ASCII, as json.dumps writes it).
// All of it may arrive twice without harm.
import { actions } from "@saleor/app-sdk/app-bridge";
import { tell } from "./host.js";

const wishes = {
  "saleor:notify": ({ status = "success", title, text = "" }) => actions.Notification({ status, title, text }),
  "saleor:refresh": () => actions.RefreshEntity(),
  "saleor:redirect": ({ to, newContext = false }) => actions.Redirect({ to, newContext }),
  "saleor:close-popup": () => actions.PopupClose(),
};

for (const [name, action] of Object.entries(wishes)) {
  document.addEventListener(name, ({ detail }) => tell(action(detail ?? {})));
}
