// The row at the top: what one wants to know when one opens the door, and of which entities it speaks.

import { domainOf, isReachable, isRefused, kindOf, numberOf, type Entity } from "../model/entity.js";
import { stateLine } from "../words/states.js";
import { number, t } from "../words/text.js";
import { ALARMS, moodOf, type Mood } from "./places.js";

export interface Chip {
  key: string;
  icon: string;
  value: string;
  label: string;
  mood: Mood;
  of: Entity[];
}
type Told = { value: string; label: string; mood?: Mood; of: Entity[] } | null;
type Home = Entity[];

/** Temperatures of things, which say nothing of how warm it is for people. */
const THING = /flow|return|water|boiler|supply|fridge|freezer|oven|cpu|chip|processor|dew|set ?point|target/i;
const OUTSIDE = /out(side|door)|garden|balcony|terrace|patio|street|roof|yard|weather/i;
const METER = /(^|[_ ])(meter|mains?|grid|total)([_ ]|$)/i;
const OPENINGS = new Set(["door", "window", "garage_door", "opening"]);

type Fits = (entity: Entity) => boolean;

/** Without what concerns only a device itself. */
const is = (domain: string, kinds?: Set<string>): Fits => (entity) =>
  domainOf(entity) === domain && !entity.category && (!kinds || kinds.has(kindOf(entity)));
const outside: Fits = (entity) => OUTSIDE.test(placeWords(entity));
const warmth = is("sensor", new Set(["temperature"]));
const ALARMING = new Set(["alarm_control_panel", "lawn_mower", "lock", "siren", "vacuum"]);

/** `of`: of which entities a chip speaks, by what seldom changes; `tell`: what it says of them now. */
const ROWS: { key: string; icon: string; of: Fits; tell: (home: Home) => Told }[] = [
  { key: "alarm", icon: "alert", of: (entity) => ALARMING.has(domainOf(entity)) || (domainOf(entity) === "binary_sensor" && ALARMS.has(kindOf(entity))), tell: alarms },
  { key: "people", icon: "person", of: (entity) => is("person")(entity) || is("device_tracker")(entity), tell: people },
  { key: "open", icon: "door", of: is("binary_sensor", OPENINGS), tell: openings },
  { key: "lamps", icon: "bulb", of: is("light"), tell: lamps },
  { key: "power", icon: "bolt", of: is("sensor", new Set(["power"])), tell: power },
  { key: "inside", icon: "house", of: (entity) => warmth(entity) && isRoomAir(entity), tell: (home) => temperature(home, "inside") },
  { key: "outside", icon: "sun", of: (entity) => warmth(entity) && outside(entity), tell: (home) => temperature(home, "outside") },
  { key: "guard", icon: "shield", of: is("alarm_control_panel"), tell: guard },
  { key: "battery", icon: "battery", of: (entity) => kindOf(entity) === "battery", tell: batteries },
  { key: "updates", icon: "download", of: (entity) => domainOf(entity) === "update", tell: updates },
  { key: "away", icon: "signal", of: (entity) => !isReachable(entity) && !isRefused(entity), tell: away },
  { key: "refused", icon: "alert", of: isRefused, tell: refused },
];

const COUNTED = new Set(["alarm_control_panel", "device_tracker", "lawn_mower", "light", "lock", "person", "siren", "update", "vacuum"]);
const SUMMED = new Set(["power", "temperature"]);

/** Whether the glance speaks of an entity by its state: the page has to be told it. */
export function isGlanced(entity: Entity): boolean {
  const [domain, kind] = [domainOf(entity), kindOf(entity)];
  if (entity.hidden) return false;
  if (domain === "sensor") return kind === "battery" || (SUMMED.has(kind) && !entity.category);
  if (domain === "binary_sensor") return OPENINGS.has(kind) || ALARMS.has(kind);
  return COUNTED.has(domain);
}

/** Of which entities each chip speaks: to be found anew only when something came, went, moved, or was lost from sight. */
export function sharesOf(all: Iterable<Entity>): string[][] {
  const home = [...all].filter((entity) => !entity.hidden);
  return ROWS.map(({ of }) => home.filter(of).map((entity) => entity.entity_id));
}

/** The chips that have something to say now; what was told of nothing yet says nothing. */
export function chipsOf(shares: string[][], entityOf: (id: string) => Entity | undefined): Chip[] {
  return ROWS.flatMap(({ key, icon, tell }, place) => {
    const home = shares[place]!.map(entityOf).filter((entity) => entity !== undefined && entity.state !== "") as Home;
    const told = home.length ? guarded(() => tell(home)) : null;
    return told ? [{ key, icon, ...told, mood: told.mood ?? "" }] : [];
  });
}

/** The same for a home that is looked at once. */
export function glanceOf(all: Iterable<Entity>): Chip[] {
  const home = new Map([...all].map((entity) => [entity.entity_id, entity]));
  return chipsOf(sharesOf(home.values()), (id) => home.get(id));
}

/** What is odd about one entity must not cost the others their place. */
export function guarded<T>(what: () => T): T | null {
  try {
    return what();
  } catch (fault) {
    reportError(fault);
    return null;
  }
}

const placeWords = (entity: Entity): string => `${entity.area} ${entity.entity_id}`;

/** Whether a temperature or humidity is that of the air in a room. */
export const isRoomAir = (entity: Entity): boolean => !OUTSIDE.test(placeWords(entity)) && !THING.test(entity.entity_id);

/** Without groups: their members count. */
const members = (home: Home): Home => home.filter((entity) => !Array.isArray(entity.attributes.entity_id));
const measured = (home: Home): Home => home.filter((entity) => Number.isFinite(numberOf(entity)));
const of = (home: Home, domain: string): Home => home.filter((entity) => domainOf(entity) === domain);

function temperature(home: Home, label: string): Told {
  const sensors = measured(home);
  if (sensors.length === 0) return null;
  const units = sensors.map(unitOf);
  const unit = units.reduce((most, one) => (count(units, one) > count(units, most) ? one : most));
  const celsius = sensors.reduce((sum, entity) => sum + toCelsius(entity), 0) / sensors.length;
  return { value: `${number(fromCelsius(celsius, unit), 1, true)} ${unit}`, label: t(label), of: sensors };
}

const unitOf = (entity: Entity): string => entity.attributes.unit_of_measurement ?? "°";
const count = (list: string[], value: string): number => list.filter((one) => one === value).length;

/** Scale and zero of units that people may choose for single sensors, against °C. */
const SCALES: Record<string, [number, number]> = { "°F": [1.8, 32], K: [1, 273.15] };

function toCelsius(entity: Entity): number {
  const [scale, zero] = SCALES[unitOf(entity)] ?? [1, 0];
  return (numberOf(entity) - zero) / scale;
}

function fromCelsius(value: number, unit: string): number {
  const [scale, zero] = SCALES[unit] ?? [1, 0];
  return value * scale + zero;
}

function power(home: Home): Told {
  const sensors = measured(home);
  if (sensors.length === 0) return null;
  const meter = sensors.find((entity) => METER.test(`${entity.entity_id} ${entity.attributes.friendly_name}`));
  const of = meter ? [meter] : sensors;
  const watts = of.reduce((sum, entity) => sum + toWatts(entity), 0);
  const value = Math.abs(watts) >= 10000 ? `${number(watts / 1000, 1)} kW` : `${number(watts, 0)} W`;
  return { value, label: t("power now"), of };
}

const toWatts = (entity: Entity): number => numberOf(entity) * (entity.attributes.unit_of_measurement === "kW" ? 1000 : 1);

function lamps(home: Home): Told {
  const lights = members(home);
  if (lights.length === 0) return null;
  const on = lights.filter((entity) => entity.state === "on");
  return { value: on.length ? t("{0} on", on.length) : t("All off"), label: t("lamps"), mood: on.length ? "glow" : "", of: on.length ? on : lights };
}

function openings(home: Home): Told {
  const doors = members(home);
  if (doors.length === 0) return null;
  const open = doors.filter((entity) => entity.state === "on");
  const label = doors.length === 1 ? doors[0]!.attributes.friendly_name : t("doors and windows");
  const value = open.length ? t("{0} open", open.length) : t("All closed");
  return { value, label, mood: open.length ? "active" : "", of: open.length ? open : doors };
}

/** Persons where there are any, else what they carry. */
function people(home: Home): Told {
  const persons = of(home, "person");
  const known = (persons.length ? persons : of(home, "device_tracker")).filter((entity) => isReachable(entity) && entity.state !== "unknown");
  if (known.length === 0) return null;
  const here = known.filter((entity) => entity.state === "home");
  const names = persons.length && here.length > 0 && here.length < 3 && here.map((entity) => entity.attributes.friendly_name).join(", ");
  return { value: names || (here.length ? t("{0} of {1}", here.length, known.length) : t("Nobody")), label: t("at home"), of: known };
}

function guard(home: Home): Told {
  const rests = ["disarmed", "unknown", "unavailable"];
  const panels = home.filter((entity) => !rests.includes(entity.state));
  const first = panels[0];
  return first ? { value: stateLine(first), label: first.attributes.friendly_name, mood: "active", of: panels } : null;
}

function updates(home: Home): Told {
  const ready = home.filter((entity) => entity.state === "on");
  return ready.length ? { value: String(ready.length), label: t(ready.length === 1 ? "update ready" : "updates ready"), of: ready } : null;
}

const isWeak = (entity: Entity): boolean => kindOf(entity) === "battery" && moodOf(entity) === "alarm";

function batteries(home: Home): Told {
  const weak = home.filter(isWeak);
  return weak.length ? { value: String(weak.length), label: t(weak.length === 1 ? "low battery" : "low batteries"), mood: "alarm", of: weak } : null;
}

function alarms(home: Home): Told {
  const wrong = home.filter((entity) => moodOf(entity) === "alarm" && !isWeak(entity));
  const first = wrong[0];
  if (!first) return null;
  if (wrong.length === 1) return { value: stateLine(first), label: first.attributes.friendly_name, mood: "alarm", of: wrong };
  return { value: String(wrong.length), label: t("things to look at"), mood: "alarm", of: wrong };
}

function away(home: Home): Told {
  const lost = home.filter((entity) => !isReachable(entity));
  return lost.length ? { value: String(lost.length), label: t("not reachable"), of: lost } : null;
}

/** Rules with a fault in their files: nothing is out of reach, something is to be mended. */
function refused(home: Home): Told {
  const found = home.filter(isRefused);
  return found.length ? { value: String(found.length), label: t(found.length === 1 ? "rule refused" : "rules refused"), of: found } : null;
}
