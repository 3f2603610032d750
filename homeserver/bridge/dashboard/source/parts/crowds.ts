// Happenings that belong together: a gateway takes all of its devices along when it goes or comes.

import type { Happening } from "../model/entity.js";

const TOGETHER = 60_000; // milliseconds in which devices that come or go make one line

export interface Line extends Happening {
  devices: string[];
}

const crowdOf = ({ to, from }: Happening): string => (to === "unavailable" ? "away" : from === "unavailable" ? "back" : "");

/** Lines, the newest first, with those of one crowd put together; `deviceOf` names what an entity belongs to. */
export function gathered(lines: readonly Happening[], deviceOf: (line: Happening) => string): Line[] {
  const found: Line[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    const joins = last && crowdOf(line) && crowdOf(line) === crowdOf(last) && Date.parse(line.time) - Date.parse(last.time) < TOGETHER;
    if (!joins) found.push({ ...line, devices: crowdOf(line) ? [deviceOf(line)] : [] });
    else if (!last.devices.includes(deviceOf(line))) last.devices.push(deviceOf(line));
  }
  return found.reverse();
}
