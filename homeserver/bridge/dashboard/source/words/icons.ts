// Our own line icons on a 24 by 24 grid, and which one an entity has.

import { html, svg, type TemplateResult } from "lit";

import { domainOf, kindOf, type Entity } from "../model/entity.js";

const RING = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z";

const PATHS: Record<string, string> = {
  alert: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.2h.01",
  battery: "M4 8.5A1.5 1.5 0 0 1 5.5 7h11A1.5 1.5 0 0 1 18 8.5v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 4 15.5zM21 11v2M7.5 10.5v3M11 10.5v3",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21a2 2 0 0 0 4 0",
  bolt: "M13 3 5.5 13.5H12L11 21l7.5-10.5H12z",
  bulb: "M9.5 18.5h5M10.5 21.5h3M12 2.8a6.2 6.2 0 0 0-3.7 11.2c.8.6 1.2 1.3 1.2 2.2h5c0-.9.4-1.6 1.2-2.2A6.2 6.2 0 0 0 12 2.8z",
  clock: `${RING}M12 7.5V12l3 2`,
  close: "M6 6l12 12M18 6 6 18",
  calendar: "M5 5.5h14V20H5zM5 10h14M9 3.5v4M15 3.5v4",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  cloud: "M7 18h10a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.1 11.1 3.5 3.5 0 0 0 7 18z",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  coins: "M9 4.5c3 0 5.5 1 5.5 2.5S12 9.5 9 9.5 3.5 8.5 3.5 7 6 4.5 9 4.5zM3.5 7v5c0 1.4 2.5 2.5 5.5 2.5M14.5 7v3M15 11.5c3 0 5.5 1 5.5 2.5s-2.5 2.5-5.5 2.5-5.5-1-5.5-2.5 2.5-2.5 5.5-2.5zM9.5 14v4c0 1.4 2.5 2.5 5.5 2.5s5.5-1.1 5.5-2.5v-4",
  door: "M6 21V4.5A1.5 1.5 0 0 1 7.5 3h9A1.5 1.5 0 0 1 18 4.5V21M3.5 21h17M14.5 12v.5",
  doorOpen: "M3.5 21h17M6 21V4.5A1.5 1.5 0 0 1 7.5 3H16a2 2 0 0 1 2 2v16M6 3.5l7 2.5v15M10.5 12.5v.5",
  down: "M5.5 9l6.5 6.5L18.5 9",
  download: "M12 4v11M7.5 10.5 12 15l4.5-4.5M5 19.5h14",
  dots: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  droplet: "M12 3.5s6 6.2 6 10.5a6 6 0 0 1-12 0c0-4.3 6-10.5 6-10.5z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  fan: "M12 12c0-4-1-8 2-8s3.5 5-2 8zm0 0c4 0 8-1 8 2s-5 3.5-8-2zm0 0c0 4 1 8-2 8s-3.5-5 2-8zm0 0c-4 0-8 1-8-2s5-3.5 8 2z",
  flame: "M12 21a6 6 0 0 0 6-6c0-3.5-2.5-5-3.5-8-1.5 1-2 2.5-2 4-1.5-1-2-3-1.5-6C8 7.5 6 11 6 15a6 6 0 0 0 6 6z",
  gauge: "M4.5 17.5a8.5 8.5 0 1 1 15 0M12 14.5l4-5M12 14.5h.01",
  house: "M3.5 11.5 12 4l8.5 7.5M6 9.5V20h12V9.5M10 20v-5.5h4V20",
  info: `${RING}M12 11v5M12 8h.01`,
  key: "M8 11.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 13l8.5-8.5M15.5 8.5l3 3M18 6l2 2",
  list: "M9 7h11M9 12h11M9 17h11M4.5 7h.01M4.5 12h.01M4.5 17h.01",
  lockOpen: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.6-1.6M12 14.5v2",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
  message: "M4 5.5h16v11H12l-4.5 3.5v-3.5H4zM8 9.5h8M8 12.5h5",
  minus: "M5.5 12h13",
  meter: "M4.5 4h15v16h-15zM8 8h8v3.5H8zM9 16h.01M12 16h.01M15 16h.01",
  next: "M6 6l8 6-8 6zM18 6v12",
  previous: "M18 6l-8 6 8 6zM6 6v12",
  music: "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  back: "M19 12H5M11 6l-6 6 6 6",
  forward: "M9 5.5l6.5 6.5L9 18.5",
  devices: "M3.5 5.5h13v9h-13zM7 18.5h6M10 14.5v4M19 9h2.5v9.5H17V17",
  people: "M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM3 19.5a6 6 0 0 1 12 0M15.5 5.3a3 3 0 0 1 0 5.4M17.5 14.2a6 6 0 0 1 3.5 5.3",
  code: "M8.5 7 3.5 12l5 5M15.5 7l5 5-5 5",
  rule: "M5 5h5v5H5zM14 14h5v5h-5zM7.5 10v6.5H14M10 7.5h6.5V14",
  gear: "M12 8.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM12 2.8v2.6M12 18.6v2.6M5.5 5.5l1.8 1.8M16.7 16.7l1.8 1.8M2.8 12h2.6M18.6 12h2.6M5.5 18.5l1.8-1.8M16.7 7.3l1.8-1.8",
  moon: "M19.5 14.5A8 8 0 1 1 9.5 4.5a6.5 6.5 0 0 0 10 10z",
  undo: "M8.5 5 4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3",
  edit: "M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5zM14 6.5l3.5 3.5",
  hand: "M8 12V6a1.5 1.5 0 0 1 3 0v5M11 11V4.5a1.5 1.5 0 0 1 3 0V11M14 11V6a1.5 1.5 0 0 1 3 0v8a6.5 6.5 0 0 1-12 3.5L3.5 13a1.5 1.5 0 0 1 2.6-1.4L8 14",
  motion: "M13.2 4.6h.01M8 21l2.5-5.5 3 2.5v3M7 12.5 9.5 8.5l3-.5 2 3 3 .5M12.5 8l-2 7.5",
  mower: "M3.5 16.5h2M10 16.5h5M5 14l1.5-5h8l4 3.5v4M7.7 14.4a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM17 14.9a1.9 1.9 0 1 0 0 3.8 1.9 1.9 0 0 0 0-3.8zM14.5 9 19 4.5",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  person: "M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 20.5a7 7 0 0 1 14 0",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 8.5h.01",
  play: "M8 5.5v13l10.5-6.5z",
  plus: "M5.5 12h13M12 5.5v13",
  plug: "M9 3v5M15 3v5M6.5 8h11v3a5.5 5.5 0 0 1-11 0zM12 16.5V21",
  press: `${RING}M12 8.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6z`,
  remote: "M9 3h6v18H9zM12 6.5h.01M12 10h.01M12 13h.01",
  robot: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 5.5c1.2.8 2.5 1.2 4 1.2s2.8-.4 4-1.2",
  scene: "M12 4l1.8 4.7L18.5 10.5l-4.7 1.8L12 17l-1.8-4.7L5.5 10.5l4.7-1.8zM18.5 16v4M16.5 18h4",
  share: "M12 15V4M8 7.5 12 3.5l4 4M6 11H5v9.5h14V11h-1",
  shield: "M12 3.5 19 6v5.5c0 4.3-2.8 7.4-7 9-4.2-1.6-7-4.7-7-9V6zM9 11.8l2.2 2.2 4-4.2",
  shieldOff: "M12 3.5 19 6v5.5c0 4.3-2.8 7.4-7 9-4.2-1.6-7-4.7-7-9V6z",
  shutter: "M4.5 4.5h15v15h-15zM4.5 8.2h15M4.5 12h15M4.5 15.8h15",
  signal: "M4 9.8a11.5 11.5 0 0 1 16 0M7 13a7 7 0 0 1 10 0M9.9 16.1a3 3 0 0 1 4.2 0M12 19h.01",
  sliders: "M4 7.5h8M17 7.5h3M14.5 5v5M4 16.5h3M12 16.5h8M9.5 14v5",
  stop: "M7 7h10v10H7z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M2.5 12h2M19.5 12h2M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  sofa: "M5.5 11V8A2.5 2.5 0 0 1 8 5.5h8A2.5 2.5 0 0 1 18.5 8v3M4.5 11A1.5 1.5 0 0 1 6 12.5V14h12v-1.5a1.5 1.5 0 1 1 3 0V18H3v-5.5A1.5 1.5 0 0 1 4.5 11zM5.5 18v1.5M18.5 18v1.5",
  text: "M5 6.5h14M12 6.5V18M9 18h6",
  thermometer: "M14 14.2V5a2 2 0 1 0-4 0v9.2a4 4 0 1 0 4 0zM12 9v8",
  toggle: "M8 6.5h8a5.5 5.5 0 0 1 0 11H8a5.5 5.5 0 0 1 0-11zM16 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  washer: "M5 3.5h14v17H5zM5 7.5h14M12 10a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM8 5.5h.01M10.5 5.5h.01",
  up: "M5.5 15l6.5-6.5 6.5 6.5",
  valve: "M4 10v6M20 10v6M4 13h4.5M15.5 13H20M12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 9.5V5M8.5 5h7",
  wave: "M4 10v4M8 7v10M12 4v16M16 7v10M20 10v4",
  window: "M5 4h14v16H5zM12 4v16M5 12h14",
};

const BY_DOMAIN: Record<string, string> = {
  alarm_control_panel: "shieldOff", automation: "bolt", counter: "plus", group: "list", input_boolean: "toggle", input_button: "press",
  input_datetime: "calendar", input_number: "sliders", input_select: "list", input_text: "text", schedule: "calendar", script: "play",
  sun: "sun", timer: "clock", binary_sensor: "eye", button: "press", camera: "camera", media_player: "music", person: "person", climate: "thermometer", cover: "shutter",
  date: "calendar", datetime: "calendar", device_tracker: "person", event: "bell", fan: "fan", humidifier: "droplet", image: "picture",
  infrared: "remote", lawn_mower: "mower", light: "bulb", lock: "lock", notify: "message", number: "sliders", scene: "scene",
  select: "list", sensor: "gauge", siren: "bell", switch: "toggle", text: "text", time: "clock", update: "download", vacuum: "robot",
  valve: "valve", water_heater: "flame",
};
/** Kinds that have their own drawing whatever they are called. */
const OWN = new Set(Object.keys(BY_DOMAIN).filter((domain) => !["binary_sensor", "button", "input_boolean", "input_button",
  "input_number", "input_select", "number", "select", "sensor", "switch"].includes(domain)));
const BY_STATE: Record<string, string> = {
  "alarm_control_panel.armed": "shield", "lock.unlocked": "lockOpen", "lock.open": "lockOpen", "lock.unlocking": "lockOpen", "person.home": "person",
};

const BY_CLASS: Record<string, string> = {
  apparent_power: "bolt", aqi: "cloud", battery: "battery", carbon_dioxide: "cloud", carbon_monoxide: "cloud",
  connectivity: "signal", current: "bolt", date: "clock", door: "door", duration: "clock", energy: "meter",
  garage_door: "door", gas: "flame", heat: "flame", humidity: "droplet", illuminance: "sun", light: "sun", lock: "lock",
  moisture: "droplet", monetary: "coins", motion: "motion", occupancy: "person", opening: "door", outlet: "plug",
  plug: "plug", pm10: "cloud", pm25: "cloud", power: "bolt", power_factor: "bolt", presence: "person",
  problem: "alert", running: "washer", safety: "alert", signal_strength: "signal", smoke: "flame", sound: "wave",
  tamper: "alert", temperature: "thermometer", timestamp: "clock", vibration: "wave", voltage: "bolt", volume: "droplet",
  water: "droplet", window: "window",
};

const BY_WORD: [RegExp, string][] = [
  [/chime|bell|melody|volume|siren/, "bell"],
  [/start$/, "play"], [/stop$/, "stop"],
  [/wash|dryer|laundry|dish/, "washer"],
  [/fan|vent/, "fan"],
  [/heat|radiator|thermostat|boiler/, "thermometer"],
  [/plug|socket|outlet|coffee|kettle/, "plug"],
  [/door|gate/, "door"],
  [/light|lamp/, "bulb"],
];

/** A drawing by name. */
export const icon = (name: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${PATHS[name] ?? PATHS.gauge!}></path>`}</svg>`;

/** The name of the icon of an entity: by class, by a word in its id, by kind. */
export function iconOf(entity: Entity): string {
  const kind = kindOf(entity);
  if ((kind === "door" || kind === "garage_door" || kind === "opening") && entity.state === "on") return "doorOpen";
  const domain = domainOf(entity);
  if (OWN.has(domain)) return BY_STATE[`${domain}.${entity.state.split("_")[0]}`] ?? BY_DOMAIN[domain] ?? "gauge";
  if (BY_CLASS[kind]) return BY_CLASS[kind];
  const word = BY_WORD.find(([pattern]) => pattern.test(entity.entity_id));
  return word ? word[1] : (BY_DOMAIN[domain] ?? "gauge");
}
