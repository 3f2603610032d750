import assert from "node:assert/strict";
import { test } from "node:test";

import { storeysOf } from "../source/kinds/floors.js";
import { roomsOf } from "../source/kinds/rooms.js";
import { carded, differed, UNTOLD, whole } from "../source/model/states.js";
import { Views } from "../source/model/views.js";
import { entity } from "./entities.js";

/** A server that notes to what somebody is subscribed. */
class Told {
  open = new Set<string[]>();
  begun = 0;
  readonly views = new Views((ids) => {
    this.open.add(ids);
    this.begun += ids.length;
    return Promise.resolve(() => Promise.resolve(void this.open.delete(ids)));
  });

  get ids(): string[] {
    return [...new Set([...this.open].flat())].sort();
  }

  async want(...ids: string[]): Promise<void> {
    this.views.want(new Set(ids));
    await new Promise((done) => setTimeout(done, 0));
  }
}

test("what comes into sight is asked for alone, what leaves it is let go", async () => {
  const told = new Told();
  await told.want("a", "b");
  await told.want("a", "b", "c");
  assert.deepEqual([told.ids, told.begun], [["a", "b", "c"], 3]);
  await told.want("c");
  assert.deepEqual(told.ids, ["c"]);
  await told.want();
  assert.deepEqual(told.ids, []);
});

test("while somebody scrolls through two thousand, few are told of and all that are seen", async () => {
  const told = new Told();
  const all = Array.from({ length: 2000 }, (_, place) => `sensor.s${place}`);
  for (let top = 0; top < 1900; top += 7) {
    const seen = all.slice(top, top + 60);
    await told.want(...seen);
    assert.ok(seen.every((id) => told.ids.includes(id)));
    assert.ok(told.ids.length <= 60 * 2 + 120 + 60, String(told.ids.length));
    assert.ok(told.open.size <= 13);
  }
});

test("a card and a state make an entity, in whatever order they come", () => {
  const card = { name: "Lamp", area: "Hall", services: ["turn_on"] };
  const fresh = carded("light.a", card);
  assert.deepEqual([fresh.state, fresh.attributes], [UNTOLD, { friendly_name: "Lamp" }]);
  const lit = whole(fresh, { s: "on", a: { friendly_name: "Lamp", brightness: 5 }, c: { id: "c1" }, lc: 1, lu: 2 });
  assert.deepEqual([lit.state, lit.area, lit.context], ["on", "Hall", "c1"]);
  assert.deepEqual([lit.last_changed, lit.last_updated], ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:02.000Z"]);
  const dark = differed(lit, { s: "off", lc: 3, c: "c2" }, ["brightness"]);
  assert.deepEqual([dark.state, dark.attributes, dark.context], ["off", { friendly_name: "Lamp" }, "c2"]);
  assert.equal(dark.last_updated, dark.last_changed);
  assert.equal(lit.attributes.brightness, 5, "what was shown is not written over");
  const moved = carded("light.a", { ...card, area: "Den" }, dark);
  assert.deepEqual([moved.state, moved.area], ["off", "Den"]);
  const lost = carded("light.a", { ...card, away: true }, moved);
  assert.equal(lost.state, "unavailable");
  assert.equal(carded("light.a", card, lost).state, UNTOLD, "back, and nobody said how it is");
});

test("rooms stand under their floors, the others last", () => {
  const rooms = roomsOf(["Attic", "Bath", "Shed"].map((area) => entity(`sensor.${area.toLowerCase()}`, "1", {}, { area })));
  assert.deepEqual(storeysOf(rooms, []), [{ name: "", rooms }]);
  const floors = [{ name: "Ground", level: 0, areas: ["Bath", "Gone"] }, { name: "Empty", level: 1, areas: [] }, { name: "Top", level: 2, areas: ["Attic"] }];
  const found = storeysOf(rooms, floors).map((one) => [one.name, one.rooms.map((room) => room.name).join()]);
  assert.deepEqual(found, [["Ground", "Bath"], ["Top", "Attic"], ["More rooms", "Shed"]]);
});
