// What the page knows of the home: entities by id, as the feed tells them, and what people asked for but is not yet so.

import type { Entity, Happening } from "./entity.js";
import { post } from "./http.js";
import { remember } from "./memory.js";

type Watcher = (ids: ReadonlySet<string>) => void;
type Look = { state?: string; attributes?: Record<string, unknown> } | null;
type Fits = ((now: Entity) => boolean) | null;

interface Wish {
  phase: "asked" | "failed";
  look: Look;
  fault: string;
  fits: (now: Entity) => boolean;
}

export const entities = new Map<string, Entity>();
export let happened: Happening[] = [];

const MOST_HAPPENED = 60;
const wishes = new Map<string, Wish>();
const all = new Set<Watcher>();
const single = new Map<string, Set<() => void>>();
let waiting = new Set<string>();

/** Called with the ids of what changed, at most once for each frame of the screen; "" stands for what happened. Gives the way out. */
export function watch(watcher: Watcher): () => void {
  all.add(watcher);
  return () => all.delete(watcher);
}

/** Called when one entity changed. Gives the way out. */
export function watchOne(id: string, watcher: () => void): () => void {
  const set = single.get(id) ?? single.set(id, new Set()).get(id)!;
  set.add(watcher);
  return () => {
    set.delete(watcher);
    if (set.size === 0 && single.get(id) === set) single.delete(id);
  };
}

function changed(id: string): void {
  if (waiting.size === 0) frame(tell);
  waiting.add(id);
}

/** A page in the background has no frames, but its title and its memory go on. */
const frame = (then: () => void): void => {
  if (document.visibilityState === "visible") requestAnimationFrame(then);
  else setTimeout(then, 500);
};

function tell(): void {
  const ids = waiting;
  waiting = new Set();
  for (const id of ids) single.get(id)?.forEach((watcher) => watcher());
  all.forEach((watcher) => watcher(ids));
}

/** The whole home; what is not in it is gone. */
export function replace(present: Entity[], lines: Happening[]): void {
  const ids = new Set(present.map((entity) => entity.entity_id));
  for (const id of [...entities.keys()]) if (!ids.has(id)) remove(id);
  present.forEach(put);
  happened = lines.slice(-MOST_HAPPENED);
  changed("");
}

export function put(entity: Entity): void {
  const id = entity.entity_id;
  entities.set(id, entity);
  remember(entity);
  if (wishes.get(id)?.fits(entity)) wishes.delete(id);
  changed(id);
}

export function remove(id: string): void {
  entities.delete(id);
  wishes.delete(id);
  changed(id);
}

export function happen(lines: Happening[]): void {
  if (lines.length === 0) return;
  happened = [...happened, ...lines].slice(-MOST_HAPPENED);
  changed("");
}

export const nameOf = (id: string): string => entities.get(id)?.attributes.friendly_name ?? id;

// -- wishes

const CONFIRMED_WITHIN = 6000; // milliseconds
const TOLD_FOR = 8000;

/** The entity as it will be if what was asked for comes true. */
export function wished(entity: Entity): Entity {
  const look = wishes.get(entity.entity_id)?.look;
  return look ? { ...entity, ...look, attributes: { ...entity.attributes, ...look.attributes } } : entity;
}

/** "asked" while a command is under way, "failed" for a while after it came to nothing, else "". */
export const wishOf = (id: string): "asked" | "failed" | "" => wishes.get(id)?.phase ?? markOf(entities.get(id));
export const faultOf = (id: string): string => wishes.get(id)?.fault ?? "Not confirmed";

/** What the home itself tells of commands of anybody: one is on its way, or came to nothing. */
function markOf(entity: Entity | undefined): "asked" | "failed" | "" {
  if (entity?.attributes.wanted) return "asked";
  return entity?.attributes.not_confirmed ? "failed" : "";
}

/**
 * Ask for a service. `look` is what the entity will be like, shown at once; `fits` tells whether a new state confirms it.
 * Where `fits` is missing, the owner's word that he accepted is enough. What is not confirmed in time is shown as such.
 */
export async function ask(id: string, service: string, data: object = {}, look: Look = null, fits: Fits = null): Promise<void> {
  const wish: Wish = { phase: "asked", look, fault: "", fits: fits ?? (() => false) };
  wishes.set(id, wish);
  changed(id);
  const answer = await post(`/api/services/${id.split(".")[0]}/${service}`, { ...data, entity_id: id });
  if (wishes.get(id) !== wish) return;
  const now = entities.get(id);
  if (!answer.ok) fail(id, wish, answer.code === "timeout" ? "Not confirmed" : answer.message);
  else if (!fits || (now && fits(now))) settle(id, wish);
  else setTimeout(() => giveUp(id, wish), CONFIRMED_WITHIN);
}

/** What the home still tries is its own to tell from now on. */
function giveUp(id: string, wish: Wish): void {
  if (markOf(entities.get(id))) settle(id, wish);
  else fail(id, wish, "Not confirmed");
}

function settle(id: string, wish: Wish): void {
  if (wishes.get(id) !== wish) return;
  wishes.delete(id);
  changed(id);
}

function fail(id: string, wish: Wish, fault: string): void {
  if (wishes.get(id) !== wish) return;
  Object.assign(wish, { phase: "failed", look: null, fault });
  changed(id);
  setTimeout(() => settle(id, wish), TOLD_FOR);
}
