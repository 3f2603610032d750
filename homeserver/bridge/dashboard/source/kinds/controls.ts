// What every kind of entity can be asked for: one table of controls, each with the service behind it.
//
// A row: `as` is the widget, `what` its name for people, `service` and `field` what is sent, `read` what is so now, `look`
// what the entity will be like. A row counts where the entity has its service and `when` holds; `tile` puts it on the tile
// too, the others stand among the details. `sure`: asks back before it is done.

import {
  always,
  arm,
  attribute,
  button,
  buttons,
  choice,
  degrees,
  field,
  humidity,
  isAt,
  LIGHT,
  moment,
  percent,
  slides,
  STATE,
  travel,
  unless,
  value,
  type Press,
  type Row,
} from "./rows.js";
import { domainOf, type Entity } from "../model/entity.js";

export const CONTROLS: Record<string, Row[]> = {
  alarm_control_panel: [
    buttons(
      [
        button("alarm_disarm", "Disarm", "shieldOff", { gone: isAt("disarmed"), code: always, strong: true }),
        arm("home", "Arm: at home"),
        arm("away", "Arm: away"),
        arm("night", "Arm: night"),
        arm("vacation", "Arm: vacation"),
        arm("custom_bypass", "Arm: custom"),
        button("alarm_trigger", "Trigger", "bell", { sure: true, gone: isAt("triggered") }),
      ],
      { what: "Alarm panel" },
    ),
  ],
  automation: [
    buttons([button("trigger", "Run now", "play", { sure: true, off: isAt("unavailable") })], { what: "Rule" }),
  ],
  button: [],
  camera: [{ as: "picture", tile: true, every: 10_000 }],
  climate: [
    degrees("Target temperature", "temperature"),
    degrees("Warm to at least", "target_temp_low"),
    degrees("Cool to at most", "target_temp_high"),
    choice("Mode", "set_hvac_mode", "hvac_mode", "hvac_modes", STATE),
    choice("Preset", "set_preset_mode", "preset_mode", "preset_modes"),
    choice("Fan", "set_fan_mode", "fan_mode", "fan_modes"),
    choice("Swing", "set_swing_mode", "swing_mode", "swing_modes"),
    choice("Swing to the sides", "set_swing_horizontal_mode", "swing_horizontal_mode", "swing_horizontal_modes"),
    humidity(false),
  ],
  counter: [
    buttons(
      [
        button("decrement", "Less", "minus"),
        button("increment", "More", "plus"),
        button("reset", "Begin anew", "close", { off: ({ state, attributes: { initial = 0 } }) => Number(state) === initial }),
      ],
      { what: "Count", tile: true, small: true },
    ),
  ],
  cover: [
    ...travel("cover"),
    buttons(
      [
        button("open_cover_tilt", "Open", "up"),
        button("stop_cover_tilt", "Stop", "stop"),
        button("close_cover_tilt", "Close", "down"),
      ],
      { what: "Slats" },
    ),
    percent("Slats", "set_cover_tilt_position", "tilt_position", "current_tilt_position"),
  ],
  date: [field("Date", "date")],
  datetime: [field("Date and time", "datetime")],
  fan: [
    percent("Speed", "set_percentage", "percentage", "percentage", {
      tile: true,
      rest: 0,
      near: 1,
      read: (entity) => (entity.state === "on" ? (entity.attributes.percentage ?? 0) : 0),
      limits: ({ attributes }) => [0, 100, attributes.percentage_step ?? 1],
      data: (percentage: number) => ({ percentage: Math.round(percentage) }), // a third of the way is 33.3 for a slider
      look: (percentage: number) => ({ state: percentage > 0 ? "on" : "off", attributes: { percentage: Math.round(percentage) } }),
    }),
    choice("Preset", "set_preset_mode", "preset_mode", "preset_modes"),
    { as: "toggle", what: "Swings from side to side", service: "oscillate", field: "oscillating", ...attribute("oscillating") },
    choice("Direction", "set_direction", "direction", "", { options: () => ["forward", "reverse"], when: () => true }),
  ],
  group: [],
  humidifier: [humidity(true), choice("Mode", "set_mode", "mode", "available_modes")],
  image: [{ as: "picture", tile: true }],
  input_boolean: [],
  input_button: [],
  input_datetime: [
    moment("Date and time", "datetime", ({ attributes: { has_date: day, has_time: clock } }) => day && clock),
    moment("Date", "date", ({ attributes: { has_date: day, has_time: clock } }) => day && !clock),
    moment("Time", "time", ({ attributes: { has_date: day, has_time: clock } }) => !day && clock),
  ],
  input_number: [
    { ...value, as: "slider", when: slides },
    { ...value, as: "figure", when: (entity) => !slides(entity) },
  ],
  input_select: [{ ...choice("Choice", "select_option", "option", "options", STATE), tile: true }],
  input_text: [field("Text", "text")],
  lawn_mower: [
    buttons(
      [
        button("start_mowing", "Mow", "play", { gone: isAt("mowing") }),
        button("pause", "Pause", "pause", { gone: unless("mowing", "returning") }),
        button("dock", "Dock", "house", { off: isAt("docked") }),
        button("stop", "Stop", "stop", { gone: unless("mowing", "returning") }),
      ],
      { what: "Mower", tile: true, small: true },
    ),
  ],
  light: LIGHT,
  lock: [
    buttons(
      [
        button("lock", "Lock", "lock", { gone: isAt("locked", "locking"), code: always }),
        button("unlock", "Unlock", "lockOpen", { gone: isAt("unlocked", "unlocking", "open"), code: always, sure: true }),
        button("open", "Open the latch", "door", { code: always, sure: true }),
      ],
      { what: "Lock", tile: (entity) => !entity.attributes.code_format },
    ),
  ],
  media_player: [
    buttons(
      [
        button("media_previous_track", "Previous", "previous"),
        button("media_play", "Play", "play", { gone: isAt("playing") }),
        button("media_pause", "Pause", "pause", { gone: unless("playing") }),
        button("media_next_track", "Next", "next"),
      ],
      { what: "Playback", tile: true, small: true },
    ),
    buttons([button("media_stop", "Stop", "stop"), button("turn_on", "Turn on", "toggle"), button("turn_off", "Turn off", "stop")], { what: "More" }),
    percent("Loudness", "volume_set", "volume_level", "volume_level", {
      tile: true,
      read: ({ attributes: { volume_level: part = 0 } }) => Math.round(part * 100),
      look: (part: number) => ({ attributes: { volume_level: part / 100 } }),
      data: (part: number) => ({ volume_level: part / 100 }),
    }),
    { as: "toggle", what: "Silent", service: "volume_mute", field: "is_volume_muted", ...attribute("is_volume_muted") },
    { as: "toggle", what: "In any order", service: "shuffle_set", field: "shuffle", ...attribute("shuffle") },
    choice("Repeat", "repeat_set", "repeat", "", { options: () => ["off", "all", "one"], when: () => true }),
    choice("Source", "select_source", "source", "source_list"),
    choice("Sound", "select_sound_mode", "sound_mode", "sound_mode_list"),
  ],
  notify: [
    {
      as: "form",
      service: "send_message",
      word: "Send",
      tile: true,
      fields: [{ field: "message", what: "Message", type: "text", longest: 10_000, needed: true }],
    },
  ],
  number: [
    { ...value, as: "slider", when: slides },
    { ...value, as: "figure", when: (entity) => !slides(entity) },
  ],
  scene: [],
  script: [
    buttons([button("turn_off", "Stop", "stop", { gone: unless("on") })], { what: "Script", tile: true, small: true }),
  ],
  select: [{ ...choice("Choice", "select_option", "option", "options", STATE), tile: true }],
  siren: [
    {
      as: "form",
      service: "turn_on",
      word: "Sound",
      sure: true,
      fields: [
        { field: "tone", what: "Tone", type: "choice", options: "available_tones" },
        { field: "duration", what: "Seconds", type: "number", limits: [1, 3600, 1], initial: 10 },
        {
          field: "volume_level",
          what: "Loudness",
          type: "range",
          limits: [0, 1, 0.05],
          initial: 0.5,
          when: (entity) => "volume_level" in entity.attributes,
        },
      ],
    },
    buttons([button("turn_off", "Silence", "stop", { gone: unless("on"), strong: true })], { what: "Siren", tile: true }),
  ],
  switch: [],
  text: [field("Text", "text")],
  time: [field("Time", "time")],
  timer: [
    buttons(
      [
        button("start", "Start", "play", { gone: isAt("active") }),
        button("pause", "Pause", "pause", { gone: unless("active") }),
        button("cancel", "Cancel", "close", { gone: isAt("idle") }),
      ],
      { what: "Timer", tile: true, small: true },
    ),
    buttons([button("finish", "Finish now", "bell", { off: isAt("idle") })], { what: "More" }),
  ],
  update: [
    buttons(
      [button("install", "Install", "download", { gone: (entity) => entity.state !== "on" || entity.attributes.in_progress })],
      { what: "Update", tile: true },
    ),
    { as: "progress", tile: true },
  ],
  vacuum: [
    buttons(
      [
        button("start", "Clean", "play", { gone: isAt("cleaning") }),
        button("pause", "Pause", "pause", { gone: unless("cleaning", "returning") }),
        button("return_to_base", "Dock", "house", { off: isAt("docked") }),
      ],
      { what: "Cleaner", tile: true, small: true },
    ),
    buttons(
      [
        button("stop", "Stop", "stop"),
        button("clean_spot", "Clean this spot", "press"),
        button("locate", "Where is it?", "bell"),
      ],
      { what: "More" },
    ),
    choice("Suction", "set_fan_speed", "fan_speed", "fan_speed_list"),
  ],
  valve: travel("valve"),
  water_heater: [
    degrees("Target temperature", "temperature"),
    choice("Mode", "set_operation_mode", "operation_mode", "operation_list"),
    buttons([button("turn_on", "Turn on", "toggle"), button("turn_off", "Turn off", "stop")], { what: "Power" }),
  ],
};

/** What a tap on a tile does; on any other the details open. */
const TAPS: Record<string, string> = {
  automation: "toggle",
  button: "press",
  fan: "toggle",
  group: "toggle",
  humidifier: "toggle",
  input_boolean: "toggle",
  input_button: "press",
  light: "toggle",
  scene: "turn_on",
  script: "turn_on",
  switch: "toggle",
};

/** "toggle", a service, or "" where a tap opens the details. */
export function tapOf(entity: Entity): string {
  const tap = TAPS[domainOf(entity)] ?? "";
  const known = tap === "toggle" ? ["turn_on", "turn_off"] : [tap];
  return known.every((service) => entity.services.includes(service)) ? tap : "";
}

/** The controls that an entity has, with those of its buttons that it knows. */
export function rowsOf(entity: Entity, tile = false): Row[] {
  const rows = (CONTROLS[domainOf(entity)] ?? []).map((row) => known(row, entity)).filter((row) => row !== null);
  return tile ? rows.filter((row) => (typeof row.tile === "function" ? row.tile(entity) : row.tile)) : rows;
}

/** Which controls an entity has, in a word: where it differs, they are made anew. */
export const shapeOf = (entity: Entity, tile = false): string =>
  rowsOf(entity, tile)
    .map(({ as, what, rows = [] }) => `${as} ${what} ${rows.map((one) => one.service)}`)
    .join();

function known(row: Row, entity: Entity): Row | null {
  if (row.as === "picture" || row.as === "progress") return row;
  if (row.as !== "buttons") return entity.services.includes(row.service ?? "") && (row.when ?? (() => true))(entity) ? row : null;
  const rows = (row.rows ?? []).filter((one) => entity.services.includes(one.service));
  return rows.length ? { ...row, rows } : null;
}

/** Whether there is anything to do or to look at, so that it deserves a tile of its own. */
export const isWorked = (entity: Entity): boolean => Boolean(tapOf(entity)) || rowsOf(entity).length > 0;

/** All services that the page asks for, as "domain.service". */
export function served(): string[] {
  const found = new Set<string>();
  for (const [domain, rows] of Object.entries(CONTROLS)) {
    for (const row of rows) for (const one of (row.rows ?? [row]) as Pick<Press | Row, "service">[]) if (one.service) found.add(`${domain}.${one.service}`);
    for (const service of TAPS[domain] === "toggle" ? ["turn_on", "turn_off"] : [TAPS[domain]])
      if (service) found.add(`${domain}.${service}`);
  }
  return [...found].sort();
}
