// The dial of a thermostat: an arc with the wanted warmth on it, turned by finger, wheel of keys or the buttons in its middle.

import { html, svg, type TemplateResult } from "lit";

import type { Row } from "../kinds/rows.js";
import { isReachable, type Entity } from "../model/entity.js";
import { icon } from "../words/icons.js";
import { stateLine } from "../words/states.js";
import { number, t } from "../words/text.js";
import { arc, partOf, pointOf, RADIUS } from "./arc.js";
import { define, Plain } from "./plain.js";
import { figureLine, named, send } from "./wishes.js";

const WAIT = 700; // milliseconds of quiet after which keys and buttons send

class Dial extends Plain {
  static override properties = { row: { attribute: false }, entity: { attribute: false }, name: {}, held: { state: true } };
  declare row: Row;
  declare entity: Entity;
  declare name: string;
  declare held: number | null;
  private due = 0;
  private dragging = false;

  constructor() {
    super();
    this.held = null;
  }

  override render(): TemplateResult {
    const { row, entity } = this;
    const [min, max] = row.limits!(entity);
    const wanted = this.wanted;
    const part = this.share(wanted);
    const now = entity.attributes.current_temperature;
    const off = !isReachable(entity);
    const mark = typeof now === "number" ? pointOf(this.share(now)) : null;
    const knob = pointOf(part);
    return html`<div class="dial" @pointerdown=${this.begin} @pointermove=${this.drag} @pointerup=${this.end} @pointercancel=${this.end}>
      <svg viewBox="0 0 200 200" role="slider" tabindex=${off ? -1 : 0} aria-label=${named(row, this.name)} aria-valuemin=${min} aria-valuemax=${max}
        aria-valuenow=${wanted} aria-valuetext=${figureLine(row, wanted, entity)} aria-disabled=${off} @keydown=${this.key}>
        ${svg`<path class="dial-trough" d=${arc(0, 1)}></path>
        <path class="dial-fill" d=${part > 0.005 ? arc(0, part) : ""}></path>
        ${mark ? svg`<circle class="dial-now" cx=${mark[0]} cy=${mark[1]} r="4"></circle>` : ""}
        <circle class="dial-knob" cx=${knob[0]} cy=${knob[1]} r="11"></circle>`}
      </svg>
      <div class="dial-middle"><span class="quiet">${stateLine(entity)}</span>
        <strong>${number(wanted, 1, true)}<small>${row.unit?.(entity) ?? "°"}</small></strong>
        <span class="dial-buttons">
          <button class="round" type="button" ?disabled=${off} aria-label=${t("Less: {0}", named(row, this.name))} @click=${() => this.turn(-1)}>${icon("minus")}</button>
          <button class="round" type="button" ?disabled=${off} aria-label=${t("More: {0}", named(row, this.name))} @click=${() => this.turn(1)}>${icon("plus")}</button>
        </span></div>
    </div>`;
  }

  private get wanted(): number {
    const [min] = this.row.limits!(this.entity);
    return this.held ?? Number(this.row.read!(this.entity) ?? min);
  }

  private share(value: number): number {
    const [min, max] = this.row.limits!(this.entity);
    return Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
  }

  private set(value: number): void {
    const [min, max, step] = this.row.limits!(this.entity);
    this.held = Number(Math.min(max, Math.max(min, Math.round(value / step) * step)).toFixed(3));
  }

  private send(): void {
    clearTimeout(this.due);
    if (this.held !== null) send(this.row, this.entity, this.held);
    this.held = null;
  }

  private turn(by: number): void {
    const [, , step] = this.row.limits!(this.entity);
    this.set(this.wanted + by * step);
    clearTimeout(this.due);
    this.due = window.setTimeout(() => this.send(), WAIT);
  }

  private key(event: KeyboardEvent): void {
    const turns: Record<string, number> = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 5, PageDown: -5 };
    const by = turns[event.key];
    if (!by) return;
    event.preventDefault();
    this.turn(by);
  }

  // -- by finger: only what begins on the ring, so that the page can still be scrolled

  private place(event: PointerEvent): { part: number; distance: number } {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
    return { part: partOf(x, y), distance: (Math.hypot(x, y) / box.width) * 200 };
  }

  private begin(event: PointerEvent): void {
    if (this.place(event).distance < RADIUS - 24 || !isReachable(this.entity)) return;
    this.dragging = true;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.drag(event);
  }

  private drag(event: PointerEvent): void {
    if (!this.dragging) return;
    const [min, max] = this.row.limits!(this.entity);
    this.set(min + this.place(event).part * (max - min));
  }

  private end(): void {
    if (this.dragging) this.send();
    this.dragging = false;
  }
}

define("hs-dial", Dial);
