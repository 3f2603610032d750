// What a control asks for, whether it asks back first, and how what it stands for is called.

import type { Row } from "../kinds/rows.js";
import type { Entity } from "../model/entity.js";
import { ask } from "../model/home.js";
import { number, t } from "../words/text.js";

/** Ask for what a row stands for; it is confirmed once the entity is as was asked. */
export function send(row: Row, entity: Entity, value: unknown): void {
  const data = row.data ? row.data(value, entity) : { [row.field!]: value };
  const fits = row.look === null ? null : (now: Entity) => agrees(row, row.read?.(now), value);
  void ask(entity.entity_id, row.service!, data, row.look ? row.look(value) : null, fits);
}

function agrees(row: Row, now: unknown, value: unknown): boolean {
  if (Array.isArray(value)) {
    return Array.isArray(now) && value.every((part, place) => Math.abs(part - now[place]) <= (row.near ?? 0));
  }
  return typeof value === "number" ? Math.abs(Number(now) - value) <= (row.near ?? 1e-6) : now === value;
}

const SURE = 4_000; // milliseconds in which the second press must come

/** Asking back where something could startle somebody; `say` is told when the question comes or goes. */
export class Sure {
  private due = 0;
  asked = "";

  constructor(private readonly say: () => void) {}

  /** True for the second press on the same thing in time; the first one only asks. */
  press(what: string): boolean {
    const sure = this.asked === what;
    clearTimeout(this.due);
    this.asked = sure ? "" : what;
    if (!sure) this.due = window.setTimeout(() => this.forget(), SURE);
    this.say();
    return sure;
  }

  private forget(): void {
    this.asked = "";
    this.say();
  }
}

export const named = (row: Row, name: string): string => t("{0} of {1}", t(row.what ?? ""), name);
export const figureLine = (row: Row, value: number, entity: Entity): string =>
  `${number(value, row.digits ?? 0)} ${row.unit?.(entity) ?? ""}`.trimEnd();
