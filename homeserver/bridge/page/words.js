// What things are called: states, numbers, times and causes, as people say them. All texts of the page's live part.

const format = { language: "en", zone: undefined };

/** The home's language and time zone; a browser that does not know one keeps its own. */
export function speak(said, zone) {
  const language = said === "en" ? "en-GB" : said; // days before months, and 24 hours, as most of the world writes them
  try {
    new Intl.DateTimeFormat(language, { timeZone: zone });
    Object.assign(format, { language, zone });
  } catch {
    Object.assign(format, { language: undefined, zone: undefined });
  }
}

const PAIRS = {
  battery: ["Low", "Normal"], battery_charging: ["Charging", "Not charging"], carbon_monoxide: ["Carbon monoxide!", "Clear"],
  cold: ["Cold", "Normal"], connectivity: ["Connected", "Disconnected"], door: ["Open", "Closed"],
  garage_door: ["Open", "Closed"], gas: ["Gas!", "Clear"], heat: ["Hot", "Normal"], light: ["Light", "Dark"],
  lock: ["Unlocked", "Locked"], moisture: ["Wet", "Dry"], motion: ["Detected", "Clear"], moving: ["Moving", "Still"],
  occupancy: ["Occupied", "Clear"], opening: ["Open", "Closed"], plug: ["Plugged in", "Unplugged"],
  power: ["Power", "No power"], presence: ["Home", "Away"], problem: ["Problem", "Fine"], running: ["Running", "Idle"],
  safety: ["Unsafe", "Safe"], smoke: ["Smoke!", "Clear"], sound: ["Sound", "Quiet"], tamper: ["Tampered", "Clear"],
  update: ["Update ready", "Up to date"], vibration: ["Vibration", "Still"], window: ["Open", "Closed"],
};

const VERBS = {
  battery: ["has a low battery", "has a good battery"], connectivity: ["is connected", "lost its connection"],
  door: ["opened", "closed"], garage_door: ["opened", "closed"], lock: ["was unlocked", "was locked"],
  moisture: ["became wet", "is dry"], motion: ["saw motion", "sees no motion any more"],
  occupancy: ["became occupied", "became empty"], opening: ["opened", "closed"], presence: ["came home", "left"],
  running: ["started", "stopped"], smoke: ["detected smoke", "is clear of smoke"], window: ["opened", "closed"],
};

const DIGITS = {
  battery: 0, carbon_dioxide: 0, energy: 1, humidity: 0, illuminance: 0, power: 0, signal_strength: 0,
  temperature: 1, voltage: 0,
};

const domainOf = (entity) => entity.entity_id.split(".")[0];
const spaced = (text) => String(text).replaceAll("_", " "); // an attribute may be anything
export const capital = (text) => String(text).charAt(0).toUpperCase() + String(text).slice(1);

const NEVER = { input_button: "", input_text: "", event: "Not yet", image: "", infrared: "Not yet", notify: "", scene: "Activate" };
const TIMED = new Set(["event", "image", "infrared", "input_button", "notify", "scene"]);
const GROWING = new Set(["automation", "timer"]);
/** Whether what is shown of an entity grows old by itself. */
export const isTimed = (entity) => TIMED.has(domainOf(entity)) || GROWING.has(domainOf(entity)) || entity.attributes.device_class === "timestamp";
const PLACES = { home: "Home", not_home: "Away" };
const DAY = { weekday: "short", day: "numeric" };
const MOMENTS = {
  date: (state) => inZone(state, { ...DAY, month: "long", year: "numeric" }, "UTC"),
  datetime: (state) => inZone(state, { ...DAY, month: "short", hour: "2-digit", minute: "2-digit" }),
  time: (state) => state.replace(/^(\d\d:\d\d):00$/, "$1"),
  input_datetime: (state) => {
    const [day, clock = ""] = state.includes(":") && !state.includes("-") ? ["", state] : state.split(" ");
    return [day && MOMENTS.date(day), clock && MOMENTS.time(clock)].filter(Boolean).join(", ");
  },
};

const RULES = new Set(["automation", "script"]);

function inZone(state, shape, zone = format.zone) {
  const time = new Date(state);
  if (Number.isNaN(time.getTime())) return state;
  return new Intl.DateTimeFormat(format.language, { ...shape, timeZone: zone }).format(time);
}

/** A moment as the field of a form has it: in the home's time, without a zone. */
export function localMoment(state) {
  const time = new Date(state);
  if (Number.isNaN(time.getTime())) return "";
  const two = "2-digit";
  const shape = { year: "numeric", month: two, day: two, hour: two, minute: two, hourCycle: "h23", timeZone: format.zone };
  const told = new Intl.DateTimeFormat("en-GB", shape).formatToParts(time);
  const parts = Object.fromEntries(told.map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

export const isReachable = (entity) => entity.state !== "unavailable";

/** Whether it is a rule or a script that has a fault in its file and does not run. */
export const isRefused = (entity) => !isReachable(entity) && RULES.has(domainOf(entity));

/** The state as a number, or NaN. */
export const numberOf = (entity) => (entity.state.trim() === "" ? NaN : Number(entity.state));

/** A figure with at most `digits` behind the point; with `all`, exactly so many, so that it does not jump about. */
export function number(value, digits, all = false) {
  const shape = { maximumFractionDigits: digits, minimumFractionDigits: all ? digits : 0 };
  return new Intl.NumberFormat(format.language, shape).format(value);
}

/** A state in words or figures, without its unit. */
export function stateWord(entity, said = entity.state) {
  const state = String(said);
  const kind = entity.attributes.device_class;
  const domain = domainOf(entity);
  if (state === "unavailable") return RULES.has(domain) ? "Refused" : "Not reachable";
  if (state === "unknown") return NEVER[domain] ?? "Unknown";
  if (domain === "text" || domain === "input_text") return entity.attributes.mode === "password" ? "••••••" : state;
  if (domain === "binary_sensor" && PAIRS[kind]) return PAIRS[kind][state === "on" ? 0 : 1];
  if (state === "on") return "On";
  if (state === "off") return "Off";
  if (domain === "button") return "Press";
  if (kind === "timestamp" || TIMED.has(domain)) return since(state);
  if (MOMENTS[domain]) return MOMENTS[domain](state);
  if (domain === "device_tracker") return PLACES[state] ?? capital(spaced(state));
  const value = Number(state);
  const isSet = Object.hasOwn(DIGITS, kind) || "display_precision" in entity.attributes;
  const isFigure = isMeasured(entity) && state.trim() !== "" && Number.isFinite(value);
  return isFigure ? number(value, digitsOf(entity, value), isSet) : capital(spaced(state));
}

/** Whether a state that looks like a number is one: the programme "007" and the channel "2024" are names. */
const isMeasured = (entity) =>
  ["number", "input_number", "counter"].includes(domainOf(entity)) ||
  ["unit_of_measurement", "state_class", "display_precision"].some((name) => name in entity.attributes) ||
  Object.hasOwn(DIGITS, entity.attributes.device_class);

function digitsOf(entity, value) {
  const { device_class: kind, display_precision: wanted } = entity.attributes;
  const known = Object.hasOwn(DIGITS, kind) ? DIGITS[kind] : undefined;
  if (Number.isInteger(wanted) && wanted >= 0 && wanted <= 20) return wanted;
  if (Math.abs(value) >= 1000) return 0;
  if (known === 0 && Math.abs(value) < 10 && !Number.isInteger(value)) return 1;
  return known ?? (Math.abs(value) >= 100 ? 1 : 2);
}

export function unitOf(entity) {
  return Number.isFinite(numberOf(entity)) ? entity.attributes.unit_of_measurement ?? "" : "";
}

/** What stands beside the word, for kinds of which it is not all that one would know. */
const LINES = {
  automation: ({ attributes: { last_triggered: ran }, state }) => [capital(state), ran ? `ran ${since(ran)}` : ""],
  timer: ({ attributes, state }) => [capital(state), state === "active" ? ends(attributes) : attributes.remaining ?? ""],
  camera: () => "",
  climate: ({ attributes }) => [capital(spaced(attributes.hvac_action ?? "")), degrees(attributes)],
  cover: ({ attributes }) => [position(attributes)],
  event: ({ attributes, state }) => [capital(spaced(attributes.event_type ?? "")), since(state)],
  fan: ({ attributes: { percentage, preset_mode: preset }, state }) => (
    state === "on" ? ["On", preset ? capital(preset) : inPercent(percentage)] : []),
  humidifier: ({ attributes: { action = "on", current_humidity: now }, state }) => (
    [state === "on" ? capital(action) : "Off", inPercent(now)]),
  update: ({ attributes, state }) => [state === "on" ? installing(attributes) : "Up to date"],
  valve: ({ attributes }) => [position(attributes)],
  water_heater: ({ attributes, state }) => [capital(spaced(state)), degrees(attributes)],
};
const ends = ({ finishes_at: end }) => (end ? `until ${clock(end)}, ${since(end)}` : "");
const WITH_STATE = new Set(["cover", "valve"]);
const inPercent = (figure) => (typeof figure === "number" ? `${number(figure, 0)} %` : "");
const position = ({ current_position: part }) => (part > 0 && part < 100 ? inPercent(part) : "");
const degrees = ({ current_temperature: now, temperature_unit: unit = "°C" }) => (
  typeof now === "number" ? `${number(now, 1, true)} ${unit}` : "");
const installing = ({ in_progress: busy, update_percentage: part, installed_version: from, latest_version: to }) => (
  busy ? `Installing ${inPercent(part)}`.trim() : `${from} → ${to}`);

function richLine(entity) {
  const parts = LINES[domainOf(entity)]?.(entity);
  if (!Array.isArray(parts)) return parts;
  const own = WITH_STATE.has(domainOf(entity)) || parts.every((part) => !part) ? [stateWord(entity)] : [];
  return [...own, ...parts].filter(Boolean).join(" · ");
}

/** State and unit in one line. */
export function stateLine(entity) {
  const unit = unitOf(entity);
  const rich = isReachable(entity) && entity.state !== "unknown" ? richLine(entity) : undefined;
  if (rich !== undefined) return rich;
  if (domainOf(entity) === "light" && entity.state === "on" && entity.attributes.brightness) {
    return `On · ${percentOf(entity)} %`;
  }
  return unit ? `${stateWord(entity)} ${unit}` : stateWord(entity);
}

function valueLine(entity, state) {
  const unit = entity.attributes.unit_of_measurement;
  return unit && Number.isFinite(Number(state)) ? `${stateWord(entity, state)} ${unit}` : stateWord(entity, state);
}

/** Brightness in percent of a lamp that is on. */
export const percentOf = (entity) => Math.max(1, Math.round((entity.attributes.brightness ?? 255) / 2.55));

/** Its name in two parts, without the room's, which stands above it: of which device, if it is not all of it, and what. */
export function namesOf(entity, room) {
  const full = entity.attributes.friendly_name ?? entity.entity_id;
  const device = entity.device ?? "";
  if (!device || !full.startsWith(`${device} `)) return { device: "", name: without(full, room) };
  return { device: without(device, room), name: capital(full.slice(device.length + 1)) };
}

/** The same in one: "Dishwasher power". */
export function shortName(entity, room) {
  const { device, name } = namesOf(entity, room);
  if (domainOf(entity) === "device_tracker") return name;
  return device ? `${device} ${/^.[a-z ]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name}` : name;
}

/** "Hall lamp" is "Lamp" in the hall, "Children's lamp" in the children's room. */
function without(name, room) {
  for (const start of [`${room} `, `${room.replace(/ room$/i, "")} `]) {
    const fits = name.length > start.length && name.toLowerCase().startsWith(start.toLowerCase());
    if (fits) return capital(name.slice(start.length));
  }
  return name;
}

/** What an entity did, as the end of a sentence that begins with its name. */
export function deed(entity, to, from) {
  const kind = entity?.attributes.device_class;
  if (to === "unavailable") return entity && RULES.has(domainOf(entity)) ? "was refused" : "cannot be reached";
  if (from === "unavailable") return "is back";
  const told = entity && DEEDS[domainOf(entity)];
  if (told) return told(entity, to) ?? `changed to ${stateWord(entity, to)}`;
  if (VERBS[kind] && (to === "on" || to === "off")) return VERBS[kind][to === "on" ? 0 : 1];
  if (to === "on" || to === "off") return `turned ${to}`;
  return `changed to ${entity ? valueLine(entity, to) : spaced(to)}`;
}

const ALARM = {
  disarmed: "was disarmed", arming: "is being armed", triggered: "raised the alarm", pending: "waits for its code",
};
const LOCK = {
  locked: "was locked", unlocked: "was unlocked", jammed: "is jammed", locking: "is locking", unlocking: "is unlocking",
};
const DEEDS = {
  alarm_control_panel: (_, to) => (to.startsWith("armed") ? `was ${spaced(to)}` : ALARM[to]),
  button: () => "was pressed",
  input_button: () => "was pressed",
  script: (_, to) => ({ on: "began", off: "is done" })[to],
  timer: (_, to) => ({ active: "was started", paused: "was paused", idle: "has ended" })[to],
  climate: (_, to) => `was set to ${spaced(to)}`,
  cover: (_, to) => ({ open: "is open", closed: "is closed", opening: "is opening", closing: "is closing" })[to],
  device_tracker: (_, to) => ({ home: "came home", not_home: "left" })[to],
  event: ({ attributes }) => `told: ${spaced(attributes.event_type ?? "something happened")}`,
  image: () => "has a new picture",
  infrared: () => "saw or sent a signal",
  lock: (_, to) => LOCK[to],
  notify: () => "was sent a message",
  scene: () => "was activated",
  siren: (_, to) => ({ on: "sounds", off: "is silent again" })[to],
  update: (_, to) => ({ on: "is ready to be installed", off: "is up to date" })[to],
};
const ACTORS = [
  [/^person\.(.+)$/, (name) => (name === "owner" ? "by the owner" : `by ${capital(spaced(name))}`)],
  [/^rule:([^#]+)/, (name) => `rule ${capital(spaced(name))}`],
  [/^prediction:(.+)$/, (name) => `prediction ${capital(spaced(name))}`],
  [/^assistant:?(.*)$/, () => "by the assistant"],
  [/^process\.cli$/, () => "from the command line"],
];

/** Why something happened, in words; empty where the chain knows no more than the device itself. */
export function because(why, nameOf, entityOf) {
  const told = why.map((link) => [link, actor(link.by)]);
  const index = told.findIndex(([, words]) => words);
  if (index < 0) return "";
  const origin = why.slice(index + 1).find((link) => link.entity_id);
  if (!origin) return told[index][1];
  return `${told[index][1]}, because ${nameOf(origin.entity_id)} ${deed(entityOf(origin.entity_id), origin.state)}`;
}

function actor(by) {
  for (const [pattern, words] of ACTORS) {
    const found = pattern.exec(by);
    if (found) return words(found[1]);
  }
  return "";
}

export function clock(time) {
  const shape = { hour: "2-digit", minute: "2-digit", timeZone: format.zone };
  return new Intl.DateTimeFormat(format.language, shape).format(new Date(time));
}

export function today(time) {
  const shape = { weekday: "long", day: "numeric", month: "long", timeZone: format.zone };
  return new Intl.DateTimeFormat(format.language, shape).format(time);
}

const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [365, "day"], [Infinity, "year"]];

/** How long ago a time was, or how soon it comes: "5 minutes ago". */
export function since(time, now = Date.now()) {
  let distance = (new Date(time).getTime() - now) / 1000;
  if (!Number.isFinite(distance)) return String(time);
  if (Math.abs(distance) < 5) return "just now";
  for (const [size, unit] of STEPS) {
    if (Math.abs(distance) < size) {
      return new Intl.RelativeTimeFormat(format.language, { numeric: "auto" }).format(Math.round(distance), unit);
    }
    distance /= size;
  }
  return String(time);
}
