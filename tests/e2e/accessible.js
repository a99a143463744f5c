// What a person with a screen reader, a keyboard, a small or a bright screen would stumble over. Evaluated in the page.
() => {
  const found = [];
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (element) => `${element.tagName.toLowerCase()} "${(element.textContent || element.name || "").trim().slice(0, 40)}"`;
  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title.trim()) found.push("the page has no title");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) found.push(`id ${id} twice`);
  for (const element of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    const named = `${element.getAttribute("aria-describedby") ?? ""} ${element.getAttribute("aria-labelledby") ?? ""}`.trim();
    for (const id of named.split(/\s+/)) if (!document.getElementById(id)) found.push(`${name(element)} points to ${id}, which is not there`);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!field.labels.length && !field.getAttribute("aria-label")) found.push(`${field.name} has no label`);
  for (const image of document.images) if (!image.hasAttribute("alt")) found.push("a picture has no alt");
  let level = 0;
  for (const heading of [...document.querySelectorAll("h1, h2, h3, h4")].filter(seen)) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1 && !(level === 0 && own === 2 && heading.closest("[role]"))) found.push(`${name(heading)} skips a level`);
    level = own;
  }
  if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1");
  if (document.documentElement.scrollWidth > innerWidth) found.push(`it is ${document.documentElement.scrollWidth} wide in ${innerWidth}`);
  for (const target of [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")].filter(seen)) {
    const box = target.getBoundingClientRect();
    const inText = target.tagName === "A" && getComputedStyle(target).display === "inline";
    if (!inText && box.right > 0 && (box.width < 24 || box.height < 24)) found.push(`${name(target)} is ${box.width} × ${box.height}`);
  }
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) { const color = rgba(getComputedStyle(at).backgroundColor); if (color[3] === 255) return color; }
    return rgba("Canvas");
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !seen(element) || element.closest("option, script, style, .sr, .skip")) continue;
    const style = getComputedStyle(element);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const [one, two] = [light(rgba(style.color)), light(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.push(`${name(element)} has a contrast of ${ratio.toFixed(2)}`);
  }
  return found;
}
