// Path data of a line out of samples.

import type { Sample } from "../model/memory.js";

export const WIDTH = 100;
export const HEIGHT = 28;

/** Path data of samples in a box; a flat line lies in the middle. */
export function pathOf(samples: readonly Sample[], width = WIDTH, height = HEIGHT): string {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return "";
  const values = samples.map(([, value]) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [length, range] = [last[0] - first[0] || 1, most - least];
  const at = ([time, value]: Sample): string => {
    const y = range ? height - 2 - ((value - least) / range) * (height - 4) : height / 2;
    return `${(((time - first[0]) / length) * width).toFixed(1)} ${y.toFixed(1)}`;
  };
  return `M${samples.map(at).join("L")}`;
}
