// What the page knows of the home: entities by id, as the feed tells them, and what people asked for but is not yet so.

import { domainOf, type Card, type Entity, type Floor, type Happening, type Link } from "./entity.js";
import { carded, differed, whole, type Told } from "./states.js";
import { post, type Answer } from "./http.js";
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
export let floors: Floor[] = [];
/** Counts how often what the rooms are made of was different: names, places, what there is. */
export let laid = 0;

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

/** Called when one entity changed; as long as somebody watches it, its state is told. Gives the way out. */
export function watchOne(id: string, watcher: () => void): () => void {
  const set = single.get(id) ?? single.set(id, new Set()).get(id)!;
  set.add(watcher);
  interest();
  return () => {
    set.delete(watcher);
    if (set.size === 0 && single.get(id) === set) single.delete(id);
    interest();
  };
}

// -- whose states are wanted: those of what is watched, and of what somebody needs for a sum

type Need = (entity: Entity) => boolean;

const needs = new Set<Need>();
const GATHER = 30; // milliseconds
let due = 0;
let wantedBy: (ids: ReadonlySet<string>) => void = () => undefined;

/** Have the states of all entities that fit told, until the returned function is called. */
export function need(fits: Need): () => void {
  needs.add(fits);
  interest();
  return () => {
    needs.delete(fits);
    interest();
  };
}

/** Who is to be told whose states are wanted. */
export function wants(then: (ids: ReadonlySet<string>) => void): void {
  wantedBy = then;
}

function interest(): void {
  due ||= window.setTimeout(() => {
    due = 0;
    wantedBy(wanted());
  }, GATHER);
}

function wanted(): Set<string> {
  const ids = new Set([...single.keys()].filter((id) => entities.has(id)));
  const fits = [...needs];
  if (fits.length) for (const entity of entities.values()) if (fits.some((one) => one(entity))) ids.add(entity.entity_id);
  return ids;
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

/** All cards; what is not among them is gone. */
export function replace(cards: Record<string, Card>): void {
  for (const id of [...entities.keys()]) if (!(id in cards)) remove(id);
  lay(cards);
}

/** All that happened of late. */
export function recall(lines: Happening[]): void {
  happened = lines.slice(-MOST_HAPPENED);
  changed("");
}

/** The home as it was when it was last seen. */
export function restore(present: Entity[], storeys: Floor[]): void {
  present.forEach(put);
  setFloors(storeys);
}

/** Cards that are new or different. */
export function lay(cards: Record<string, Card>): void {
  for (const [id, card] of Object.entries(cards)) put(carded(id, card, entities.get(id)));
  laid += 1;
  interest();
}

/** States of what is in sight. */
export function tellStates({ a = {}, c = {} }: Told): void {
  for (const [id, said] of Object.entries(a)) {
    const known = entities.get(id);
    if (known) put(whole(known, said));
  }
  for (const [id, said] of Object.entries(c)) {
    const known = entities.get(id);
    if (known) put(differed(known, said["+"], said["-"]?.a));
  }
}

export const setFloors = (now: Floor[]): void => {
  floors = now;
  laid += 1;
  changed("");
};

const PLACED = new Set(["image", "update"]); // kinds that have another place when their state is another

export function put(entity: Entity): void {
  const id = entity.entity_id;
  const before = entities.get(id);
  entities.set(id, entity);
  if (entity.state !== "") remember(entity);
  if (before?.state !== entity.state && PLACED.has(domainOf(id))) laid += 1;
  if (wishes.get(id)?.fits(entity)) wishes.delete(id);
  changed(id);
}

export function remove(id: string): void {
  entities.delete(id);
  wishes.delete(id);
  laid += 1;
  changed(id);
}

export function happen(lines: Happening[]): void {
  if (lines.length === 0) return;
  happened = [...happened, ...lines].slice(-MOST_HAPPENED);
  changed("");
}

// -- why something is as it is

let asked: (id: string) => Promise<Link[]> = () => Promise.resolve([]);

export const whyOf = (id: string): Promise<Link[]> => asked(id);

/** Who knows the causes. */
export const knows = (then: typeof asked): void => void (asked = then);

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
export async function ask(id: string, service: string, data: object = {}, look: Look = null, fits: Fits = null): Promise<Answer<unknown>> {
  const wish: Wish = { phase: "asked", look, fault: "", fits: fits ?? (() => false) };
  wishes.set(id, wish);
  changed(id);
  const answer = await post(`/api/services/${id.split(".")[0]}/${service}`, { ...data, entity_id: id });
  if (!answer.ok && answer.field === "code") coded.add(id);
  if (wishes.get(id) !== wish) return answer;
  const now = entities.get(id);
  if (!answer.ok) fail(id, wish, answer.code === "timeout" ? "Not confirmed" : answer.message);
  else if (!fits || (now && fits(now))) settle(id, wish);
  else setTimeout(() => giveUp(id, wish), CONFIRMED_WITHIN);
  return answer;
}

const coded = new Set<string>();

/** Whether the home has asked for a code, though the thing did not say that it takes one. */
export const isCoded = (id: string): boolean => coded.has(id);

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
