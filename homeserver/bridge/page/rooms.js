// The rooms: a section for each area, with its tiles in their places. Nothing is built anew when a state changes.

import { el, setAttribute, setText } from "/dom.js";
import { isWorked, shapeOf, tapOf } from "/controls.js";
import { entities } from "/home.js";
import { isRoomAir } from "/glance.js";
import { placeOf, tileOf } from "/tiles.js";
import { isTimed, stateLine } from "/words.js";

const NOWHERE = "Elsewhere";
const KINDS = ["alarm_control_panel", "lock", "light", "scene", "climate", "fan", "cover", "humidifier", "water_heater", "switch",
  "valve", "vacuum", "lawn_mower", "siren", "input_boolean", "group", "script", "button", "input_button", "timer", "counter",
  "select", "input_select", "number", "input_number", "time", "date", "datetime", "input_datetime", "text", "input_text", "notify",
  "update", "camera", "image", "binary_sensor", "device_tracker", "event", "sensor"];
const CLASSES = ["temperature", "humidity", "motion", "occupancy", "door", "window", "power", "energy"];

const rooms = new Map();
const tiles = new Map();
let count = 0;

/** Bring the tiles of `ids` up to date; `list` is where the rooms stand, `open` shows details. */
export function showRooms(list, ids, open) {
  const rebuilt = new Set();
  const touched = new Set();
  const before = rooms.size;
  for (const id of ids) {
    try {
      const tile = tileFor(id, open, rebuilt);
      if (!tile) continue;
      tile.update(tile.room.name);
      touched.add(tile.room);
    } catch (fault) {
      reportError(fault); // what is odd about one entity must not cost the others their news
    }
  }
  for (const room of rebuilt) refresh(room, open);
  touched.forEach(showSummary);
  if (rooms.size !== before || [...rebuilt].some((room) => room.tiles.size === 0)) arrange(list);
}

/** Bring up to date what tells how long ago something was. */
export function showTimes() {
  for (const [id, tile] of tiles) if (isTimed(entities.get(id))) tile.update(tile.room.name);
}

/** The tile of an entity in its right place, made anew where that has changed; `rebuilt` gathers the rooms concerned. */
function tileFor(id, open, rebuilt) {
  const entity = entities.get(id);
  const place = entity ? placeOf(entity) : null;
  const key = place && `${entity.area ?? NOWHERE}\n${place}\n${isWorked(entity)}\n${tapOf(entity)}\n${shapeOf(entity, true)}`;
  const old = tiles.get(id);
  if (old?.key === key) return old;
  if (old) {
    old.root.remove();
    old.room.tiles.delete(old);
    tiles.delete(id);
    rebuilt.add(old.room);
  }
  if (!key) return null;
  const room = roomOf(entity.area ?? NOWHERE);
  const tile = Object.assign(tileOf(entity, open), { key, room, order: orderOf(entity) });
  tiles.set(id, tile);
  room.tiles.add(tile);
  rebuilt.add(room);
  insert(room.places[place], tile);
  return tile;
}

function roomOf(name) {
  if (!rooms.has(name)) rooms.set(name, makeRoom(name));
  return rooms.get(name);
}

const WIDE = [matchMedia("(min-width: 62rem)"), matchMedia("(min-width: 100rem)")];

/** How many places of the grid a tile takes. */
const sizeOf = ({ classList }) => (classList.contains("wide") ? 5 : classList.contains("broad") ? 2 : 1);

/** Put the rooms into as many columns as there is width for, each room into the shortest so far. */
function arrange(list) {
  const make = () => ({ root: el("div", { class: "column" }), height: 0 });
  const columns = Array.from({ length: 1 + WIDE.filter((width) => width.matches).length }, make);
  for (const room of [...rooms.values()].sort((one, two) => compare(one.name, two.name))) {
    const column = columns.reduce((best, other) => (other.height < best.height ? other : best));
    const places = [...room.places.controls.children].reduce((sum, tile) => sum + sizeOf(tile), 0);
    column.height += 2 + (places * 2 + room.places.readings.children.length) / 3;
    column.root.append(room.root);
  }
  list.replaceChildren(...columns.map((column) => column.root));
}

/** Arrange anew when the window becomes wider or narrower. */
export const keepArranged = (list) => WIDE.forEach((width) => width.addEventListener("change", () => arrange(list)));

/** By name; what belongs to no room comes last. */
const compare = (one, two) => (one === NOWHERE) - (two === NOWHERE) || one.localeCompare(two);

function makeRoom(name) {
  const id = `room-${(count += 1)}`;
  const summary = el("span", { class: "summary" });
  const place = (name) => el("div", { class: name });
  const places = { controls: place("controls"), readings: place("readings"), more: place("folded") };
  const hidden = el("span");
  const fold = el("details", { class: "fold" }, el("summary", {}, el("span", { text: "More" }), hidden), places.more);
  const title = el("h2", { id, text: name });
  const root = el("section", { class: "room card", "aria-labelledby": id }, el("div", { class: "head" }, title, summary),
    places.controls, places.readings, fold);
  return { name, root, summary, places, fold, hidden, tiles: new Set(), heads: [] };
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
  return `${rank(isWorked(entity) ? kind : sort)} ${entity.attributes.friendly_name}`;
}

/** After tiles came or went: which parts are empty, and what stands in the head. */
function refresh(room, open) {
  if (room.tiles.size === 0) {
    room.root.remove();
    rooms.delete(room.name);
    return;
  }
  room.heads = headsOf([...room.tiles].map((tile) => entities.get(tile.id)));
  for (const tile of room.tiles) setAttribute(tile.root, "hidden", room.heads.includes(tile.id));
  const shown = (place) => [...place.children].filter((tile) => !tile.hidden).length;
  for (const place of Object.values(room.places)) setAttribute(place, "hidden", shown(place) === 0);
  setAttribute(room.fold, "hidden", shown(room.places.more) === 0);
  setText(room.hidden, String(shown(room.places.more)));
  room.summary.replaceChildren(...room.heads.map((id) => {
    const button = el("button", { class: "plain", type: "button" });
    button.addEventListener("click", () => open(id));
    return button;
  }));
  showSummary(room);
}

/** Warmth and humidity stand in the room's head and need no tile of their own. */
function headsOf(here) {
  const found = ["temperature", "humidity"].map((kind) => here.find((entity) => entity.attributes.device_class === kind &&
    entity.services.length === 0 && placeOf(entity) === "readings" && isRoomAir(entity) === here.some(isRoomAir)));
  return found.filter(Boolean).map((entity) => entity.entity_id);
}

function showSummary(room) {
  room.heads.forEach((id, index) => {
    const entity = entities.get(id);
    const button = room.summary.children[index];
    setText(button, stateLine(entity));
    setAttribute(button, "aria-label", `${entity.attributes.friendly_name}: ${stateLine(entity)}`);
  });
}
