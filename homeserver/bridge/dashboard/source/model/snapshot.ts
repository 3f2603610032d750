// The last known state of the home, kept in the browser: shown at once when the page opens, marked as old until the home speaks.

import type { Entity, Floor } from "./entity.js";

export interface Snapshot {
  name: string;
  language: string;
  zone: string;
  at: number;
  /** Of the cards, where they are known to be those that the home last named so. */
  mark?: string;
  floors?: Floor[];
  entities: Entity[];
}

const KEY = "homeserver.snapshot";

export function keep(snapshot: Snapshot): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(snapshot));
  } catch {
    forgetSnapshot(); // too large for this browser: better none than half of one
  }
}

export function kept(): Snapshot | null {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "null") as Snapshot | null;
    return found && Array.isArray(found.entities) && found.entities.length > 0 ? found : null;
  } catch {
    return null;
  }
}

export const forgetSnapshot = (): void => localStorage.removeItem(KEY);
