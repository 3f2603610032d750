// The makers of the rows that stand in the table of controls: what a slider, a choice or a button needs to know.

import { localMoment, numberOf, percentOf } from "/words.js";

export const attribute = (name) => ({
  read: (entity) => entity.attributes[name],
  look: (value) => ({ attributes: { [name]: value } }),
});
export const STATE = { read: (entity) => entity.state, look: (value) => ({ state: String(value) }) };
const lists = (name) => (entity) => Array.isArray(entity.attributes[name]) && entity.attributes[name].length > 0;

export const choice = (what, service, field, options, more = {}) => ({
  as: "choice",
  what,
  service,
  field,
  options: (entity) => entity.attributes[options] ?? [],
  when: lists(options),
  ...attribute(field),
  ...more,
});
export const percent = (what, service, field, now, more = {}) => ({
  as: "slider",
  what,
  service,
  field,
  limits: () => [0, 100, 1],
  unit: () => "%",
  near: 2,
  ...attribute(now),
  ...more,
});
const FIELDS = {
  date: STATE,
  time: { ...STATE, read: ({ state }) => state.replace(/^(\d\d:\d\d):00$/, "$1") },
  datetime: { read: ({ state }) => localMoment(state), look: undefined },
  text: STATE,
};
export const field = (what, type) => ({
  as: "field",
  type,
  what,
  service: "set_value",
  field: type === "text" ? "value" : type,
  tile: true,
  ...FIELDS[type],
});
/** One of the three forms of a day, a time or both that a helper has. */
export const moment = (what, type, when) => ({
  ...field(what, type),
  service: "set_datetime",
  when,
  ...(type === "datetime"
    ? { read: ({ state }) => state.replace(" ", "T").slice(0, 16), look: (local) => ({ state: local.replace("T", " ") }) }
    : {}),
});
export const button = (service, word, icon, more = {}) => ({ service, word, icon, ...more });
export const buttons = (rows, more = {}) => ({ as: "buttons", rows, ...more });

const degreesOf = ({ attributes }) => attributes.temperature_unit ?? "°C";
export const degrees = (what, name) => ({
  as: "steps",
  what,
  service: "set_temperature",
  field: name,
  tile: true,
  unit: degreesOf,
  digits: 1,
  ...attribute(name),
  limits: ({ attributes: { min_temp = 7, max_temp = 35, target_temp_step, precision } }) => [
    min_temp,
    max_temp,
    target_temp_step ?? Math.max(0.5, precision ?? 0.5),
  ],
  when: (entity) => (name === "temperature") !== hasRange(entity),
  data: (wish, { attributes: { target_temp_low, target_temp_high } }) =>
    name === "temperature" ? { temperature: wish } : { target_temp_low, target_temp_high, [name]: wish },
});
/** Whether a thermostat is to stay between two temperatures. */
const hasRange = ({ attributes }) => "target_temp_low" in attributes && (attributes.temperature ?? null) === null;

export const humidity = (tile) => ({
  as: "slider",
  what: "Target humidity",
  service: "set_humidity",
  field: "humidity",
  tile,
  unit: () => "%",
  near: 1,
  ...attribute("humidity"),
  limits: ({ attributes: { min_humidity = 0, max_humidity = 100 } }) => [min_humidity, max_humidity, 1],
});

const positionOf = ({ state, attributes }) => attributes.current_position ?? (state === "closed" ? 0 : 100);
export const travel = (thing) => [
  buttons(
    [
      button(`open_${thing}`, "Open", "up", { off: (entity) => entity.state === "open" && positionOf(entity) === 100 }),
      button(`stop_${thing}`, "Stop", "stop"),
      button(`close_${thing}`, "Close", "down", { off: (entity) => entity.state === "closed" }),
    ],
    { what: "Movement", tile: true, small: true },
  ),
  percent("Position", `set_${thing}_position`, "position", "current_position", { look: null }),
];

const LIMITS = ({ attributes: { min = 0, max = 100, step = 1 } }) => [min, max, step];
const LONGEST_SLIDER = 1000; // steps; beyond that a figure is typed
export const slides = (entity) => {
  const [least, most, step] = LIMITS(entity);
  return entity.attributes.mode !== "box" && (most - least) / step <= LONGEST_SLIDER;
};
export const value = {
  what: "Value",
  service: "set_value",
  field: "value",
  tile: true,
  limits: LIMITS,
  digits: 3,
  read: numberOf,
  look: STATE.look,
  unit: ({ attributes }) => attributes.unit_of_measurement ?? "",
};

const modes = (entity) => entity.attributes.supported_color_modes ?? [];
const hasColour = (entity) => modes(entity).some((mode) => ["hs", "xy", "rgb", "rgbw", "rgbww"].includes(mode));
export const LIGHT = [
  {
    as: "slider",
    what: "Brightness",
    service: "turn_on",
    field: "brightness_pct",
    tile: true,
    limits: () => [1, 100, 1],
    unit: () => "%",
    near: 2,
    rest: 0,
    when: (entity) => modes(entity).some((mode) => mode !== "onoff"),
    read: (entity) => (entity.state === "on" ? percentOf(entity) : 0),
    look: (part) => ({ state: "on", attributes: { brightness: Math.round(part * 2.55) } }),
  },
  {
    as: "slider",
    what: "Colour temperature",
    service: "turn_on",
    field: "color_temp_kelvin",
    unit: () => "K",
    near: 60,
    ...attribute("color_temp_kelvin"),
    when: (entity) => modes(entity).includes("color_temp"),
    limits: ({ attributes: { min_color_temp_kelvin = 2000, max_color_temp_kelvin = 6500 } }) => [
      min_color_temp_kelvin,
      max_color_temp_kelvin,
      50,
    ],
  },
  {
    as: "colour",
    what: "Colour",
    service: "turn_on",
    field: "rgb_color",
    when: hasColour,
    ...attribute("rgb_color"),
    near: 12,
  },
  choice("Effect", "turn_on", "effect", "effect_list"),
];

export const always = () => true;
export const isAt =
  (...states) =>
  (entity) =>
    states.includes(entity.state);
export const unless =
  (...states) =>
  (entity) =>
    !states.includes(entity.state);
export const arm = (way, word) =>
  button(`alarm_arm_${way}`, word, "shield", {
    gone: isAt(`armed_${way}`, "triggered", "pending"),
    code: ({ code_arm_required: needed }) => needed,
  });
