// What the tests of the page ask of it; runs before the page's own scripts.

/** The tile of an entity by the name that is written on it. */
window.tile = (name) => [...document.querySelectorAll(".tile, .reading")].find(
  (node) => node.querySelector(".name").textContent === name && !node.closest("[hidden]"),
);

/** Make a part of a tile findable for a real click. */
window.mark = (name, part) => {
  document.querySelectorAll("[data-test]").forEach((node) => { delete node.dataset.test; });
  tile(name).querySelector(part).dataset.test = name;
};

/** Gather the names of all tiles that are written to from now on. */
window.watchTiles = () => {
  window.touched = new Set();
  const watcher = new MutationObserver((list) => list.forEach(({ target }) => {
    const node = (target.nodeType === 1 ? target : target.parentElement).closest(".tile, .reading");
    if (node) touched.add(node.querySelector(".name").textContent);
  }));
  watcher.observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true, attributes: true });
};

/** Open the details of an entity by its id. */
window.detailsOf = (id) => [...document.querySelectorAll("main hs-tile")].find((node) => node.entity === id)
  .querySelector(".tile-more, .reading").click();

window.unfold = () => document.querySelectorAll("details").forEach((fold) => { fold.open = true; });

/** Draw also what lies out of sight, for pictures of the whole page. */
window.drawAll = () => document.querySelectorAll(".room").forEach((room) => { room.style.contentVisibility = "visible"; });

/** What is too small for a finger: under 44 pixels. */
window.tooSmall = () => [...document.querySelectorAll("main button, main select, main input, dialog button, dialog select, dialog input")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.width && Math.min(box.width, box.height) < 43.9;
}).map((node) => node.outerHTML);

/** Tiles whose content does not fit in. */
window.spilt = () => [...document.querySelectorAll(".tile, .reading, .glance li")]
  .filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent);

/** Texts that stand out too little from their ground, by WCAG 2.2, 1.4.3; what cannot be worked is exempt. */
window.faintTexts = (where = "hs-app") => {
  const walker = document.createTreeWalker(document.querySelector(where), NodeFilter.SHOW_TEXT);
  const faint = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest("[data-mood=away], option, :disabled")) continue;
    const style = getComputedStyle(node);
    const below = ground(node);
    const found = ratio(over(rgba(style.color), below), below);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (found < (large ? 3 : 4.5)) faint.push(`${walker.currentNode.data}: ${found.toFixed(2)}`);
  }
  return faint;
};

const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

function rgba(colour) {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data];
}

const over = (top, below) => [0, 1, 2].map((i) => (top[i] * top[3]) / 255 + below[i] * (1 - top[3] / 255));

function ground(node) {
  const own = rgba(getComputedStyle(node).backgroundColor);
  return own[3] === 255 || !node.parentElement ? over(own, [255, 255, 255]) : over(own, ground(node.parentElement));
}

/** Relative luminance of an sRGB colour. */
const luminance = (colour) => colour.map((part) => part / 255)
  .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);

function ratio(one, two) {
  const [bright, dim] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}
