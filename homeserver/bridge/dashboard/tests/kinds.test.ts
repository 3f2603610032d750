import assert from "node:assert/strict";
import { test } from "node:test";

import { rowsOf, tapOf } from "../source/kinds/controls.js";
import { glanceOf } from "../source/kinds/glance.js";
import { keyTiles, moodOf, placeOf } from "../source/kinds/places.js";
import { NOWHERE, roomsOf, slugOf } from "../source/kinds/rooms.js";
import { entity } from "./entities.js";

const lamp = (id: string, state = "off"): ReturnType<typeof entity> =>
  entity(id, state, { supported_color_modes: ["brightness"] }, { area: "Hall", services: ["turn_on", "turn_off"] });

test("rooms are made of areas, by name, with what has none at the end", () => {
  const sensor = entity("sensor.t", "20", { device_class: "temperature" }, { area: "Bath" });
  const rooms = roomsOf([lamp("light.b"), sensor, entity("switch.x", "on", {}, { services: ["turn_on", "turn_off"] })]);
  assert.deepEqual(rooms.map((room) => room.name), ["Bath", "Hall", NOWHERE]);
  assert.deepEqual(rooms[0]!.heads, [sensor]);
  assert.deepEqual(rooms[0]!.places.readings, []);
});

test("hidden things have no place, diagnostic ones stand below", () => {
  assert.equal(placeOf({ ...lamp("light.a"), hidden: true }), null);
  assert.equal(placeOf({ ...lamp("light.a"), category: "diagnostic" }), "more");
  assert.equal(placeOf(lamp("light.a")), "controls");
  assert.equal(placeOf(entity("binary_sensor.a", "off")), "readings");
});

test("the key tiles of a room are of several kinds before they are many of one", () => {
  const services = ["turn_on", "turn_off"];
  const many = ["light.a", "light.b", "light.c", "fan.a", "switch.a"].map((id) => entity(id, "off", {}, { services }));
  assert.deepEqual(keyTiles(many, 4).map((one) => one.entity_id), ["light.a", "light.b", "fan.a", "switch.a"]);
});

test("addresses of rooms are plain", () => {
  assert.equal(slugOf("Büro & Gäste"), "buro-gaste");
  assert.equal(slugOf("Straße"), "strasse");
  assert.equal(slugOf("!!!"), "room");
});

test("a lamp that is on glows, a leak is an alarm, what is out of reach is away", () => {
  assert.equal(moodOf(lamp("light.a", "on")), "glow");
  assert.equal(moodOf(entity("binary_sensor.a", "on", { device_class: "moisture" })), "alarm");
  assert.equal(moodOf(entity("light.a", "unavailable")), "away");
  assert.equal(moodOf(entity("sensor.b", "9", { device_class: "battery" })), "alarm");
});

test("what cannot be asked for has no control", () => {
  assert.deepEqual(rowsOf(lamp("light.a")).map((row) => row.what), ["Brightness"]);
  assert.deepEqual(rowsOf({ ...lamp("light.a"), services: [] }), []);
  assert.equal(tapOf({ ...lamp("light.a"), services: ["turn_on"] }), "");
});

test("the glance counts doors, lamps, weak batteries and who is here", () => {
  const chips = glanceOf([
    lamp("light.a", "on"), lamp("light.b"), entity("binary_sensor.d", "on", { device_class: "door", friendly_name: "Door" }),
    entity("sensor.b", "5", { device_class: "battery" }), entity("person.anna", "home", { friendly_name: "Anna" }),
    entity("light.group", "on", { entity_id: ["light.a"] }, { services: ["turn_on"] }),
  ]);
  const told = Object.fromEntries(chips.map((chip) => [chip.key, chip.value]));
  assert.deepEqual(told, { people: "Anna", open: "1 open", lamps: "1 on", battery: "1" });
});
