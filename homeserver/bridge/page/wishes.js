// What a widget asks for, whether it asks back first, and how what it stands for is called.

import { ask } from "/home.js";
import { number } from "/words.js";

/** Ask for what a row stands for; it is confirmed once the entity is as was asked. */
export function send(row, entity, value) {
  const data = row.data ? row.data(value, entity) : { [row.field]: value };
  const fits = row.look === null ? null : (now) => agrees(row, row.read(now), value);
  ask(entity.entity_id, row.service, data, row.look ? row.look(value) : null, fits);
}

function agrees(row, now, value) {
  if (Array.isArray(value)) return Array.isArray(now) && value.every((part, i) => Math.abs(part - now[i]) <= row.near);
  return typeof value === "number" ? Math.abs(Number(now) - value) <= (row.near ?? 1e-6) : now === value;
}

const SURE = 4_000; // milliseconds in which the second press must come

/** Asking back where something could startle somebody; `say` is told whether the question stands. */
export class Sure {
  constructor(say) {
    this.say = say;
    this.asked = false;
  }

  /** True for the second press in time; the first one only asks. */
  press() {
    const sure = this.asked;
    this.settle(!sure);
    if (this.asked) this.due = setTimeout(() => this.settle(), SURE);
    return sure;
  }

  settle(asked = false) {
    clearTimeout(this.due);
    this.asked = asked;
    this.say(asked);
  }
}

export const named = (row, name) => `${row.what} of ${name}`;
const unitOf = (row, entity) => (row.unit ? ` ${row.unit(entity)}` : "").trimEnd();
export const figureLine = (row, value, entity) => `${number(value, row.digits ?? 0)}${unitOf(row, entity)}`;
