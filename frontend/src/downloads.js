// A file that is asked for as the person: <form data-downloads="name.csv"> posts its fields with the token, which a plain download could
// not carry, and saves the answer.
import { saleorApiUrl } from "./host.js";
import { currentToken, whenUsable } from "./token.js";
import { calm, complain } from "./trouble.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-downloads]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  calm();
  try {
    await whenUsable();
    const headers = { "authorization-bearer": currentToken(), "saleor-api-url": saleorApiUrl, "hx-request": "true" };
    const answer = await fetch(form.action, { method: "POST", headers, body: new URLSearchParams([...new FormData(form)]) });
    if (!answer.ok) throw new Error(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("p")?.textContent);
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(await answer.blob()),
      download: form.dataset.downloads,
    });
    link.setAttribute("hx-boost", "false");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (problem) {
    complain(problem.message);
  } finally {
    button.disabled = false;
  }
}, true);
