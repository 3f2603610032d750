// The details of one entity, in a dialog: since when, why, and what else its device says; or a list of several.

import { byId, el, setAttribute, setText } from "/dom.js";
import { reasonOf } from "/feed.js";
import { rowsOf, shapeOf } from "/controls.js";
import { entities, faultOf, wished, wishOf } from "/home.js";
import { icon, iconOf } from "/icons.js";
import { moodOf, Reading } from "/tiles.js";
import { capital, clock, shortName, since, stateLine } from "/words.js";
import { widgetOf } from "/widgets.js";

/** Attributes that are told otherwise, or only to programs. */
const KNOWN = new Set(
  `friendly_name device_class state_class unit_of_measurement icon brightness options min max step mode
  effect_list supported_color_modes supported_features wanted not_confirmed hvac_modes preset_modes
  fan_modes swing_modes available_modes operation_list fan_speed_list precision available_tones
  code_format code_arm_required min_temp max_temp target_temp_step temperature_unit min_humidity
  max_humidity percentage_step event_types reports_position display_precision pattern min_color_temp_kelvin max_color_temp_kelvin hvac_action
  action current_temperature current_humidity current_position in_progress update_percentage`.split(/\s+/),
);

const LONGEST = 500; // characters of an attribute: a device may say anything

let shown = null;
let listed = []; // where several are listed, their tiles
let parts = null; // the widgets of the entity that is shown, made once: a finger may be on one of them

export function openDetail(id) {
  shown = id;
  listed = [];
  parts = null;
  draw();
  open();
}

/** List several entities by name; a press shows the details of one. */
export function openList(ids, title) {
  const here = ids.filter((id) => entities.has(id));
  if (here.length === 1) return openDetail(here[0]);
  shown = parts = null;
  listed = here.map((id) => new Reading(entities.get(id), openDetail));
  const dialog = byId("detail");
  const name = el("h2", { id: "detail-name", text: capital(title) });
  const list = el("div", { class: "list" }, ...listed.map((tile) => tile.root));
  dialog.replaceChildren(el("div", { class: "head" }, name, closing(dialog)), list);
  delete dialog.dataset.mood;
  drawList(new Set(here));
  open();
}

function drawList(ids) {
  for (const tile of listed) {
    setAttribute(tile.root, "hidden", !entities.has(tile.id));
    if (ids.has(tile.id) && entities.has(tile.id)) tile.update("");
  }
}

function open() {
  const dialog = byId("detail");
  if (!dialog.open) dialog.showModal();
}

/** Bring the dialog up to date when its entity is among `ids`. */
export function refreshDetail(ids) {
  if (!byId("detail").open) return;
  if (shown && ids.has(shown)) draw();
  drawList(ids);
}

function draw() {
  const dialog = byId("detail");
  const entity = entities.get(shown);
  if (!entity) {
    dialog.close();
    return;
  }
  const key = `${shown} ${shapeOf(entity)}`;
  if (parts?.key !== key) parts = build(dialog, entity, key);
  const now = wished(entity);
  const phase = wishOf(shown);
  setText(parts.name, entity.attributes.friendly_name);
  parts.badge.replaceChildren(icon(iconOf(entity)));
  setText(parts.state, stateLine(now));
  setText(parts.fault, phase === "failed" ? faultOf(shown) : phase === "asked" ? "On its way …" : "");
  setAttribute(parts.fault, "data-wish", phase);
  setText(parts.clock, `since ${clock(entity.last_changed)}, `);
  setText(parts.since, since(entity.last_changed));
  const reason = reasonOf(entity);
  parts.why.replaceChildren(el("strong", { text: "Why? " }), reason);
  setAttribute(parts.why, "hidden", !reason);
  for (const widget of parts.widgets) widget.update(now, shortName(entity, entity.area ?? ""));
  for (const line of parts.lines) setAttribute(line, "hidden", line.lastChild.hidden);
  parts.facts.replaceChildren(...facts(entity, parts.told));
  setAttribute(parts.facts, "hidden", parts.facts.children.length === 0);
  dialog.dataset.mood = moodOf(entity);
}

function closing(dialog) {
  const close = el("button", { class: "more", type: "button", "aria-label": "Close" }, icon("close"));
  close.addEventListener("click", () => dialog.close());
  return close;
}

/** The parts of the dialog, which `draw` keeps up to date. */
function build(dialog, entity, key) {
  const words = [entity.area, entity.device].filter((word) => word && word !== entity.attributes.friendly_name);
  const where = [...new Set(words)].join(" · ");
  const rows = rowsOf(entity);
  const made = {
    key,
    badge: el("span", { class: "badge" }),
    name: el("h2", { id: "detail-name" }),
    state: el("p", { class: "big" }),
    fault: el("p", { class: "fault", role: "status" }),
    clock: el("span"),
    since: el("span", { id: "detail-since" }),
    why: el("p", { class: "why" }),
    facts: el("dl"),
    told: new Set(rows.flatMap((row) => row.field ?? (row.fields ?? []).map((one) => one.field))),
    widgets: rows.map((row) => widgetOf(row, entity.entity_id)),
  };
  made.lines = rows.map((row, place) =>
    el(
      "div",
      { class: "row", "data-as": row.as },
      row.what &&
        !["toggle", "buttons"].includes(row.as) &&
        el("span", { class: "quiet", "aria-hidden": "true", text: row.what }),
      made.widgets[place].root,
    ),
  );
  dialog.replaceChildren(
    el(
      "div",
      { class: "head" },
      made.badge,
      el("div", {}, made.name, where && el("p", { class: "quiet", text: where })),
      closing(dialog),
    ),
    made.state,
    el("p", { class: "quiet" }, made.clock, made.since),
    made.fault,
    made.lines.length > 0 && el("div", { class: "rows" }, ...made.lines),
    made.why,
    made.facts,
    el("p", { class: "id" }, el("code", { text: entity.entity_id })),
  );
  return made;
}

/** What else its device says, without what already stands above. */
function facts(entity, above) {
  const rows = Object.entries(entity.attributes).filter(
    ([name, value]) => value !== null && !KNOWN.has(name) && !above.has(name),
  );
  const pair = ([name, value]) => [el("dt", { text: name.replaceAll("_", " ") }), el("dd", { text: told(value).slice(0, LONGEST) })];
  return rows.flatMap(pair);
}

function told(value) {
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
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // this comes a little later, and another entity may be shown by then
    shown = parts = null;
    listed = [];
    dialog.replaceChildren();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
