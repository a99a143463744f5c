// The person's token: it comes by message, lives for five minutes, and is renewed by the Dashboard half a minute before its end.
import { actions } from "@saleor/app-sdk/app-bridge";
import { hear, tell } from "./host.js";

const SPARE = 5_000; // milliseconds a token must still live to be worth sending
let token = "";
let refused = "";
let clockIsOff = false;
let waiting = [];

function endOf(jwt) {
  try {
    return JSON.parse(atob(jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp * 1000;
  } catch {
    return 0;
  }
}

function take({ token: fresh }) {
  if (!fresh || fresh === token) return; // the Dashboard may only repeat what we have
  token = fresh;
  const served = waiting;
  waiting = [];
  served.forEach((go) => go(true));
}
hear("handshake", take);
hear("tokenRefresh", take);

export const currentToken = () => token;
/** Whether a request may go out at once. A computer whose clock is wrong would never think so: then only the server's word counts. */
export const isUsable = () => Boolean(token) && token !== refused && (clockIsOff || Date.now() < endOf(token) - SPARE);

/** Ask the Dashboard to say again who is there. */
export const ask = () => tell(actions.NotifyReady());

/** True as soon as another token comes, false when none has come in time. */
function arrival(milliseconds) {
  return new Promise((resolve) => {
    waiting.push(resolve);
    setTimeout(() => {
      waiting = waiting.filter((go) => go !== resolve);
      resolve(false);
    }, milliseconds);
  });
}

/** Wait for a token, for the first one as long as it takes. */
export async function whenUsable() {
  if (isUsable()) return;
  if (!token || token === refused) {
    while (!(await arrival(10_000))) ask();
    return;
  }
  // Near its end. If nothing better comes it goes out all the same, for the server's clock is the one that counts.
  ask();
  if ((await arrival(3_000)) && !isUsable()) clockIsOff = true;
}

/** The server refused the present token. True when another one came. */
export async function renewed() {
  refused = token;
  const fresh = arrival(12_000);
  ask();
  return fresh;
}
