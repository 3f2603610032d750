// A stretch of a long list that is there only while it is near the screen: out of sight its height remains, and nothing else.

import { type TemplateResult } from "lit";

import { define, Plain } from "./plain.js";

const NEAR = "600px"; // how far from the screen it is made
const around = new Map<Element, (near: boolean) => void>();
const seen = new IntersectionObserver(
  (entries) => entries.forEach((entry) => around.get(entry.target)?.(entry.isIntersecting)),
  { rootMargin: `${NEAR} 0px` },
);

export class Chunk extends Plain {
  static override properties = { draw: { attribute: false }, tall: { type: Number }, near: { state: true } };
  /** What stands in it. */
  declare draw: () => TemplateResult;
  /** How high it is before it was ever drawn, in pixels. */
  declare tall: number;
  declare near: boolean;

  constructor() {
    super();
    this.near = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    around.set(this, (near) => this.turn(near));
    seen.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    seen.unobserve(this);
    around.delete(this);
  }

  /** What somebody works in stays, even where it is scrolled away. */
  private turn(near: boolean): void {
    if (!near && this.contains(document.activeElement)) return;
    if (this.near && !near) this.tall = this.offsetHeight || this.tall;
    this.near = near;
  }

  protected override willUpdate(): void {
    this.style.minHeight = this.near ? "" : `${this.tall}px`;
  }

  override render(): TemplateResult | string {
    return this.near ? this.draw() : "";
  }
}

/** A list in stretches of so many. */
export const stretches = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, place) => list.slice(place * size, (place + 1) * size));

define("hs-chunk", Chunk);
