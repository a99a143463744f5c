// <saleor-returns>: the returns of one order, for the shop's own order page. No dependencies, no cookies.
//
//   <saleor-returns api="https://returns.example.com" shop="my-shop" order="T3JkZXI6…" lang="en"></saleor-returns>
//   element.getToken = async () => "the shopper's Saleor access token";
//
// Colours and font follow the page. To change them: --returns-accent, --returns-on-accent, --returns-text, --returns-muted, --returns-line,
// --returns-surface, and the parts box, title, button, pill. The event "returns-shown" tells that it has been drawn.

const WORDS = {
  en: {
    title: "Returns", ask: "Return items", none: "Something is wrong, or you changed your mind? You can return items of this order.",
    until: "Can be returned until {day}.", nothing: "Nothing of this order can be returned at the moment.", follow: "Follow your return", loading: "Loading …",
    failed: "Returns cannot be shown at the moment.", again: "Try again", refund: "Refund", expected: "Expected refund", opening: "Opening …",
  },
  zh: {
    title: "退货", ask: "申请退货", none: "商品有问题，或不想要了？您可以退回此订单中的商品。",
    until: "可退货至 {day}。", nothing: "此订单目前没有可退的商品。", follow: "查看进度", loading: "加载中…",
    failed: "暂时无法显示退货信息。", again: "重试", refund: "退款", expected: "预计退款", opening: "正在打开…",
  },
};

const STYLE = `
  :host { display: block; font: inherit; color: var(--returns-text, inherit); }
  section { border: 1px solid var(--returns-line, color-mix(in srgb, currentColor 18%, transparent)); border-radius: 12px; padding: 1rem 1.125rem; background: var(--returns-surface, transparent); }
  h2 { font-size: 1.125em; margin: 0 0 .5rem; font-weight: 600; }
  p { margin: 0 0 .75rem; } p:last-child { margin: 0; }
  ul { list-style: none; margin: 0 0 .75rem; padding: 0; } li { padding: .625rem 0; border-top: 1px solid var(--returns-line, color-mix(in srgb, currentColor 14%, transparent)); }
  li:first-child { border-top: 0; padding-top: 0; }
  .actions { display: flex; flex-wrap: wrap; gap: .625rem; margin-top: .875rem; }
  .row { display: flex; flex-wrap: wrap; gap: .25rem .75rem; justify-content: space-between; align-items: baseline; }
  .muted { color: var(--returns-muted, color-mix(in srgb, currentColor 65%, transparent)); font-size: .9em; }
  .pill { font-size: .85em; font-weight: 600; padding: .1em .6em; border-radius: 99px; border: 1px solid currentColor; }
  button { font: inherit; font-weight: 600; min-height: 44px; padding: .5rem 1.125rem; border-radius: 10px; border: 1px solid transparent; background: var(--returns-accent, #14323a); color: var(--returns-on-accent, #fff); cursor: pointer; }
  button.quiet { background: transparent; color: inherit; border-color: currentColor; }
  button[disabled] { opacity: .6; cursor: progress; }
  button:focus-visible { outline: 3px solid #0b62d6; outline-offset: 2px; }
`;

class SaleorReturns extends HTMLElement {
  static observedAttributes = ["api", "shop", "order", "lang"];
  #root = this.attachShadow({ mode: "open" });
  #getToken = null;
  #asked = 0;

  set getToken(give) { this.#getToken = give; this.refresh(); }
  get getToken() { return this.#getToken; }
  connectedCallback() { this.refresh(); }
  attributeChangedCallback() { if (this.isConnected) this.refresh(); }

  get #words() { return WORDS[(this.getAttribute("lang") || document.documentElement.lang || "en").slice(0, 2).toLowerCase()] ?? WORDS.en; }
  get #ready() { return this.isConnected && this.#getToken && ["api", "shop", "order"].every((name) => this.getAttribute(name)); }

  async refresh() {
    if (!this.#ready) return;
    const turn = ++this.#asked;
    this.#draw([this.#text("p", this.#words.loading, "muted")]);
    try {
      const [returnable, known] = await Promise.all([
        this.#call("returnable-lines", { order_id: this.getAttribute("order") }),
        this.#call("cases"),
      ]);
      if (turn !== this.#asked) return;
      this.#show(returnable, known.cases.filter((found) => found.order_number === returnable.order_number));
      this.dispatchEvent(new CustomEvent("returns-shown", { bubbles: true, composed: true }));
    } catch (problem) {
      if (turn !== this.#asked) return;
      const again = this.#button(this.#words.again, () => this.refresh(), "quiet");
      const said = this.#text("p", problem.said || this.#words.failed);
      said.setAttribute("role", "alert");
      this.#draw([said, again]);
    }
  }

  #show(returnable, cases) {
    const words = this.#words;
    const parts = [];
    const actions = document.createElement("div");
    actions.className = "actions";
    if (cases.length) {
      const list = document.createElement("ul");
      list.append(...cases.map((found) => this.#case(found)));
      parts.push(list);
    }
    const open = returnable.lines.filter((line) => line.returnable > 0 && line.outcome !== "ineligible");
    if (open.length) {
      if (!cases.length) parts.push(this.#text("p", words.none));
      const until = open.map((line) => line.until).filter(Boolean).sort()[0];
      if (until) parts.push(this.#text("p", words.until.replace("{day}", this.#day(until)), "muted"));
      actions.append(this.#button(words.ask, (button) => this.#enter(button)));
    } else if (!cases.length) {
      const why = new Set(returnable.lines.flatMap((line) => line.reasons.map((reason) => reason.text)));
      parts.push(this.#text("p", why.size === 1 ? [...why][0] : words.nothing, "muted"));
    }
    if (cases.length) actions.append(this.#button(words.follow, (button) => this.#enter(button), "quiet"));
    this.#draw(actions.childElementCount ? [...parts, actions] : parts);
  }

  #case(found) {
    const words = this.#words;
    const item = document.createElement("li");
    const row = document.createElement("div");
    row.className = "row";
    const pill = this.#text("span", found.status_text, "pill");
    pill.part = `pill ${found.status}`;
    row.append(this.#text("strong", found.number), pill);
    item.append(row, this.#text("p", found.next_text, "muted"));
    for (const refund of found.refunds) item.append(this.#text("p", `${words.refund}: ${this.#money(refund.amount)} · ${refund.label}`, "muted"));
    if (!found.refunds.length && found.can_cancel) item.append(this.#text("p", `${words.expected}: ${this.#money(found.expected_refund)}`, "muted"));
    return item;
  }

  async #enter(button) {
    const label = button.textContent;
    button.disabled = true;
    button.textContent = this.#words.opening;
    try {
      const { url } = await this.#call("portal-links", { order_id: this.getAttribute("order") });
      this.#open(new URL(url));
    } catch (problem) {
      const said = this.#text("p", problem.said || this.#words.failed);
      said.setAttribute("role", "alert");
      button.parentElement.after(said);
    } finally {
      button.disabled = false;
      button.textContent = label;
    }
  }

  // The link's token travels in a form, not in an address. Where the page's own policy forbids that form, the link itself still works.
  #open(link) {
    if (this.getAttribute("lang")) link.searchParams.set("lang", this.getAttribute("lang"));
    const form = document.createElement("form");
    form.method = "post";
    form.hidden = true;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "t", value: link.searchParams.get("t") });
    const action = new URL(link);
    action.searchParams.delete("t");
    form.action = action.href;
    form.append(field);
    document.addEventListener("securitypolicyviolation", (event) => {
      if (event.effectiveDirective === "form-action") location.assign(link);
    }, { once: true });
    document.body.append(form);
    form.submit();
    form.remove();
  }

  async #call(path, body) {
    const base = `${this.getAttribute("api").replace(/\/$/, "")}/api/storefront/v1/shops/${encodeURIComponent(this.getAttribute("shop"))}`;
    const headers = { authorization: `Bearer ${await this.#getToken()}`, "accept-language": this.getAttribute("lang") || document.documentElement.lang || "en" };
    if (body) headers["content-type"] = "application/json";
    const answer = await fetch(`${base}/${path}`, { method: body ? "POST" : "GET", headers, body: body ? JSON.stringify(body) : undefined, credentials: "omit", referrerPolicy: "no-referrer" });
    const read = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(read.code || answer.status), { said: read.title });
    return read;
  }

  #day(moment) { return new Date(moment).toLocaleDateString(this.getAttribute("lang") || undefined, { dateStyle: "long" }); }
  #money({ amount, currency }) { return new Intl.NumberFormat(this.getAttribute("lang") || undefined, { style: "currency", currency }).format(amount); }
  #text(tag, text, name = "") { const made = document.createElement(tag); made.textContent = text; if (name) made.className = name; made.dir = "auto"; return made; }
  #button(text, act, name = "") { const made = this.#text("button", text, name); made.type = "button"; made.part = "button"; made.addEventListener("click", () => act(made)); return made; }

  #draw(parts) {
    const style = document.createElement("style");
    style.textContent = STYLE;
    const box = document.createElement("section");
    box.part = "box";
    box.setAttribute("aria-live", "polite");
    const title = this.#text("h2", this.#words.title);
    title.part = "title";
    box.append(title, ...parts);
    this.#root.replaceChildren(style, box);
  }
}

if (!customElements.get("saleor-returns")) customElements.define("saleor-returns", SaleorReturns);
