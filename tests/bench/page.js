// What the measurement of the page asks of it; runs before the page's own scripts.

/** Milliseconds since the address was opened: `tiles` are there, the `states` of all in sight were told, the `glance` too. */
window.seen = {};
window.long = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => long.push(one.duration))).observe({ type: "longtask", buffered: true });

const isTold = (node) => !/^…|^$/.test((node.querySelector(".line:last-child, .value")?.textContent ?? "").trim());
const inSight = (node) => {
  const box = node.getBoundingClientRect();
  return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
};

const look = () => {
  const tiles = [...document.querySelectorAll(".tile, .reading")];
  if (tiles.length) seen.tiles ??= performance.now();
  const here = tiles.filter(inSight);
  if (here.length && here.every(isTold)) seen.states ??= performance.now();
  if (document.querySelector(".glance li")) seen.glance ??= performance.now();
  if (!seen.states || !seen.glance) requestAnimationFrame(look);
};
requestAnimationFrame(look);

/** Frames and long tasks of so many milliseconds, while the page is scrolled by `move` pixels in each frame. */
window.measure = (milliseconds, move) => new Promise((done) => {
  const gaps = [];
  const [began, tasks] = [performance.now(), long.length];
  let last = 0;
  const frame = (now) => {
    if (last) gaps.push(now - last);
    last = now;
    if (move) scrollBy(0, move);
    if (performance.now() - began < milliseconds) requestAnimationFrame(frame);
    else done(figures(gaps, long.slice(tasks)));
  };
  requestAnimationFrame(frame);
});

function figures(gaps, heavy) {
  gaps.sort((one, two) => one - two);
  const at = (part) => Math.round(10 * gaps[Math.floor(gaps.length * part)]) / 10;
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    frames: gaps.length, "per second": Math.round((10_000 * gaps.length) / total) / 10, "median ms": at(0.5), "p95 ms": at(0.95),
    "longest ms": at(0.9999), "long tasks": heavy.length, "longest task ms": Math.round(Math.max(0, ...heavy)),
    tiles: document.querySelectorAll(".tile, .reading, .list li").length,
  };
}
