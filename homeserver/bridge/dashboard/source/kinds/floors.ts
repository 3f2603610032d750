// Rooms by floor, where people told the home of floors.

import type { Floor } from "../model/entity.js";
import { t } from "../words/text.js";
import type { Room } from "./rooms.js";

/** `name` is empty where there are no floors. */
export interface Storey {
  name: string;
  rooms: Room[];
}

/** The rooms under the floors they are on, the lowest floor first; what is on none comes last. */
export function storeysOf(rooms: Room[], floors: readonly Floor[]): Storey[] {
  const on = floors.map(({ name, areas }) => ({ name, rooms: rooms.filter((room) => areas.includes(room.name)) }));
  const found = on.filter((storey) => storey.rooms.length > 0);
  if (found.length === 0) return [{ name: "", rooms }];
  const rest = rooms.filter((room) => !found.some((storey) => storey.rooms.includes(room)));
  return rest.length ? [...found, { name: t("More rooms"), rooms: rest }] : found;
}
