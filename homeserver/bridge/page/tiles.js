// One tile for each entity: made once, then only what changed is written again.

import { byId, el, setAttribute, setText } from "/dom.js";
import { ask, entities, faultOf, wished, wishOf } from "/home.js";
import { icon, iconOf } from "/icons.js";
import { isReachable, namesOf, number, numberOf, percentOf, shortName, stateLine, stateWord, unitOf } from "/words.js";

const ALARMS = new Set(["battery", "carbon_monoxide", "gas", "heat", "moisture", "problem", "safety", "smoke", "tamper"]);
const LONGEST_SLIDER = 1000; // steps; beyond that a figure is typed

const SELDOM = new Set(["apparent_power", "current", "data_size", "duration", "energy", "frequency", "illuminance", "power_factor",
  "reactive_power", "signal_strength", "voltage"]);

/** The part of the page that an entity takes: "controls" are big, "readings" small, "more" is folded away. */
export function placeOf(entity) {
  if (entity.hidden) return null;
  const { device_class: kind, state_class: series = "" } = entity.attributes;
  if (entity.category || SELDOM.has(kind) || series.startsWith("total")) return "more";
  return entity.services.length > 0 ? "controls" : "readings";
}

/** What colour an entity has: nothing, "glow" (a lamp), "active" (something goes on), "alarm" (look at it). */
export function moodOf(entity) {
  if (!isReachable(entity)) return "away";
  const domain = entity.entity_id.split(".")[0];
  const kind = entity.attributes.device_class;
  if (domain === "sensor") return kind === "battery" && numberOf(entity) < 15 ? "alarm" : "";
  if (entity.state !== "on") return "";
  if (domain === "light") return "glow";
  if (domain === "binary_sensor" && (kind === "connectivity" || kind === "plug" || kind === "power")) return "";
  return ALARMS.has(kind) && domain === "binary_sensor" ? "alarm" : "active";
}

/** A tile: its `root`, and `update`, which brings it up to date. `open` shows the details of an entity. */
export function tileOf(entity, open) {
  return entity.services.length > 0 ? new Control(entity, open) : new Reading(entity, open);
}

class Reading {
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
    setText(this.value, stateWord(entity));
    setText(this.unit, unitOf(entity));
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
    const switches = entity.services.includes("toggle");
    this.main = el("button", { class: "main", type: "button", role: switches ? "switch" : null },
      this.badge, el("span", { class: "words" }, this.device, this.name, this.line));
    this.more = el("button", { class: "more", type: "button" }, icon("dots"));
    this.root = el("div", { class: "control" }, this.main, this.more);
    this.more.addEventListener("click", () => open(this.id));
    this.widget = widgetOf(entity);
    if (this.widget) this.root.append(this.widget.root);
    this.main.addEventListener("click", () => this.act(open));
  }

  act(open) {
    const entity = wished(entities.get(this.id));
    if (entity.services.includes("toggle")) {
      const state = entity.state === "on" ? "off" : "on";
      ask(this.id, `turn_${state}`, {}, { state }, (now) => now.state === state);
    } else if (entity.services.includes("press")) {
      ask(this.id, "press");
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
    this.widget?.update(entity, name);
  }
}

function lineOf(entity, phase) {
  if (phase === "failed") return faultOf(entity.entity_id);
  if (!entity.services.includes("press")) return stateLine(entity);
  return phase === "asked" ? "Pressing" : "Press";
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

// -- widgets below a tile: sliders and choices

function widgetOf(entity) {
  const { services, attributes } = entity;
  const modes = attributes.supported_color_modes ?? [];
  if (services.includes("turn_on") && modes.some((mode) => mode !== "onoff")) return new Slider(brightness);
  if (services.includes("select_option")) return new Choice(entity.entity_id);
  if (!services.includes("set_value")) return null;
  const { min = 0, max = 100, step = 1 } = attributes;
  return (max - min) / step <= LONGEST_SLIDER ? new Slider(value) : new Figure(entity.entity_id);
}

const brightness = {
  what: "Brightness",
  range: () => [1, 100, 1],
  now: (entity) => (entity.state === "on" ? percentOf(entity) : 0),
  text: (percent) => `${percent} %`,
  send(entity, percent) {
    const look = { state: "on", attributes: { brightness: Math.round(percent * 2.55) } };
    const fits = (now) => now.state === "on" && Math.abs(percentOf(now) - percent) <= 2;
    ask(entity.entity_id, "turn_on", { brightness_pct: percent }, look, fits);
  },
};

const value = {
  what: "Value",
  range: ({ attributes: { min = 0, max = 100, step = 1 } }) => [min, max, step],
  now: (entity) => numberOf(entity),
  text: (figure, entity) => `${number(figure, 3)} ${entity.attributes.unit_of_measurement ?? ""}`.trim(),
  send(entity, figure) {
    ask(entity.entity_id, "set_value", { value: figure }, { state: String(figure) }, (now) => numberOf(now) === figure);
  },
};

/** A slider that sends once, when it is let go, and is not moved by news while a finger is on it. */
class Slider {
  constructor(kind) {
    this.kind = kind;
    this.held = false;
    this.input = el("input", { type: "range" });
    this.bubble = el("output", { class: "bubble", "aria-hidden": "true" });
    this.root = el("div", { class: "slider" }, this.input, this.bubble);
    this.input.addEventListener("input", () => this.show(Number(this.input.value), true));
    this.input.addEventListener("change", () => this.send());
    for (const end of ["pointerup", "pointercancel", "blur"]) this.input.addEventListener(end, () => this.release());
  }

  show(figure, held) {
    this.held = held;
    const [least, most] = this.kind.range(this.entity);
    const part = Math.min(1, Math.max(0, (figure - least) / (most - least || 1)));
    this.input.style.setProperty("--part", figure === 0 && this.kind === brightness ? 0 : part);
    setText(this.bubble, this.kind.text(figure, this.entity));
    setAttribute(this.input, "aria-valuetext", this.kind.text(figure, this.entity));
    setAttribute(this.root, "data-held", held);
  }

  send() {
    this.held = false;
    this.kind.send(this.entity, Number(this.input.value));
  }

  release() {
    setTimeout(() => { this.held = false; setAttribute(this.root, "data-held", false); }, 0);
  }

  update(entity, name) {
    this.entity = entity;
    const [least, most, step] = this.kind.range(entity);
    const limits = { min: least, max: most, step };
    for (const [limit, figure] of Object.entries(limits)) setAttribute(this.input, limit, figure);
    setAttribute(this.input, "aria-label", `${this.kind.what} of ${name}`);
    setAttribute(this.input, "disabled", !isReachable(entity));
    if (this.held) return;
    const figure = this.kind.now(entity);
    const shown = Number.isFinite(figure) ? figure : least;
    if (Number(this.input.value) !== Math.max(least, shown)) this.input.value = shown;
    this.show(shown, false);
  }
}

/** The options of a select. */
class Choice {
  constructor(id) {
    this.input = el("select");
    this.root = el("div", { class: "choice" }, this.input);
    this.input.addEventListener("change", () => {
      const option = this.input.value;
      ask(id, "select_option", { option }, { state: option }, (now) => now.state === option);
    });
  }

  update(entity, name) {
    const options = entity.attributes.options ?? [];
    const key = JSON.stringify(options);
    if (this.key !== key) {
      this.key = key;
      const row = (option) => el("option", { value: option, text: stateWord(entity, option) });
      this.input.replaceChildren(...options.map(row));
    }
    setAttribute(this.input, "aria-label", `Choice of ${name}`);
    setAttribute(this.input, "disabled", !isReachable(entity));
    if (this.input.value !== entity.state) this.input.value = entity.state;
  }
}

/** A number with more steps than a slider could tell apart. */
class Figure {
  constructor(id) {
    this.input = el("input", { type: "number", inputmode: "decimal" });
    this.root = el("div", { class: "choice" }, this.input);
    this.input.addEventListener("change", () => {
      if (this.input.reportValidity() && this.input.value !== "") value.send(entities.get(id), Number(this.input.value));
    });
  }

  update(entity, name) {
    for (const limit of ["min", "max", "step"]) setAttribute(this.input, limit, entity.attributes[limit]);
    setAttribute(this.input, "aria-label", `Value of ${name}`);
    setAttribute(this.input, "disabled", !isReachable(entity));
    if (document.activeElement !== this.input && this.input.value !== entity.state) this.input.value = entity.state;
  }
}
