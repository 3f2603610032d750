// What every element of the page is: Lit without a shadow, so that one style sheet and one set of labels serve all of it.

import { LitElement, type PropertyDeclarations } from "lit";

import type { Entity } from "../model/entity.js";
import { need, watch, watchOne } from "../model/home.js";

export abstract class Plain extends LitElement {
  private ends: (() => void)[] = [];

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Render anew when one of these entities changes; what was watched before is no longer. */
  protected watchOnly(...ids: string[]): void {
    this.unwatch();
    this.ends = ids.map((id) => watchOne(id, () => this.requestUpdate()));
  }

  /** Have the states of these told as well, though nothing shows each of them. */
  protected needs(fits: (entity: Entity) => boolean): void {
    this.ends.push(need(fits));
  }

  /** Render anew when anything in the home changes, or what `counts`, at most once in `pause` milliseconds. */
  protected watchAll(pause: number, counts: (ids: ReadonlySet<string>) => boolean = () => true): void {
    let due = 0;
    const end = watch((ids) => {
      if (due || !counts(ids)) return;
      due = window.setTimeout(() => {
        due = 0;
        this.requestUpdate();
      }, pause);
    });
    this.ends.push(end, () => clearTimeout(due));
  }

  protected every(milliseconds: number, then: () => void = () => this.requestUpdate()): void {
    const timer = window.setInterval(() => document.visibilityState === "visible" && then(), milliseconds);
    this.ends.push(() => clearInterval(timer));
  }

  protected unwatch(): void {
    this.ends.forEach((end) => end());
    this.ends = [];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unwatch();
  }
}

export function define(name: string, made: CustomElementConstructor & { properties?: PropertyDeclarations }): void {
  if (!customElements.get(name)) customElements.define(name, made);
}

/** Tell a screen reader, and nobody else. */
export function say(text: string): void {
  const place = document.getElementById("said");
  if (place && place.textContent !== text) place.textContent = text;
}
