import assert from "node:assert/strict";
import { test } from "node:test";

import { forget, remember, remembered } from "../source/model/memory.js";
import { partOf, pointOf } from "../source/parts/arc.js";
import { gathered } from "../source/parts/crowds.js";
import { pathOf } from "../source/parts/path.js";
import { entity } from "./entities.js";

test("the dial finds the part of a point again", () => {
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const [x, y] = pointOf(part);
    assert.ok(Math.abs(partOf(x - 100, y - 100) - part) < 1e-9, String(part));
  }
  assert.equal(partOf(10, 100), 1, "below and right of the middle is the end");
  assert.equal(partOf(-10, 100), 0);
});

test("the page remembers figures, not bursts, and forgets at the door", () => {
  const at = Date.parse("2026-01-05T07:00:00Z");
  for (const [second, value] of [[0, "1"], [5, "2"], [5.2, "3"], [9, "3"], [10, "oops"]] as const) {
    remember(entity("sensor.a", value), at + second * 1000);
  }
  assert.deepEqual(remembered("sensor.a", at + 20_000), [[at, 1], [at + 5000, 3], [at + 20_000, 3]]);
  forget();
  assert.deepEqual(remembered("sensor.a"), []);
});

test("a spark goes from left to right and lies in the middle when flat", () => {
  assert.equal(pathOf([[0, 5], [10, 5]], 100, 28), "M0.0 14.0L100.0 14.0");
  assert.equal(pathOf([[0, 0], [10, 1]], 100, 28), "M0.0 26.0L100.0 2.0");
  assert.equal(pathOf([]), "");
});

test("devices that go together make one line", () => {
  const line = (entity_id: string, second: number): Parameters<typeof gathered>[0][number] => ({
    entity_id, name: entity_id, time: new Date(second * 1000).toISOString(), from: "on", to: "unavailable", why: [],
  });
  const told = gathered([line("a", 0), line("b", 1), line("b", 2), line("c", 100)], (one) => one.name);
  assert.deepEqual(told.map((one) => one.devices), [["c"], ["a", "b"]]);
});
