// The details of one entity, in a dialog: since when, why, and what else its device says.

import { byId, el, setText } from "/dom.js";
import { reasonOf } from "/feed.js";
import { entities } from "/home.js";
import { icon, iconOf } from "/icons.js";
import { moodOf } from "/tiles.js";
import { clock, since, stateLine } from "/words.js";

const KNOWN = new Set(["friendly_name", "device_class", "state_class", "unit_of_measurement", "icon", "brightness", "options",
  "min", "max", "step", "mode", "effect_list", "supported_color_modes", "supported_features"]);

let shown = null;

export function openDetail(id) {
  shown = id;
  draw();
  const dialog = byId("detail");
  if (!dialog.open) dialog.showModal();
}

/** Bring the dialog up to date when its entity is among `ids`. */
export function refreshDetail(ids) {
  if (shown && ids.has(shown) && byId("detail").open) draw();
}

function draw() {
  const dialog = byId("detail");
  const entity = entities.get(shown);
  if (!entity) {
    dialog.close();
    return;
  }
  const focused = dialog.contains(document.activeElement);
  const close = el("button", { class: "more", type: "button", "aria-label": "Close" }, icon("close"));
  close.addEventListener("click", () => dialog.close());
  const badge = el("span", { class: "badge" }, icon(iconOf(entity)));
  const words = [entity.area, entity.device].filter((word) => word && word !== entity.attributes.friendly_name);
  const where = [...new Set(words)].join(" · ");
  const name = el("h2", { id: "detail-name", text: entity.attributes.friendly_name });
  const title = el("div", {}, name, where && el("p", { class: "quiet", text: where }));
  const ago = el("span", { id: "detail-since", text: since(entity.last_changed) });
  const reason = reasonOf(entity);
  dialog.replaceChildren(
    el("div", { class: "head" }, badge, title, close),
    el("p", { class: "big", text: stateLine(entity) }),
    el("p", { class: "quiet" }, `since ${clock(entity.last_changed)}, `, ago),
    reason && el("p", { class: "why" }, el("strong", { text: "Why? " }), reason),
    facts(entity),
    el("p", { class: "id" }, el("code", { text: entity.entity_id })),
  );
  dialog.dataset.mood = moodOf(entity);
  if (focused) close.focus();
}

function facts(entity) {
  const rows = Object.entries(entity.attributes).filter(([name]) => !KNOWN.has(name));
  if (rows.length === 0) return null;
  const pair = ([name, value]) => [el("dt", { text: name.replaceAll("_", " ") }), el("dd", { text: told(value) })];
  return el("dl", {}, ...rows.flatMap(pair));
}

function told(value) {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(told).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

setInterval(() => {
  const entity = entities.get(shown);
  const node = byId("detail-since");
  if (entity && node) setText(node, since(entity.last_changed));
}, 5000);

export function prepareDetail() {
  const dialog = byId("detail");
  dialog.addEventListener("close", () => { shown = null; });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

