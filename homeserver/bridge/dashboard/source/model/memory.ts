// What the page saw itself: figures of the last while for each measuring entity, until the home keeps a history.

import { numberOf, type Entity } from "./entity.js";

export type Sample = readonly [at: number, value: number];

const MOST = 400;
const CLOSEST = 1000; // milliseconds between samples; the latest of a burst counts

const samples = new Map<string, Sample[]>();

/** Note the figure of an entity: a number, or 1 and 0 for on and off. */
export function remember(entity: Entity, now = Date.now()): void {
  const value = figureOf(entity);
  if (!Number.isFinite(value)) return;
  const line = samples.get(entity.entity_id) ?? samples.set(entity.entity_id, []).get(entity.entity_id)!;
  const at = line.length === 0 ? Math.min(now, Date.parse(entity.last_changed) || now) : now;
  const last = line.at(-1);
  if (last && at - last[0] < CLOSEST) line[line.length - 1] = [last[0], value];
  else if (!last || last[1] !== value || line.length < 2) line.push([at, value]);
  if (line.length > MOST) line.splice(0, line.length - MOST);
}

const ON = new Set(["on", "open", "unlocked", "home", "playing", "heat", "cleaning"]);
const OFF = new Set(["off", "closed", "locked", "not_home", "idle", "paused", "docked"]);

/** What of an entity can be drawn as a line. */
export function figureOf(entity: Entity): number {
  const { current_temperature: warmth } = entity.attributes;
  if (typeof warmth === "number") return warmth;
  if (ON.has(entity.state)) return 1;
  return OFF.has(entity.state) ? 0 : numberOf(entity);
}

/** The figures that were seen, the oldest first, up to now. */
export function remembered(id: string, now = Date.now()): Sample[] {
  const line = samples.get(id) ?? [];
  const last = line.at(-1);
  return last ? [...line, [Math.max(now, last[0]), last[1]]] : [];
}

export const forget = (): void => samples.clear();
