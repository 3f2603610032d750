// What the page knows of one entity: its card, which tells what seldom changes, and its state while somebody looks.

export interface Link {
  by: string;
  entity_id?: string;
  state?: string;
}

/** What of an entity seldom changes; what is left out is as for most. `away`: it cannot be reached. */
export interface Card {
  name: string;
  area?: string;
  device?: string;
  class?: string;
  series?: string;
  category?: string;
  services?: string[];
  hidden?: boolean;
  away?: boolean;
}

export interface Floor {
  name: string;
  level: number | null;
  /** Names of the areas on it. */
  areas: string[];
}

/** `state` is empty as long as nothing was told of it; `context` is the id of what brought the state about. */
export interface Entity {
  entity_id: string;
  state: string;
  attributes: Record<string, any>; // whatever a device says
  last_changed: string;
  last_updated: string;
  area: string | null;
  device: string | null;
  category: string | null;
  hidden: boolean;
  services: string[];
  context: string;
}

export interface Happening {
  entity_id: string;
  name: string;
  time: string;
  from?: string;
  to?: string;
  did?: string;
  failed?: string;
  why: Link[];
}

export const domainOf = (entity: Entity | string): string =>
  (typeof entity === "string" ? entity : entity.entity_id).split(".", 1)[0] ?? "";
export const kindOf = (entity: Entity): string => entity.attributes.device_class ?? "";
export const isReachable = (entity: Entity): boolean => entity.state !== "unavailable";
export const isKnown = (entity: Entity): boolean => isReachable(entity) && entity.state !== "unknown" && entity.state !== "";

const RULES = new Set(["automation", "script"]);

/** Whether it is a rule or a script that has a fault in its file and does not run. */
export const isRefused = (entity: Entity): boolean => !isReachable(entity) && RULES.has(domainOf(entity));

/** The state as a number, or NaN. */
export const numberOf = (entity: Entity): number => (entity.state.trim() === "" ? NaN : Number(entity.state));

/** Brightness in percent of a lamp that is on. */
export const percentOf = (entity: Entity): number => Math.max(1, Math.round((entity.attributes.brightness ?? 255) / 2.55));
