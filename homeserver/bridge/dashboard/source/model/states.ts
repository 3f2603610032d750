// States as `subscribe_entities` tells them: short keys, epoch seconds, only what changed. Format: `compressed.py` of the bridge.

import type { Card, Entity } from "./entity.js";

export interface Short {
  s?: string;
  a?: Record<string, unknown>;
  c?: string | { id: string };
  lc?: number;
  lu?: number;
}
export interface Told {
  a?: Record<string, Short>;
  c?: Record<string, { "+"?: Short; "-"?: { a?: string[] } }>;
}

/** The state of an entity of which nothing was told yet. */
export const UNTOLD = "";

const time = (seconds: number): string => new Date(seconds * 1000).toISOString();
const contextOf = (said: Short["c"]): string => (typeof said === "object" ? said.id : (said ?? ""));

/** An entity as its card tells, with the state that was known before. */
export function carded(id: string, card: Card, before?: Entity): Entity {
  const { name, area = null, device = null, class: kind, series, category = null, hidden = false, services = [], away = false } = card;
  const known = before && before.state !== "unavailable" ? before.state : UNTOLD;
  const attributes: Entity["attributes"] = { ...before?.attributes, friendly_name: name };
  if (kind) attributes.device_class = kind;
  if (series) attributes.state_class = series;
  return {
    entity_id: id, state: away ? "unavailable" : known, attributes, context: before?.context ?? "",
    last_changed: before?.last_changed ?? "", last_updated: before?.last_updated ?? "", area, device, category, hidden, services,
  };
}

/** The entity with a state that was told as a whole. */
export function whole(entity: Entity, { s = "", a = {}, c, lc = 0, lu = lc }: Short): Entity {
  return { ...entity, state: s, attributes: a as Entity["attributes"], context: contextOf(c), last_changed: time(lc), last_updated: time(lu) };
}

/** The entity with what changed. */
export function differed(entity: Entity, more: Short = {}, gone: string[] = []): Entity {
  const attributes = more.a || gone.length ? { ...entity.attributes, ...more.a } : entity.attributes;
  for (const name of gone) delete attributes[name];
  return {
    ...entity, attributes, state: more.s ?? entity.state, context: more.c === undefined ? entity.context : contextOf(more.c),
    last_changed: more.lc === undefined ? entity.last_changed : time(more.lc),
    last_updated: more.lu ?? more.lc ? time((more.lu ?? more.lc)!) : entity.last_updated,
  };
}
