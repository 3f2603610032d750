// What states are called: words, figures and units, as people say them.

import { domainOf, isReachable, kindOf, numberOf, percentOf, type Entity } from "../model/entity.js";
import { capital, clock, format, inZone, number, since, spaced, t } from "./text.js";

export const PAIRS: Record<string, [string, string]> = {
  battery: ["Low", "Normal"], battery_charging: ["Charging", "Not charging"], carbon_monoxide: ["Carbon monoxide!", "Clear"],
  cold: ["Cold", "Normal"], connectivity: ["Connected", "Disconnected"], door: ["Open", "Closed"],
  garage_door: ["Open", "Closed"], gas: ["Gas!", "Clear"], heat: ["Hot", "Normal"], light: ["Light", "Dark"],
  lock: ["Unlocked", "Locked"], moisture: ["Wet", "Dry"], motion: ["Detected", "Clear"], moving: ["Moving", "Still"],
  occupancy: ["Occupied", "Clear"], opening: ["Open", "Closed"], plug: ["Plugged in", "Unplugged"],
  power: ["Power", "No power"], presence: ["Home", "Away"], problem: ["Problem", "Fine"], running: ["Running", "Idle"],
  safety: ["Unsafe", "Safe"], smoke: ["Smoke!", "Clear"], sound: ["Sound", "Quiet"], tamper: ["Tampered", "Clear"],
  update: ["Update ready", "Up to date"], vibration: ["Vibration", "Still"], window: ["Open", "Closed"],
};

const DIGITS: Record<string, number> = {
  battery: 0, carbon_dioxide: 0, energy: 1, humidity: 0, illuminance: 0, power: 0, signal_strength: 0,
  temperature: 1, voltage: 0,
};

const NEVER: Record<string, string> = {
  input_button: "", input_text: "", event: "Not yet", image: "", infrared: "Not yet", notify: "", scene: "Activate",
};
const TIMED = new Set(["event", "image", "infrared", "input_button", "notify", "scene"]);
const GROWING = new Set(["automation", "timer"]);
/** Whether what is shown of an entity grows old by itself. */
export const isTimed = (entity: Entity): boolean =>
  TIMED.has(domainOf(entity)) || GROWING.has(domainOf(entity)) || kindOf(entity) === "timestamp";

const PLACES: Record<string, string> = { home: "Home", not_home: "Away" };
const DAY = { weekday: "short", day: "numeric" } as const;
const MOMENTS: Record<string, (state: string) => string> = {
  date: (state) => inZone(state, { ...DAY, month: "long", year: "numeric" }, "UTC"),
  datetime: (state) => inZone(state, { ...DAY, month: "short", hour: "2-digit", minute: "2-digit" }),
  time: (state) => state.replace(/^(\d\d:\d\d):00$/, "$1"),
  input_datetime: (state) => {
    const [day = "", time = ""] = state.includes(":") && !state.includes("-") ? ["", state] : state.split(" ");
    return [day && MOMENTS.date!(day), time && MOMENTS.time!(time)].filter(Boolean).join(", ");
  },
};

const RULES = new Set(["automation", "script"]);

/** A state in words or figures, without its unit. */
export function stateWord(entity: Entity, said: unknown = entity.state): string {
  const state = String(said);
  const [kind, domain] = [kindOf(entity), domainOf(entity)];
  if (state === "") return "…";
  if (state === "unavailable") return t(RULES.has(domain) ? "Refused" : "Not reachable");
  if (state === "unknown") return t(NEVER[domain] ?? "Unknown");
  if (domain === "text" || domain === "input_text") return entity.attributes.mode === "password" ? "••••••" : state;
  if (domain === "binary_sensor" && PAIRS[kind]) return t(PAIRS[kind][state === "on" ? 0 : 1]);
  if (state === "on") return t("On");
  if (state === "off") return t("Off");
  if (domain === "button") return t("Press");
  if (kind === "timestamp" || TIMED.has(domain)) return since(state);
  if (MOMENTS[domain]) return MOMENTS[domain](state);
  if (domain === "device_tracker" || domain === "person") return PLACES[state] ? t(PLACES[state]) : capital(spaced(state));
  return figure(entity, state) ?? t(capital(spaced(state)));
}

function figure(entity: Entity, state: string): string | null {
  const value = Number(state);
  if (!isMeasured(entity) || state.trim() === "" || !Number.isFinite(value)) return null;
  const isSet = Object.hasOwn(DIGITS, kindOf(entity)) || "display_precision" in entity.attributes;
  return number(value, digitsOf(entity, value), isSet);
}

/** Whether a state that looks like a number is one: the programme "007" and the channel "2024" are names. */
const isMeasured = (entity: Entity): boolean =>
  ["number", "input_number", "counter"].includes(domainOf(entity)) ||
  ["unit_of_measurement", "state_class", "display_precision"].some((name) => name in entity.attributes) ||
  Object.hasOwn(DIGITS, kindOf(entity));

function digitsOf(entity: Entity, value: number): number {
  const { display_precision: wanted } = entity.attributes;
  const known = DIGITS[kindOf(entity)];
  if (Number.isInteger(wanted) && wanted >= 0 && wanted <= 20) return wanted;
  if (Math.abs(value) >= 1000) return 0;
  if (known === 0 && Math.abs(value) < 10 && !Number.isInteger(value)) return 1;
  return known ?? (Math.abs(value) >= 100 ? 1 : 2);
}

export const unitOf = (entity: Entity): string =>
  Number.isFinite(numberOf(entity)) ? (entity.attributes.unit_of_measurement ?? "") : "";

type Line = (entity: Entity) => string[] | string;

/** What stands beside the word, for kinds of which it is not all that one would know. */
const LINES: Record<string, Line> = {
  automation: ({ attributes: { last_triggered: ran }, state }) => [t(capital(state)), ran ? t("ran {0}", since(ran)) : ""],
  timer: ({ attributes, state }) => [t(capital(state)), state === "active" ? ends(attributes) : (attributes.remaining ?? "")],
  camera: () => "",
  climate: ({ attributes, state }) => [t(capital(spaced(attributes.hvac_action ?? state))), degrees(attributes)],
  cover: ({ attributes }) => [position(attributes)],
  event: ({ attributes, state }) => [t(capital(spaced(attributes.event_type ?? ""))), since(state)],
  fan: ({ attributes: { percentage, preset_mode: preset }, state }) =>
    state === "on" ? [t("On"), preset ? t(capital(preset)) : inPercent(percentage)] : [],
  humidifier: ({ attributes: { action = "on", current_humidity: now }, state }) => [
    t(state === "on" ? capital(action) : "Off"),
    inPercent(now),
  ],
  media_player: ({ attributes, state }) => [t(capital(state)), [attributes.media_artist, attributes.media_title].filter(Boolean).join(" – ")],
  update: ({ attributes, state }) => [state === "on" ? installing(attributes) : t("Up to date")],
  valve: ({ attributes }) => [position(attributes)],
  water_heater: ({ attributes, state }) => [t(capital(spaced(state))), degrees(attributes)],
};
type Attributes = Entity["attributes"];
const ends = ({ finishes_at: end }: Attributes): string => (end ? t("until {0}, {1}", clock(end), since(end)) : "");
const WITH_STATE = new Set(["cover", "valve"]);
const inPercent = (value: unknown): string => (typeof value === "number" ? `${number(value, 0)} %` : "");
const position = ({ current_position: part }: Attributes): string => (part > 0 && part < 100 ? inPercent(part) : "");
const degrees = ({ current_temperature: now, temperature_unit: unit = "°C" }: Attributes): string =>
  typeof now === "number" ? `${number(now, 1, true)} ${unit}` : "";
const installing = ({ in_progress: busy, update_percentage: part, installed_version: from, latest_version: to }: Attributes): string =>
  busy ? t("Installing {0}", inPercent(part)).trim() : `${from} → ${to}`;

function richLine(entity: Entity): string | undefined {
  const parts = LINES[domainOf(entity)]?.(entity);
  if (!Array.isArray(parts)) return parts;
  const own = WITH_STATE.has(domainOf(entity)) || parts.every((part) => !part) ? [stateWord(entity)] : [];
  return [...own, ...parts].filter(Boolean).join(" · ");
}

/** State and unit in one line. */
export function stateLine(entity: Entity): string {
  const unit = unitOf(entity);
  const rich = isReachable(entity) && entity.state !== "unknown" ? richLine(entity) : undefined;
  if (rich !== undefined) return rich;
  if (domainOf(entity) === "light" && entity.state === "on" && entity.attributes.brightness) {
    return `${t("On")} · ${percentOf(entity)} %`;
  }
  return unit ? `${stateWord(entity)} ${unit}` : stateWord(entity);
}

export function valueLine(entity: Entity, state: string): string {
  const unit = entity.attributes.unit_of_measurement;
  return unit && Number.isFinite(Number(state)) ? `${stateWord(entity, state)} ${unit}` : stateWord(entity, state);
}

/** Its name in two parts, without the room's, which stands above it: of which device, if it is not all of it, and what. */
export function namesOf(entity: Entity, room: string): { device: string; name: string } {
  const full: string = entity.attributes.friendly_name ?? entity.entity_id;
  const device = entity.device ?? "";
  if (!device || !full.startsWith(`${device} `)) return { device: "", name: without(full, room) };
  return { device: without(device, room), name: capital(full.slice(device.length + 1)) };
}

/** The same in one: "Dishwasher power". */
export function shortName(entity: Entity, room: string): string {
  const { device, name } = namesOf(entity, room);
  if (domainOf(entity) === "device_tracker") return name;
  return device ? `${device} ${lower(name)}` : name;
}

/** German nouns keep their capital. */
const lower = (name: string): string =>
  /^.[a-z ]/.test(name) && !format.language?.startsWith("de") ? name.charAt(0).toLowerCase() + name.slice(1) : name;

/** "Hall lamp" is "Lamp" in the hall, "Children's lamp" in the children's room. */
function without(name: string, room: string): string {
  for (const start of [`${room} `, `${room.replace(/ room$/i, "")} `]) {
    const fits = room && name.length > start.length && name.toLowerCase().startsWith(start.toLowerCase());
    if (fits) return capital(name.slice(start.length));
  }
  return name;
}
