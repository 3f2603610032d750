// Days and moments that may lie in another year.

import { inZone, moment } from "./text.js";

const yearOf = (time: string | number | Date): string => inZone(time, { year: "numeric" });

/** A moment; with its year, where that is not the present one. */
export function dated(time: string | number | Date): string {
  if (yearOf(time) === yearOf(Date.now())) return moment(time);
  return inZone(time, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}
