// The row at the top: what one wants to know when one opens the door; a press tells of which entities it speaks.

import { el, setAttribute, setText } from "/dom.js";
import { entities } from "/home.js";
import { icon } from "/icons.js";
import { moodOf } from "/tiles.js";
import { isReachable, isRefused, number, numberOf, stateLine } from "/words.js";

/** Temperatures of things, which say nothing of how warm it is for people. */
const THING = /flow|return|water|boiler|supply|fridge|freezer|oven|cpu|chip|processor|dew|set ?point|target/i;
const OUTSIDE = /out(side|door)|garden|balcony|terrace|patio|street|roof|yard|weather/i;
const METER = /(^|[_ ])(meter|mains?|grid|total)([_ ]|$)/i;
const OPENINGS = new Set(["door", "window", "garage_door", "opening"]);

const ROWS = [
  { key: "alarm", icon: "alert", tell: alarms },
  { key: "inside", icon: "house", tell: () => temperature(isRoomAir, "inside") },
  { key: "outside", icon: "sun", tell: () => temperature((entity) => OUTSIDE.test(placeWords(entity)), "outside") },
  { key: "power", icon: "bolt", tell: power },
  { key: "lamps", icon: "bulb", tell: lamps },
  { key: "open", icon: "door", tell: openings },
  { key: "people", icon: "person", tell: people },
  { key: "guard", icon: "shield", tell: guard },
  { key: "updates", icon: "download", tell: updates },
  { key: "away", icon: "signal", tell: away },
  { key: "refused", icon: "alert", tell: refused },
];

const chips = new Map();

const placeWords = (entity) => `${entity.area} ${entity.entity_id}`;

/** Whether a temperature or humidity is that of the air in a room. */
export const isRoomAir = (entity) => !OUTSIDE.test(placeWords(entity)) && !THING.test(entity.entity_id);

/** `pick` is told of the entities that a chip speaks of, when it is pressed. */
export function showGlance(list, pick) {
  for (const row of ROWS) {
    const told = row.tell();
    const chip = chips.get(row.key) ?? makeChip(list, row, pick);
    setAttribute(chip.root, "hidden", !told);
    if (!told) continue;
    setText(chip.value, told.value);
    setText(chip.label, told.label);
    setAttribute(chip.root, "data-mood", told.mood ?? "");
    chip.of = told.of;
    setAttribute(chip.root, "title", names(told.of));
  }
}

function makeChip(list, row, pick) {
  const badge = el("span", { class: "badge" }, icon(row.icon));
  const value = el("strong");
  const label = el("span", { class: "quiet" });
  const button = el("button", { type: "button" }, badge, el("span", { class: "words" }, value, label));
  const chip = { root: el("li", {}, button), value, label, of: [] };
  button.addEventListener("click", () => pick(chip.of.map((entity) => entity.entity_id), label.textContent));
  chips.set(row.key, chip);
  list.append(chip.root);
  return chip;
}

/** Without groups: their members count. */
function all(domain, kind) {
  const fits = (entity) => entity.entity_id.startsWith(`${domain}.`) && !entity.category && !entity.hidden &&
    !Array.isArray(entity.attributes.entity_id) && (!kind || entity.attributes.device_class === kind);
  return [...entities.values()].filter(fits);
}

const measured = (kind) => all("sensor", kind).filter((entity) => Number.isFinite(numberOf(entity)));
const names = (list) => list.map((entity) => entity.attributes.friendly_name).join(", ");

function temperature(fits, label) {
  const sensors = measured("temperature").filter(fits);
  if (sensors.length === 0) return null;
  const units = sensors.map(unitOf);
  const unit = units.reduce((most, one) => (count(units, one) > count(units, most) ? one : most));
  const celsius = sensors.reduce((sum, entity) => sum + toCelsius(entity), 0) / sensors.length;
  return { value: `${number(fromCelsius(celsius, unit), 1, true)} ${unit}`, label, of: sensors };
}

const unitOf = (entity) => entity.attributes.unit_of_measurement ?? "°";
const count = (list, value) => list.filter((one) => one === value).length;

/** Scale and zero of units that people may choose for single sensors, against °C. */
const SCALES = { "°F": [1.8, 32], K: [1, 273.15] };

function toCelsius(entity) {
  const [scale, zero] = SCALES[unitOf(entity)] ?? [1, 0];
  return (numberOf(entity) - zero) / scale;
}

function fromCelsius(value, unit) {
  const [scale, zero] = SCALES[unit] ?? [1, 0];
  return value * scale + zero;
}

function power() {
  const sensors = measured("power");
  if (sensors.length === 0) return null;
  const meter = sensors.find((entity) => METER.test(`${entity.entity_id} ${entity.attributes.friendly_name}`));
  const of = meter ? [meter] : sensors;
  const watts = of.reduce((sum, entity) => sum + toWatts(entity), 0);
  const value = Math.abs(watts) >= 10000 ? `${number(watts / 1000, 1)} kW` : `${number(watts, 0)} W`;
  return { value, label: "power now", of };
}

const toWatts = (entity) => numberOf(entity) * (entity.attributes.unit_of_measurement === "kW" ? 1000 : 1);

function lamps() {
  const lights = all("light");
  if (lights.length === 0) return null;
  const on = lights.filter((entity) => entity.state === "on");
  return { value: on.length ? `${on.length} on` : "All off", label: "lamps", mood: on.length ? "glow" : "", of: on.length ? on : lights };
}

function openings() {
  const doors = all("binary_sensor").filter((entity) => OPENINGS.has(entity.attributes.device_class));
  if (doors.length === 0) return null;
  const open = doors.filter((entity) => entity.state === "on");
  const label = doors.length === 1 ? doors[0].attributes.friendly_name : "doors and windows";
  const value = open.length ? `${open.length} open` : "All closed";
  return { value, label, mood: open.length ? "active" : "", of: open.length ? open : doors };
}

function people() {
  const trackers = all("device_tracker").filter(isReachable);
  if (trackers.length === 0) return null;
  const home = trackers.filter((entity) => entity.state === "home");
  return { value: home.length ? `${home.length} of ${trackers.length}` : "Nobody", label: "at home", of: trackers };
}

function guard() {
  const rests = ["disarmed", "unknown", "unavailable"];
  const panels = all("alarm_control_panel").filter((entity) => !rests.includes(entity.state));
  if (panels.length === 0) return null;
  const [first] = panels;
  return { value: stateLine(first), label: first.attributes.friendly_name, mood: "active", of: panels };
}

function updates() {
  const isReady = (entity) => entity.entity_id.startsWith("update.") && !entity.hidden && entity.state === "on";
  const ready = [...entities.values()].filter(isReady);
  if (ready.length === 0) return null;
  return { value: String(ready.length), label: ready.length === 1 ? "update ready" : "updates ready", of: ready };
}

function alarms() {
  const wrong = [...entities.values()].filter((entity) => !entity.hidden && moodOf(entity) === "alarm");
  if (wrong.length === 0) return null;
  const [first] = wrong;
  if (wrong.length === 1) return { value: stateLine(first), label: first.attributes.friendly_name, mood: "alarm", of: wrong };
  return { value: String(wrong.length), label: "things to look at", mood: "alarm", of: wrong };
}

function away() {
  const isLost = (entity) => !entity.hidden && !isReachable(entity) && !isRefused(entity);
  const lost = [...entities.values()].filter(isLost);
  return lost.length ? { value: String(lost.length), label: "not reachable", of: lost } : null;
}

/** Rules with a fault in their files: nothing is out of reach, something is to be mended. */
function refused() {
  const found = [...entities.values()].filter((entity) => !entity.hidden && isRefused(entity));
  if (found.length === 0) return null;
  return { value: String(found.length), label: found.length === 1 ? "rule refused" : "rules refused", of: found };
}
