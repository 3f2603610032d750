// The rooms: a section for each area, with its tiles in their places. Nothing is built anew when a state changes.

import { el, setAttribute, setText } from "/dom.js";
import { entities } from "/home.js";
import { isRoomAir } from "/glance.js";
import { placeOf, tileOf } from "/tiles.js";
import { stateLine } from "/words.js";

const NOWHERE = "Elsewhere";
const KINDS = ["light", "switch", "select", "number", "button", "binary_sensor", "sensor"];
const CLASSES = ["temperature", "humidity", "motion", "occupancy", "door", "window", "power", "energy"];

const rooms = new Map();
const tiles = new Map();

/** Bring the tiles of `ids` up to date; `list` is where the rooms stand, `open` shows details. */
export function showRooms(list, ids, open) {
  const touched = new Set();
  for (const id of ids) {
    const entity = entities.get(id);
    const key = entity && placeOf(entity) ? `${entity.area ?? NOWHERE}\n${placeOf(entity)}\n${entity.services.length > 0}` : null;
    let tile = tiles.get(id);
    if (tile && tile.key !== key) {
      tile.root.remove();
      touched.add(tile.room);
      tiles.delete(id);
      tile = null;
    }
    if (key === null) continue;
    const room = roomOf(list, entity.area ?? NOWHERE);
    if (!tile) {
      tile = Object.assign(tileOf(entity, open), { key, room, order: orderOf(entity) });
      tiles.set(id, tile);
      insert(room.places[placeOf(entity)], tile);
    }
    tile.update(room.name);
    touched.add(room);
  }
  touched.forEach((room) => refresh(room, open));
}

function roomOf(list, name) {
  let room = rooms.get(name);
  if (!room) {
    room = makeRoom(name);
    rooms.set(name, room);
    const after = [...rooms.values()].filter((other) => compare(other.name, name) > 0).sort((a, b) => compare(a.name, b.name))[0];
    list.insertBefore(room.root, after?.root ?? null);
  }
  return room;
}

/** By name; what belongs to no room comes last. */
const compare = (one, two) => (one === NOWHERE) - (two === NOWHERE) || one.localeCompare(two);

function makeRoom(name) {
  const id = `room-${rooms.size}`;
  const summary = el("span", { class: "summary" });
  const places = { controls: el("div", { class: "controls" }), readings: el("div", { class: "readings" }), more: el("div", { class: "folded" }) };
  const count = el("span");
  const fold = el("details", { class: "fold" }, el("summary", {}, el("span", { text: "More" }), count), places.more);
  const title = el("h2", { id, text: name });
  const root = el("section", { class: "room card", "aria-labelledby": id }, el("div", { class: "head" }, title, summary),
    places.controls, places.readings, fold);
  return { name, root, summary, places, fold, count };
}

function insert(place, tile) {
  const after = [...place.children].find((other) => other.order > tile.order);
  tile.root.order = tile.order;
  place.insertBefore(tile.root, after ?? null);
}

/** Controls in a fixed order of kinds, then by name: a tile never moves because its state changed. */
function orderOf(entity) {
  const kind = KINDS.indexOf(entity.entity_id.split(".")[0]);
  const sort = CLASSES.indexOf(entity.attributes.device_class);
  const rank = (index) => String(index < 0 ? 99 : index).padStart(2, "0");
  return entity.services.length > 0 ? `${rank(kind)} ${entity.attributes.friendly_name}` : `${rank(sort)} ${entity.attributes.friendly_name}`;
}

function refresh(room, open) {
  const here = [...tiles.values()].filter((tile) => tile.room === room);
  const heads = headsOf(here.map((tile) => entities.get(tile.id)));
  for (const tile of here) setAttribute(tile.root, "hidden", heads.includes(tile.id));
  const count = (place) => [...place.children].filter((tile) => !tile.hidden).length;
  for (const place of Object.values(room.places)) setAttribute(place, "hidden", count(place) === 0);
  setAttribute(room.fold, "hidden", count(room.places.more) === 0);
  setText(room.count, String(count(room.places.more)));
  showSummary(room, heads, open);
  if (here.length === 0) {
    room.root.remove();
    rooms.delete(room.name);
  }
}

/** Warmth and humidity stand in the room's head and need no tile of their own. */
function headsOf(here) {
  const found = ["temperature", "humidity"].map((kind) => here.find((entity) => entity.attributes.device_class === kind &&
    entity.services.length === 0 && placeOf(entity) === "readings" && isRoomAir(entity) === here.some(isRoomAir)));
  return found.filter(Boolean).map((entity) => entity.entity_id);
}

function showSummary(room, heads, open) {
  const key = heads.join();
  if (room.heads !== key) {
    room.heads = key;
    room.summary.replaceChildren(...heads.map((id) => {
      const button = el("button", { class: "plain", type: "button" });
      button.addEventListener("click", () => open(id));
      return button;
    }));
  }
  heads.forEach((id, index) => {
    const entity = entities.get(id);
    setText(room.summary.children[index], stateLine(entity));
    setAttribute(room.summary.children[index], "aria-label", `${entity.attributes.friendly_name}: ${stateLine(entity)}`);
  });
}
