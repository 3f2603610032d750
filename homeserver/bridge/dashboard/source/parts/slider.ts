// A slider that sends once, when it is let go, and is not moved by news while a finger is on it.

import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import { define, Plain } from "./plain.js";

export class Slider extends Plain {
  static override properties = {
    value: { type: Number },
    min: { type: Number },
    max: { type: Number },
    step: { type: Number },
    rest: { type: Number },
    label: {},
    disabled: { type: Boolean },
    words: { attribute: false },
    held: { state: true },
  };
  declare value: number;
  declare min: number;
  declare max: number;
  declare step: number;
  /** The figure at which nothing of the trough is filled. */
  declare rest: number | undefined;
  declare label: string;
  declare disabled: boolean;
  declare words: (value: number) => string;
  declare held: number | null;

  constructor() {
    super();
    Object.assign(this, { value: 0, min: 0, max: 100, step: 1, label: "", disabled: false, words: String, held: null });
  }

  override render(): TemplateResult {
    const shown = this.held ?? this.value;
    return html`<div class="slider" ?data-held=${this.held !== null}>
      <input type="range" min=${this.min} max=${this.max} step=${this.step} .value=${live(String(shown))}
        aria-label=${this.label} aria-valuetext=${this.words(shown)} ?disabled=${this.disabled}
        @input=${this.drag} @change=${this.pick} @pointerup=${this.release} @pointercancel=${this.release} @blur=${this.release}>
      <output class="bubble" aria-hidden="true">${this.words(shown)}</output>
    </div>`;
  }

  protected override updated(): void {
    const shown = this.held ?? this.value;
    const part = Math.min(1, Math.max(0, (shown - this.min) / (this.max - this.min || 1)));
    this.querySelector("input")?.style.setProperty("--part", String(shown === this.rest ? 0 : part));
  }

  private drag(event: Event): void {
    this.held = Number((event.target as HTMLInputElement).value);
  }

  private pick(event: Event): void {
    const value = Number((event.target as HTMLInputElement).value);
    this.held = null;
    this.value = value;
    this.dispatchEvent(new CustomEvent("pick", { detail: value }));
  }

  /** A `change` comes after this, if one comes. */
  private release(): void {
    setTimeout(() => (this.held = null), 0);
  }
}

define("hs-slider", Slider);
