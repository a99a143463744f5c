// Photos and videos: sent one after another as soon as they are chosen, with progress, and again after a lost connection. All of it works
// without this script as well: the files then go with their form.

const TRIES = 4; // per file, by itself; then a button
const AT_ONCE = 1; // so that they stay in the order in which they were chosen
let running = 0;
const queue = [];

const csrf = (field) => field.closest("form").elements.csrf.value;
const say = (field, text) => { field.querySelector("[data-said]").textContent = text; };

for (const field of document.querySelectorAll("[data-files]")) {
  field.addEventListener("change", ({ target }) => {
    if (target.type === "file") take(field, target);
  });
  // Chosen while this script was still on its way.
  for (const input of field.querySelectorAll("input[type=file]")) if (input.files.length) take(field, input);
}

function take(field, input) {
  const chosen = [...input.files];
  input.value = ""; // they are sent here, not a second time with the form
  input.removeAttribute("aria-invalid");
  field.querySelector(".error")?.remove();
  chosen.forEach((file) => enqueue(field, file));
}

function enqueue(field, file) {
  const row = document.createElement("li");
  row.className = "file sending";
  const name = Object.assign(document.createElement("span"), { className: "file-name" });
  const called = Object.assign(document.createElement("bdi"), { textContent: file.name });
  const state = Object.assign(document.createElement("span"), { className: "small muted" });
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", file.name);
  name.append(called, " ", state, bar);
  row.append(Object.assign(document.createElement("span"), { className: "film" }), name);
  field.querySelector("[data-list]").append(row);
  const upload = { field, file, row, state, bar, tries: 0 };
  row.upload = upload;
  const most = file.type.startsWith("video/") ? field.dataset.video : field.dataset.photo;
  if (file.size > Number(most)) return refuse(upload, field.dataset.tooLarge);
  state.textContent = field.dataset.sending;
  queue.push(upload);
  next();
}

function next() {
  while (running < AT_ONCE && queue.length) {
    running += 1;
    send(queue.shift());
  }
}

function send(upload) {
  const { field, file, bar, state } = upload;
  const body = new FormData();
  body.append("csrf", csrf(field));
  body.append("line", field.dataset.line);
  body.append("case", field.dataset.case);
  body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  upload.request = request;
  upload.tries += 1;
  state.textContent = field.dataset.sending;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0;
    if (loaded === total) { bar.removeAttribute("value"); state.textContent = field.dataset.checking; }
  });
  const ended = () => { running -= 1; upload.request = undefined; next(); };
  request.addEventListener("load", () => {
    ended();
    const answer = read(request);
    if (request.status === 401) return refuse(upload, field.dataset.signedOut);
    if (request.status >= 500 || !answer) return later(upload, answer?.problem);
    if (answer.problem) return refuse(upload, answer.problem);
    upload.row.remove();
    show(field, answer.list);
    say(field, `${file.name}: ${field.dataset.done}`);
  });
  request.addEventListener("error", () => { ended(); later(upload); });
  request.addEventListener("abort", ended);
  request.open("POST", field.dataset.add);
  request.setRequestHeader("Accept", "application/json");
  request.send(body);
}

function read(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return request.status < 500 && request.status !== 401 ? { problem: textOf(request.responseText) } : undefined;
  }
}

/** The sentence of a page that only refuses. */
function textOf(page) {
  const found = new DOMParser().parseFromString(page, "text/html");
  return found.querySelector("main p, .alert")?.textContent.trim() || "";
}

/** Nothing came through: again by itself, at once when the connection is back, and in the end by the shopper. */
function later(upload, why) {
  const { field, state, bar, tries } = upload;
  bar.value = 0;
  if (tries >= TRIES) return refuse(upload, why || field.dataset.failed, { again: true });
  state.textContent = field.dataset.waiting;
  const again = () => {
    clearTimeout(timer);
    window.removeEventListener("online", again);
    if (!upload.row.isConnected) return;
    queue.push(upload);
    next();
  };
  const timer = setTimeout(again, 1000 * 3 ** (tries - 1));
  window.addEventListener("online", again);
}

function refuse({ field, file, row, state, bar }, why, { again = false } = {}) {
  const upload = row.upload;
  row.className = "file refused";
  bar.hidden = true;
  state.className = "error";
  state.textContent = why || field.dataset.failed;
  say(field, `${file.name}: ${state.textContent}`);
  row.querySelectorAll("button").forEach((button) => button.remove());
  if (again) {
    row.append(button(field.dataset.again, () => {
      row.className = "file sending";
      state.className = "small muted";
      bar.hidden = false;
      row.querySelectorAll("button").forEach((item) => item.remove());
      upload.tries = 0;
      queue.push(upload);
      next();
    }));
  }
  row.append(button(field.dataset.drop, () => { row.remove(); field.querySelector("input[type=file]").focus(); }));
  row.dispatchEvent(new CustomEvent("files:settled", { bubbles: true }));
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: text });
  made.addEventListener("click", act);
  return made;
}

/** The list as the server has it; what is still being sent or was refused stays below it. */
function show(field, list) {
  const place = field.querySelector("[data-list]");
  const own = [...place.children].filter((row) => row.upload);
  place.innerHTML = list; // made by our own server, names escaped
  place.append(...own);
  field.dispatchEvent(new CustomEvent("files:settled", { bubbles: true }));
}

// Taking one back.
document.addEventListener("click", async (event) => {
  const pressed = event.target.closest("button[name=remove]");
  const field = pressed?.closest("[data-files]");
  if (!field) return;
  event.preventDefault();
  const body = new FormData();
  body.append("csrf", csrf(field));
  body.append("line", field.dataset.line);
  body.append("case", field.dataset.case);
  body.append("id", pressed.value);
  pressed.disabled = true;
  try {
    const answer = await fetch(field.dataset.remove, { method: "POST", body, headers: { Accept: "application/json" } });
    show(field, (await answer.json()).list);
    field.querySelector("input[type=file]").focus();
  } catch {
    pressed.disabled = false;
    say(field, field.dataset.failed);
  }
});

// The form waits for what is under way, and then goes by itself.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.querySelector(".file.sending")) return;
  event.preventDefault();
  const { submitter } = event;
  submitter?.setAttribute("aria-busy", "true");
  form.addEventListener("files:settled", function waited() {
    if (form.querySelector(".file.sending")) return;
    form.removeEventListener("files:settled", waited);
    submitter?.removeAttribute("aria-busy");
    if (!form.querySelector(".file.refused")) form.requestSubmit(submitter);
    else form.querySelector(".file.refused button")?.focus();
  });
});
