// Bytes as people read them.

import { number } from "./text.js";

const UNITS: readonly [number, string][] = [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]];

export function bytes(count: number): string {
  const [size, unit] = UNITS.find(([least]) => count >= least) ?? [1, "B"];
  return `${number(count / size, count / size < 10 && size > 1e3 ? 1 : 0)} ${unit}`;
}
