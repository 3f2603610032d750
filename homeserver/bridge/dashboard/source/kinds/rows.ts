// The makers of the rows that stand in the table of controls: what a slider, a choice or a button needs to know.

import { numberOf, percentOf, type Entity } from "../model/entity.js";
import { localMoment } from "../words/text.js";

type Any = any;
type Test = (entity: Entity) => boolean;

export interface Press {
  service: string;
  word: string;
  icon: string;
  /** Asks back first. */
  sure?: boolean;
  strong?: boolean;
  off?: Test;
  gone?: Test;
  code?: (attributes: Entity["attributes"]) => boolean;
}

export interface FormField {
  field: string;
  what: string;
  type: "text" | "choice" | "number" | "range";
  options?: string;
  limits?: [number, number, number];
  initial?: number;
  longest?: number;
  needed?: boolean;
  when?: Test;
}

export interface Row {
  as: "buttons" | "choice" | "colour" | "field" | "figure" | "form" | "picture" | "progress" | "slider" | "steps" | "toggle";
  what?: string;
  service?: string;
  field?: string;
  type?: "date" | "time" | "datetime" | "text" | "number";
  tile?: boolean | Test;
  when?: Test;
  read?: (entity: Entity) => Any;
  look?: ((value: Any) => { state?: string; attributes?: Record<string, unknown> }) | null;
  data?: (value: Any, entity: Entity) => object;
  limits?: (entity: Entity) => [number, number, number];
  unit?: (entity: Entity) => string;
  options?: (entity: Entity) => string[];
  rows?: Press[];
  fields?: FormField[];
  near?: number;
  digits?: number;
  rest?: number;
  every?: number;
  small?: boolean;
  sure?: boolean;
  word?: string;
}


export const attribute = (name: string): Pick<Row, "read" | "look"> => ({
  read: (entity) => entity.attributes[name],
  look: (value: unknown) => ({ attributes: { [name]: value } }),
});
export const STATE: Pick<Row, "read" | "look"> = { read: (entity) => entity.state, look: (value) => ({ state: String(value) }) };
const lists = (name: string): Test => (entity) => Array.isArray(entity.attributes[name]) && entity.attributes[name].length > 0;

export const choice = (what: string, service: string, field: string, options: string, more: Partial<Row> = {}): Row => ({
  as: "choice",
  what,
  service,
  field,
  options: (entity) => entity.attributes[options] ?? [],
  when: lists(options),
  ...attribute(field),
  ...more,
});
export const percent = (what: string, service: string, field: string, now: string, more: Partial<Row> = {}): Row => ({
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
const FIELDS: Record<string, Partial<Row>> = {
  date: STATE,
  time: { ...STATE, read: ({ state }) => state.replace(/^(\d\d:\d\d):00$/, "$1") },
  datetime: { read: ({ state }) => localMoment(state), look: undefined },
  text: STATE,
};
export const field = (what: string, type: NonNullable<Row["type"]>): Row => ({
  as: "field",
  type,
  what,
  service: "set_value",
  field: type === "text" ? "value" : type,
  tile: true,
  ...FIELDS[type],
});
/** One of the three forms of a day, a time or both that a helper has. */
export const moment = (what: string, type: NonNullable<Row["type"]>, when: Test): Row => ({
  ...field(what, type),
  service: "set_datetime",
  when,
  ...(type === "datetime"
    ? { read: ({ state }: Entity) => state.replace(" ", "T").slice(0, 16), look: (local: string) => ({ state: local.replace("T", " ") }) }
    : {}),
});
export const button = (service: string, word: string, icon: string, more: Partial<Press> = {}): Press => ({ service, word, icon, ...more });
export const buttons = (rows: Press[], more: Partial<Row> = {}): Row => ({ as: "buttons", rows, ...more });

const degreesOf = ({ attributes }: Entity): string => attributes.temperature_unit ?? "°C";
export const degrees = (what: string, name: string): Row => ({
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
const hasRange: Test = ({ attributes }) => "target_temp_low" in attributes && (attributes.temperature ?? null) === null;

export const humidity = (tile: boolean): Row => ({
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

const positionOf = ({ state, attributes }: Entity): number => attributes.current_position ?? (state === "closed" ? 0 : 100);
export const travel = (thing: string): Row[] => [
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

const LIMITS = ({ attributes: { min = 0, max = 100, step = 1 } }: Entity): [number, number, number] => [min, max, step];
const LONGEST_SLIDER = 1000; // steps; beyond that a figure is typed
export const slides: Test = (entity) => {
  const [least, most, step] = LIMITS(entity);
  return entity.attributes.mode !== "box" && (most - least) / step <= LONGEST_SLIDER;
};
export const value: Omit<Row, "as"> = {
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

const modes = (entity: Entity): string[] => entity.attributes.supported_color_modes ?? [];
export const hasColour: Test = (entity) => modes(entity).some((mode) => ["hs", "xy", "rgb", "rgbw", "rgbww"].includes(mode));
export const LIGHT: Row[] = [
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
    look: (part: number) => ({ state: "on", attributes: { brightness: Math.round(part * 2.55) } }),
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

export const always = (): boolean => true;
export const isAt =
  (...states: string[]): Test =>
  (entity) =>
    states.includes(entity.state);
export const unless =
  (...states: string[]): Test =>
  (entity) =>
    !states.includes(entity.state);
export const arm = (way: string, word: string): Press =>
  button(`alarm_arm_${way}`, word, "shield", {
    gone: isAt(`armed_${way}`, "triggered", "pending"),
    code: ({ code_arm_required: needed }) => needed,
  });
