// The geometry of the dial: an arc of three quarters, open below, in a box of 200 by 200.

const FROM = 135; // degrees, clockwise from three o'clock
const SWEEP = 270;
export const RADIUS = 84;

/** A point of the arc: `part` runs from 0 to 1. */
export function pointOf(part: number, radius = RADIUS): [x: number, y: number] {
  const angle = ((FROM + SWEEP * part) * Math.PI) / 180;
  return [100 + radius * Math.cos(angle), 100 + radius * Math.sin(angle)];
}

/** Which part of the arc a point is nearest to, 0 to 1; `x` and `y` as seen from the middle. */
export function partOf(x: number, y: number): number {
  const angle = ((Math.atan2(y, x) * 180) / Math.PI - FROM + 720) % 360;
  if (angle <= SWEEP) return angle / SWEEP;
  return angle - SWEEP < (360 - SWEEP) / 2 ? 1 : 0;
}

/** Path data from one part to another. */
export function arc(from: number, to: number): string {
  const [[x1, y1], [x2, y2]] = [pointOf(from), pointOf(to)];
  return `M${x1.toFixed(2)} ${y1.toFixed(2)}A${RADIUS} ${RADIUS} 0 ${(to - from) * SWEEP > 180 ? 1 : 0} 1 ${x2.toFixed(2)} ${y2.toFixed(2)}`;
}

