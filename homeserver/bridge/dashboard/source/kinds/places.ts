// Where an entity stands in a room, in which order, what colour it has, and which few stand for their room.

import { domainOf, isReachable, kindOf, numberOf, type Entity } from "../model/entity.js";
import { isWorked } from "./controls.js";

export type Place = "controls" | "readings" | "more";
export type Mood = "" | "glow" | "active" | "warm" | "alarm" | "away";

const SELDOM = new Set(["apparent_power", "current", "data_size", "duration", "energy", "frequency", "illuminance", "power_factor",
  "reactive_power", "signal_strength", "voltage"]);
export const ALARMS = new Set(["battery", "carbon_monoxide", "gas", "heat", "moisture", "problem", "safety", "smoke", "tamper"]);
const KINDS = ["alarm_control_panel", "lock", "light", "climate", "cover", "media_player", "scene", "fan", "humidifier", "water_heater",
  "switch", "valve", "vacuum", "lawn_mower", "siren", "input_boolean", "group", "script", "button", "input_button", "timer", "counter",
  "select", "input_select", "number", "input_number", "time", "date", "datetime", "input_datetime", "text", "input_text", "notify",
  "update", "camera", "image", "person", "binary_sensor", "device_tracker", "event", "sensor"];
const CLASSES = ["temperature", "humidity", "motion", "occupancy", "door", "window", "power", "energy"];

/** The part of the page that an entity takes: "controls" are big, "readings" small, "more" is folded away. */
export function placeOf(entity: Entity): Place | null {
  const domain = domainOf(entity);
  if (entity.hidden || domain === "zone") return null;
  if (domain === "automation" || domain === "sun") return "more"; // rules are many, and seldom what people look for
  if (domain === "infrared" || (domain === "image" && entity.state === "unknown")) return "more";
  if (domain === "update") return entity.state === "on" ? "controls" : "more"; // whatever its category: somebody has to decide
  const series = String(entity.attributes.state_class ?? "");
  if (entity.category || SELDOM.has(kindOf(entity)) || series.startsWith("total")) return "more";
  return isWorked(entity) ? "controls" : "readings";
}

/** Controls in a fixed order of kinds, then by name: a tile never moves because its state changed. */
export function orderOf(entity: Entity): string {
  const rank = (index: number): string => String(index < 0 ? 99 : index).padStart(2, "0");
  const kind = isWorked(entity) ? KINDS.indexOf(domainOf(entity)) : CLASSES.indexOf(kindOf(entity));
  return `${rank(kind)} ${entity.attributes.friendly_name}`;
}

/** Whether its state has a say in where it stands. */
export const isMoved = (entity: Entity): boolean => ["image", "update"].includes(domainOf(entity));

const KEY = new Set(KINDS.slice(0, KINDS.indexOf("update")).filter((kind) => !["notify", "text", "input_text"].includes(kind)));

/** The few controls that stand for a room: of each kind the first, then the second, as many as there is place for. */
export function keyTiles(controls: Entity[], most: number): Entity[] {
  const turns = new Map<string, number>();
  const candidates = controls.filter((entity) => KEY.has(domainOf(entity)) || domainOf(entity) === "camera").map((entity) => {
    const turn = turns.get(domainOf(entity)) ?? 0;
    turns.set(domainOf(entity), turn + 1);
    return { entity, turn };
  });
  const picked = candidates.sort((one, two) => one.turn - two.turn).slice(0, most).map(({ entity }) => entity);
  return picked.sort((one, two) => orderOf(one).localeCompare(orderOf(two)));
}

/** What shows that a machine is at work, or that somebody should look at it, by kind. */
const MOODS: Record<string, Record<string, Mood>> = {
  automation: {},
  alarm_control_panel: { triggered: "alarm", pending: "alarm", arming: "active" },
  cover: { opening: "active", closing: "active" },
  lawn_mower: { mowing: "active", returning: "active", error: "alarm" },
  lock: { unlocked: "active", open: "active", jammed: "alarm", locking: "active", unlocking: "active" },
  media_player: { playing: "active" },
  person: { home: "active" },
  siren: { on: "alarm" },
  timer: { active: "active" },
  vacuum: { cleaning: "active", returning: "active", error: "alarm" },
  valve: { opening: "active", closing: "active", closed: "active" },
};
const ACTIONS: Record<string, Mood> = {
  heating: "warm", preheating: "warm", cooling: "active", drying: "active", humidifying: "active", fan: "active",
};

/** What colour an entity has: "glow" (a lamp), "warm" (it heats), "active" (something goes on), "alarm" (look at it). */
export function moodOf(entity: Entity): Mood {
  if (!isReachable(entity)) return "away";
  const [domain, kind] = [domainOf(entity), kindOf(entity)];
  if (MOODS[domain]) return MOODS[domain][entity.state] ?? "";
  const { hvac_action: heats, action = heats } = entity.attributes;
  if (domain === "climate" || domain === "humidifier") return ACTIONS[action] ?? "";
  if (domain === "sensor") return kind === "battery" && numberOf(entity) < 15 ? "alarm" : "";
  if (entity.state !== "on") return "";
  if (domain === "light") return "glow";
  if (domain === "binary_sensor" && (kind === "connectivity" || kind === "plug" || kind === "power")) return "";
  return ALARMS.has(kind) && domain === "binary_sensor" ? "alarm" : "active";
}

/** The lamp's own colour where it has one; a white that is too pale to see is left to the style sheet. */
export function lampColour(entity: Entity): string {
  const colour = entity.attributes.rgb_color;
  if (entity.state !== "on" || !Array.isArray(colour) || colour.length !== 3) return "";
  const [most, least] = [Math.max(...colour), Math.min(...colour)];
  return most - least > 110 ? `rgb(${colour.map(Number).join(" ")})` : "";
}
