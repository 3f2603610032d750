// Kinds of entities, several at once, as people call them; what has no word here is told by its id.

import { spaced, t } from "./text.js";

export const DOMAIN_WORDS: Record<string, string> = {
  alarm_control_panel: "all alarm panels", automation: "all automations", binary_sensor: "all sensors that tell yes or no", button: "all buttons",
  calendar: "all calendars", camera: "all cameras", climate: "all heating and cooling", cover: "all covers and blinds", device_tracker: "all device trackers",
  event: "all events", fan: "all fans", humidifier: "all humidifiers", image: "all pictures", input_boolean: "all toggles", input_number: "all numbers of helpers",
  input_select: "all choices of helpers", lawn_mower: "all mowers", light: "all lights", lock: "all locks", media_player: "all media players", number: "all numbers",
  person: "where people are", scene: "all scenes", script: "all scripts", select: "all choices", sensor: "all readings", siren: "all sirens", sun: "the sun",
  switch: "all switches", timer: "all timers", update: "all updates", vacuum: "all vacuum cleaners", valve: "all valves", water_heater: "all water heaters",
  weather: "the weather", zone: "all zones",
};

export const domainWord = (domain: string): string =>
  DOMAIN_WORDS[domain] ? t(DOMAIN_WORDS[domain]) : t("everything of the kind {0}", spaced(domain));
