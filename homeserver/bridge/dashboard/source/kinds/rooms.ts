// The rooms of the home, made of what is in them: nobody configures anything.

import type { Entity } from "../model/entity.js";
import { guarded, isRoomAir } from "./glance.js";
import { orderOf, placeOf, type Place } from "./places.js";
import { kindOf } from "../model/entity.js";

export const NOWHERE = "Elsewhere";

export interface Room {
  name: string;
  slug: string;
  places: Record<Place, Entity[]>;
  /** Warmth and humidity, which stand in the room's head and need no tile of their own. */
  heads: Entity[];
  count: number;
}

export const slugOf = (name: string): string =>
  name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/ß/g, "ss").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "room";

/** All rooms by name; what belongs to no room comes last. */
export function roomsOf(all: Iterable<Entity>): Room[] {
  const found = new Map<string, Room>();
  for (const entity of all) {
    const place = guarded(() => placeOf(entity)); // what is odd about one entity must not cost the others their place
    if (!place) continue;
    const name = entity.area ?? NOWHERE;
    const room = found.get(name) ?? found.set(name, begun(name)).get(name)!;
    room.places[place].push(entity);
    room.count += 1;
  }
  for (const room of found.values()) finish(room);
  return [...found.values()].sort(compare);
}

const begun = (name: string): Room => ({
  name, slug: slugOf(name), places: { controls: [], readings: [], more: [] }, heads: [], count: 0,
});

function finish(room: Room): void {
  for (const list of Object.values(room.places)) {
    const keyed = list.map((entity) => ({ entity, order: orderOf(entity) })).sort((one, two) => (one.order < two.order ? -1 : 1));
    list.splice(0, list.length, ...keyed.map(({ entity }) => entity));
  }
  const indoors = room.places.readings.some(isRoomAir);
  const head = (kind: string): Entity | undefined =>
    room.places.readings.find((entity) => kindOf(entity) === kind && isRoomAir(entity) === indoors);
  room.heads = ["temperature", "humidity"].map(head).filter((entity) => entity !== undefined);
  room.places.readings = room.places.readings.filter((entity) => !room.heads.includes(entity));
}

const compare = (one: Room, two: Room): number =>
  Number(one.name === NOWHERE) - Number(two.name === NOWHERE) || one.name.localeCompare(two.name);
