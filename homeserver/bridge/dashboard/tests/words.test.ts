import assert from "node:assert/strict";
import { test } from "node:test";

import { because } from "../source/words/deeds.js";
import { namesOf, shortName, stateLine } from "../source/words/states.js";
import { localMoment, format, since, t } from "../source/words/text.js";
import { entity } from "./entities.js";

test("states are told as people say them", () => {
  const told: [string, string, object, string][] = [
    ["binary_sensor.door", "on", { device_class: "door" }, "Open"],
    ["sensor.t", "20.26", { device_class: "temperature", unit_of_measurement: "°C" }, "20.3 °C"],
    ["sensor.program", "0041", {}, "0041"],
    ["light.a", "on", { brightness: 128 }, "On · 50 %"],
    ["cover.a", "open", { current_position: 40 }, "Open · 40 %"],
    ["lock.a", "unavailable", {}, "Not reachable"],
    ["automation.a", "unavailable", {}, "Refused"],
    ["text.a", "secret", { mode: "password" }, "••••••"],
    ["person.anna", "not_home", {}, "Away"],
    ["input_datetime.a", "07:30:00", {}, "07:30"],
  ];
  for (const [id, state, attributes, words] of told) assert.equal(stateLine(entity(id, state, attributes)), words, id);
});

test("a name loses its room and keeps its device", () => {
  const lamp = entity("light.hall", "on", { friendly_name: "Hall lamp" });
  assert.deepEqual(namesOf(lamp, "Hall"), { device: "", name: "Lamp" });
  const power = entity("sensor.p", "3", { friendly_name: "Dishwasher Power" }, { device: "Dishwasher" });
  assert.equal(shortName(power, "Kitchen"), "Dishwasher power");
});

test("a cause is told with what lies behind it", () => {
  const motion = entity("binary_sensor.hall", "on", { device_class: "motion", friendly_name: "Hall motion" });
  const why = [{ by: "rule:hall_light#2" }, { by: "device:x", entity_id: "binary_sensor.hall", state: "on" }];
  assert.equal(because(why, () => motion), "by the rule Hall light, because Hall motion saw motion");
  assert.equal(because([{ by: "device:x" }], () => undefined), "");
  assert.equal(because([{ by: "person.anna" }], () => undefined), "by Anna");
});

test("times are the home's, whatever the browser's", () => {
  format.zone = "Europe/Berlin";
  assert.equal(localMoment("2026-01-15T19:30:00+00:00"), "2026-01-15T20:30");
  assert.equal(since(1000, 1000), "just now");
  assert.equal(since(0, 5 * 60_000), "5 minutes ago");
  assert.equal(t("{0} of {1}", 2, 3), "2 of 3");
});
