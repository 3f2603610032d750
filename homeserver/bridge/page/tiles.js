// One tile for each entity: made once, then only what changed is written again.

import { byId, el, setAttribute, setText } from "/dom.js";
import { isWorked, rowsOf, tapOf } from "/controls.js";
import { ask, entities, faultOf, wished, wishOf } from "/home.js";
import { icon, iconOf } from "/icons.js";
import { isReachable, namesOf, numberOf, shortName, stateLine, stateWord, unitOf } from "/words.js";
import { widgetOf } from "/widgets.js";

const ALARMS = new Set(["battery", "carbon_monoxide", "gas", "heat", "moisture", "problem", "safety", "smoke", "tamper"]);
const SELDOM = new Set(["apparent_power", "current", "data_size", "duration", "energy", "frequency", "illuminance", "power_factor",
  "reactive_power", "signal_strength", "voltage"]);

/** The part of the page that an entity takes: "controls" are big, "readings" small, "more" is folded away. */
export function placeOf(entity) {
  const [domain] = entity.entity_id.split(".");
  if (entity.hidden || domain === "zone") return null;
  if (domain === "automation" || domain === "sun") return "more"; // rules are many, and seldom what people look for
  if (domain === "infrared" || (domain === "image" && entity.state === "unknown")) return "more";
  if (domain === "update") return entity.state === "on" ? "controls" : "more"; // whatever its category: somebody has to decide
  const { device_class: kind, state_class: series = "" } = entity.attributes;
  if (entity.category || SELDOM.has(kind) || String(series).startsWith("total")) return "more";
  return isWorked(entity) ? "controls" : "readings";
}

/** What shows that a machine is at work, or that somebody should look at it, by kind. */
const MOODS = {
  automation: {},
  alarm_control_panel: { triggered: "alarm", pending: "alarm", arming: "active" },
  cover: { opening: "active", closing: "active" },
  lawn_mower: { mowing: "active", returning: "active", error: "alarm" },
  lock: { unlocked: "active", open: "active", jammed: "alarm", locking: "active", unlocking: "active" },
  siren: { on: "alarm" },
  timer: { active: "active" },
  vacuum: { cleaning: "active", returning: "active", error: "alarm" },
  valve: { opening: "active", closing: "active", closed: "active" },
};
const ACTIONS = { heating: "glow", preheating: "glow", cooling: "active", drying: "active", humidifying: "active", fan: "active" };

/** What colour an entity has: nothing, "glow" (a lamp), "active" (something goes on), "alarm" (look at it). */
export function moodOf(entity) {
  if (!isReachable(entity)) return "away";
  const domain = entity.entity_id.split(".")[0];
  const kind = entity.attributes.device_class;
  if (MOODS[domain]) return MOODS[domain][entity.state] ?? "";
  const { hvac_action: heats, action = heats } = entity.attributes;
  if (domain === "climate" || domain === "humidifier") return ACTIONS[action] ?? "";
  if (domain === "sensor") return kind === "battery" && numberOf(entity) < 15 ? "alarm" : "";
  if (entity.state !== "on") return "";
  if (domain === "light") return "glow";
  if (domain === "binary_sensor" && (kind === "connectivity" || kind === "plug" || kind === "power")) return "";
  return ALARMS.has(kind) && domain === "binary_sensor" ? "alarm" : "active";
}

/** A tile: its `root`, and `update`, which brings it up to date. `open` shows the details of an entity. */
export function tileOf(entity, open) {
  return isWorked(entity) ? new Control(entity, open) : new Reading(entity, open);
}

export class Reading {
  constructor(entity, open) {
    this.id = entity.entity_id;
    this.badge = el("span", { class: "badge" });
    this.value = el("strong");
    this.unit = el("span", { class: "unit" });
    this.name = el("span", { class: "name" });
    this.root = el("button", { class: "reading", type: "button" }, this.badge,
      el("span", { class: "words" }, el("span", { class: "value" }, this.value, this.unit), this.name));
    this.root.addEventListener("click", () => open(this.id));
  }

  update(room) {
    const entity = entities.get(this.id);
    setIcon(this.badge, iconOf(entity));
    const unit = unitOf(entity);
    setText(this.value, unit ? stateWord(entity) : stateLine(entity));
    setText(this.unit, unit);
    setText(this.name, shortName(entity, room));
    setAttribute(this.root, "data-mood", moodOf(entity));
  }
}

class Control {
  constructor(entity, open) {
    this.id = entity.entity_id;
    this.badge = el("span", { class: "badge" });
    this.device = el("span", { class: "line" });
    this.name = el("span", { class: "name" });
    this.line = el("span", { class: "line" });
    this.tap = tapOf(entity);
    this.main = el("button", { class: "main", type: "button", role: this.tap === "toggle" ? "switch" : null },
      this.badge, el("span", { class: "words" }, this.device, this.name, this.line));
    this.more = el("button", { class: "more", type: "button" }, icon("dots"));
    this.root = el("div", { class: "control" }, this.main, this.more);
    this.more.addEventListener("click", () => open(this.id));
    const rows = rowsOf(entity, true);
    this.widgets = rows.map((row) => widgetOf(row, this.id));
    this.root.append(...this.widgets.map((widget) => widget.root));
    const size = SIZES.find(([kinds]) => rows.some((row) => kinds.includes(row.as === "field" ? row.type : row.as)));
    if (size) this.root.classList.add(size[1]);
    this.main.addEventListener("click", () => this.act(open));
  }

  act(open) {
    const entity = wished(entities.get(this.id));
    if (this.tap === "toggle") {
      const state = entity.state === "on" ? "off" : "on";
      ask(this.id, `turn_${state}`, {}, { state }, (now) => now.state === state);
    } else if (this.tap) {
      ask(this.id, this.tap);
    } else {
      open(this.id);
    }
  }

  update(room) {
    const entity = wished(entities.get(this.id));
    const phase = wishOf(this.id);
    const name = shortName(entity, room);
    const parts = namesOf(entity, room);
    setIcon(this.badge, iconOf(entity));
    setText(this.device, parts.device);
    setText(this.name, parts.name);
    setText(this.line, lineOf(entity, phase));
    if (this.main.getAttribute("role")) setAttribute(this.main, "aria-checked", String(entity.state === "on"));
    setAttribute(this.more, "aria-label", `Details of ${name}`);
    setAttribute(this.root, "data-mood", moodOf(entity));
    if (phase === "failed" && this.root.dataset.wish !== phase) setText(byId("said"), `${name}: ${faultOf(this.id)}`);
    setAttribute(this.root, "data-wish", phase);
    this.root.style.setProperty("--lamp", lampColour(entity));
    for (const widget of this.widgets) widget.update(entity, name);
  }
}

/** Tiles that need more than one column. */
const SIZES = [[["picture"], "wide"], [["date", "datetime", "form", "text", "time"], "broad"]];

const WORDS = { press: ["Press", "Pressing"], turn_on: ["Activate", "Activating"] };
const isRunning = (entity) => entity.entity_id.startsWith("script.") && entity.state === "on";

function lineOf(entity, phase) {
  if (phase === "failed") return faultOf(entity.entity_id);
  const tap = tapOf(entity);
  if (isRunning(entity)) return "Running";
  if (!WORDS[tap]) return phase === "asked" ? underWay(entity) : stateLine(entity);
  return WORDS[tap][phase === "asked" ? 1 : 0];
}

/** What is, and what somebody else has asked for: one's own wish is shown as if it were so already. */
function underWay(entity) {
  const wanted = entity.attributes.wanted?.state;
  const line = stateLine(entity);
  return wanted === undefined || wanted === entity.state ? line : `${line} → ${stateWord(entity, wanted)}`;
}

function setIcon(badge, name) {
  if (badge.dataset.icon !== name) {
    badge.dataset.icon = name;
    badge.replaceChildren(icon(name));
  }
}

/** The lamp's own colour where it has one; a white that is too pale to see is left to the style sheet. */
function lampColour(entity) {
  const colour = entity.attributes.rgb_color;
  if (entity.state !== "on" || !Array.isArray(colour) || colour.length !== 3) return "";
  const [most, least] = [Math.max(...colour), Math.min(...colour)];
  return most - least > 110 ? `rgb(${colour.map(Number).join(" ")})` : "";
}
