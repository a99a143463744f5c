// The gallery of a case: one viewer for all its photos and videos. Arrows go on and back, Escape closes (the dialog's own).
const parts = (viewer) => Object.fromEntries(
  ["said", "caption", "place", "back", "on", "download", "remove"].map((name) => [name, viewer.querySelector(`[data-viewer-${name}]`)]),
);
const shots = () => [...document.querySelectorAll("[data-shot]")];
let at = 0;

function show(viewer, place) {
  const all = shots();
  if (!all.length) return viewer.close();
  at = (place + all.length) % all.length;
  const { dataset } = all[at];
  const stage = viewer.querySelector("[data-stage]");
  stop(viewer);
  stage.replaceChildren(dataset.kind === "video" ? film(dataset) : photo(dataset));
  const { said, caption, place: count, back, on, download, remove } = parts(viewer);
  said.textContent = [dataset.said, dataset.internal].filter(Boolean).join(" · ");
  caption.textContent = dataset.caption;
  count.textContent = `${at + 1} / ${all.length}`;
  back.hidden = on.hidden = all.length < 2;
  download.href = dataset.download;
  remove.dataset.opens = dataset.remove;
}

function photo({ shot, said }) {
  const picture = Object.assign(document.createElement("img"), { src: shot, alt: said });
  // A press shows it in its own size, another one whole again.
  const zoom = Object.assign(document.createElement("button"), { type: "button", className: "zoom" });
  zoom.append(picture);
  zoom.addEventListener("click", () => zoom.classList.toggle("near"));
  picture.addEventListener("error", stale);
  return zoom;
}

function film({ shot, said, type }) {
  const player = Object.assign(document.createElement("video"), { controls: true, preload: "metadata", playsInline: true });
  player.setAttribute("aria-label", said);
  const source = Object.assign(document.createElement("source"), { src: shot });
  // A MOV of a phone is an MP4 inside, which a browser would not try by its name alone.
  if (type !== "video/quicktime") source.type = type;
  source.addEventListener("error", () => cannotPlay(player, shot));
  player.append(source);
  return player;
}

/** Not every browser plays what every phone records; or its link has ended. */
async function cannotPlay(player, address) {
  const answer = await fetch(address, { method: "HEAD" }).catch(() => ({ ok: true }));
  if (!answer.ok) return stale();
  if (!player.isConnected) return;
  const text = player.closest("[data-cannot-play]").dataset.cannotPlay;
  player.replaceWith(Object.assign(document.createElement("p"), { className: "unplayable", role: "status", textContent: text }));
}

function stop(viewer) {
  viewer.querySelectorAll("video").forEach((player) => player.pause());
}

/** Its link has ended, for the page lay open for long: get fresh ones. */
function stale() {
  document.getElementById("viewer")?.close();
  document.getElementById("gallery-place")?.dispatchEvent(new CustomEvent("gallery:stale"));
}

document.addEventListener("click", (event) => {
  const shot = event.target.closest?.("[data-shot]");
  const viewer = document.getElementById("viewer");
  if (shot && viewer) {
    event.preventDefault();
    show(viewer, shots().indexOf(shot));
    viewer.showModal();
    viewer.addEventListener("close", () => { stop(viewer); shots()[at]?.focus(); }, { once: true });
    return;
  }
  if (event.target.closest?.("[data-viewer-back]")) show(viewer, at - 1);
  if (event.target.closest?.("[data-viewer-on]")) show(viewer, at + 1);
});

document.addEventListener("keydown", (event) => {
  const viewer = document.getElementById("viewer");
  if (!viewer?.open || event.target.matches?.("video")) return; // there the arrows wind
  if (event.key === "ArrowLeft") show(viewer, at - 1);
  else if (event.key === "ArrowRight") show(viewer, at + 1);
  else return;
  event.preventDefault();
});

// Fresh links must not take away what somebody is looking at or filling in.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target?.id === "gallery-place" && requestConfig.verb === "get" && target.querySelector("dialog[open]")) event.detail.shouldSwap = false;
});

// How much of an upload has gone.
document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const bar = target.querySelector?.("progress.sending");
  if (!bar || !detail.lengthComputable) return;
  bar.hidden = false;
  if (detail.loaded === detail.total) bar.removeAttribute("value");
  else bar.value = detail.loaded / detail.total;
});
