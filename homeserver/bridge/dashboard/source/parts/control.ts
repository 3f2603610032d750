// The widget of one row of the table of controls, for one entity.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import type { FormField, Press, Row } from "../kinds/rows.js";
import { domainOf, isKnown, isReachable, type Entity } from "../model/entity.js";
import { ask, isCoded } from "../model/home.js";
import { icon } from "../words/icons.js";
import { stateWord } from "../words/states.js";
import { t } from "../words/text.js";
import { openDetail } from "./dialogs.js";
import { define, Plain } from "./plain.js";
import "./slider.js";
import { figureLine, named, send, Sure } from "./wishes.js";

const GATHER = 600; // milliseconds of quiet after which what was stepped to is sent
const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0"];
type Target<T> = Event & { target: T };

export class Control extends Plain {
  static override properties = {
    row: { attribute: false },
    entity: { attribute: false },
    name: {},
    code: { state: true },
    missed: { state: true },
    stepped: { state: true },
  };
  declare row: Row;
  declare entity: Entity;
  declare name: string;
  declare code: string;
  declare missed: boolean;
  declare stepped: number | null;
  private due = 0;
  private readonly sure = new Sure(() => this.requestUpdate());

  constructor() {
    super();
    Object.assign(this, { name: "", code: "", missed: false, stepped: null });
  }

  override render(): TemplateResult | typeof nothing {
    return this[this.row.as]();
  }

  private get label(): string {
    return named(this.row, this.name);
  }

  private get off(): boolean {
    return !isReachable(this.entity);
  }

  protected slider(): TemplateResult {
    const { row, entity } = this;
    const [min, max, step] = row.limits!(entity);
    return html`<hs-slider .min=${min} .max=${max} .step=${step} .value=${Number(row.read!(entity) ?? min)} .rest=${row.rest}
      .label=${this.label} .disabled=${this.off} .words=${(value: number) => figureLine(row, value, entity)}
      @pick=${(event: CustomEvent<number>) => send(row, entity, event.detail)}></hs-slider>`;
  }

  protected steps(): TemplateResult {
    const { row, entity } = this;
    const [min, max, step] = row.limits!(entity);
    const now = this.stepped ?? Number(row.read!(entity) ?? NaN);
    const to = (by: number): void => {
      const from = this.stepped ?? now;
      const value = Number.isFinite(from) ? from + by * step : min;
      this.stepped = Number(Math.min(max, Math.max(min, value)).toFixed(3));
      clearTimeout(this.due);
      this.due = window.setTimeout(() => this.stepTo(this.stepped!), GATHER);
    };
    const line = Number.isFinite(now) ? figureLine(row, now, entity) : "–";
    return html`<div class="steps" role="group" aria-label=${this.label}>
      <button type="button" aria-label=${t("Less: {0}", this.label)} ?disabled=${this.off || now <= min} @click=${() => to(-1)}>${icon("minus")}</button>
      <output>${line}</output>
      <button type="button" aria-label=${t("More: {0}", this.label)} ?disabled=${this.off || now >= max} @click=${() => to(1)}>${icon("plus")}</button>
    </div>`;
  }

  /** Several presses in a row are one wish. */
  private stepTo(value: number): void {
    this.stepped = null;
    send(this.row, this.entity, value);
  }

  protected choice(): TemplateResult {
    const { row, entity } = this;
    const now: string = row.read!(entity) ?? "";
    const options = row.options!(entity);
    const all = options.includes(now) ? options : [now, ...options];
    return html`<select class="field" aria-label=${this.label} ?disabled=${this.off} .value=${live(now)}
      @change=${(event: Target<HTMLSelectElement>) => send(row, entity, event.target.value)}>
      ${all.map(
        (option) => html`<option value=${option} ?selected=${option === now} ?disabled=${!options.includes(option)}>
          ${option === "" ? "–" : stateWord(entity, option)}</option>`,
      )}
    </select>`;
  }

  protected toggle(): TemplateResult {
    const { row, entity } = this;
    const on = Boolean(row.read!(entity));
    return html`<button class="toggle" type="button" role="switch" aria-checked=${on ? "true" : "false"} aria-label=${this.label}
      ?disabled=${this.off} @click=${() => send(row, entity, !on)}><span>${t(row.what!)}</span><span class="knob"></span></button>`;
  }

  protected field(): TemplateResult {
    const { row, entity } = this;
    const { min, max, step, pattern, mode } = entity.attributes;
    const text = row.type === "text";
    const figure = row.as === "figure";
    const type = figure ? "number" : row.type === "datetime" ? "datetime-local" : text && mode === "password" ? "password" : row.type!;
    const now = isKnown(entity) ? String(row.read!(entity) ?? "") : "";
    const change = ({ target }: Target<HTMLInputElement>): void => {
      if (target.reportValidity() && (text || target.value)) send(row, entity, figure ? Number(target.value) : target.value);
    };
    return html`<input class="field" type=${type} autocomplete="off" aria-label=${this.label} ?disabled=${this.off} .value=${live(this.kept(now))}
      minlength=${text && min !== undefined ? min : nothing} maxlength=${text && max !== undefined ? max : nothing}
      pattern=${text && pattern ? pattern : nothing} min=${figure ? min : nothing} max=${figure ? max : nothing}
      step=${figure ? (step ?? "any") : nothing} inputmode=${figure ? "decimal" : nothing} @change=${change}>`;
  }

  protected figure(): TemplateResult {
    return this.field();
  }

  /** What somebody is typing is not overwritten by news. */
  private kept(now: string): string {
    const input = this.querySelector("input");
    return input && document.activeElement === input ? input.value : now;
  }

  protected colour(): TemplateResult {
    const { row, entity } = this;
    const now = row.read!(entity);
    const hex = Array.isArray(now) && now.length === 3
      ? `#${now.map((part: number) => Math.round(part).toString(16).padStart(2, "0")).join("")}` : "#ffffff";
    const change = ({ target }: Target<HTMLInputElement>): void =>
      send(row, entity, [1, 3, 5].map((place) => parseInt(target.value.slice(place, place + 2), 16)));
    return html`<input class="field colour" type="color" aria-label=${this.label} ?disabled=${this.off} .value=${live(this.kept(hex))} @change=${change}>`;
  }

  // -- buttons, some of which ask back or need a code

  protected buttons(): TemplateResult | typeof nothing {
    const { row, entity } = this;
    const shown = row.rows!.filter((one) => !one.gone?.(entity));
    if (shown.length === 0) return nothing;
    const pad = shown.some((one) => this.needsCode(one));
    return html`${pad ? this.pad() : nothing}
      <div class=${row.small ? "buttons joined" : "buttons"} role="group" aria-label=${this.label}>
        ${shown.map((one) => this.button(one))}
      </div>`;
  }

  private button(one: Press): TemplateResult {
    const asked = this.sure.asked === one.service;
    const word = t(asked ? "Sure?" : one.word);
    return html`<button type="button" class=${one.strong || asked ? "first" : ""} data-service=${one.service} title=${t(one.word)}
      aria-label=${`${asked ? `${t("Sure?")} ` : ""}${t(one.word)}: ${this.name}`}
      ?disabled=${this.off || one.off?.(this.entity) === true} @click=${() => this.press(one)}>${icon(one.icon)}<span>${word}</span></button>`;
  }

  private press(one: Press): void {
    const needed = this.needsCode(one);
    if (needed && !this.code) {
      this.missed = true;
      setTimeout(() => (this.missed = false), 600);
      this.querySelector<HTMLInputElement>(".pad input")?.focus();
    } else if (!one.sure || needed || this.sure.press(one.service)) {
      const asked = ask(this.entity.entity_id, one.service, needed ? { code: this.code } : {});
      this.code = "";
      void asked.then((answer) => !answer.ok && answer.field === "code" && this.askCode());
    }
  }

  /** The home wants a code: on a tile there is no room for the pad, among the details there is. */
  private askCode(): void {
    this.requestUpdate();
    if (!this.closest("dialog")) return openDetail(this.entity.entity_id);
    void this.updateComplete.then(() => this.querySelector<HTMLInputElement>(".pad input")?.focus());
  }

  private needsCode(one: Press): boolean {
    const { attributes, entity_id: id } = this.entity;
    return Boolean(one.code && (isCoded(id) || (attributes.code_format && one.code(attributes))));
  }

  private pad(): TemplateResult {
    const format = String(this.entity.attributes.code_format ?? "");
    const digits = !format || format === "number" || /^\^?(\\d|\[0-9\])/.test(format);
    const type = (digit: string): void => void (this.code = digit === "⌫" ? this.code.slice(0, -1) : this.code + digit);
    return html`<div class="pad">
      <input type="password" autocomplete="off" class=${this.missed ? "field missed" : "field"} inputmode=${digits ? "numeric" : "text"} aria-label=${t("Code for {0}", this.name)}
        .value=${live(this.code)} @input=${(event: Target<HTMLInputElement>) => (this.code = event.target.value)}>
      ${digits ? html`<div class="keys">${DIGITS.map(
        (digit) => html`<button type="button" aria-label=${digit === "⌫" ? t("Delete") : digit} @click=${() => type(digit)}>${digit}</button>`,
      )}</div>` : nothing}
    </div>`;
  }

  // -- forms

  protected form(): TemplateResult {
    const { row, entity } = this;
    const shown = row.fields!.filter((one) => (one.when ?? (() => true))(entity) && (!one.options || entity.attributes[one.options]?.length));
    const asked = this.sure.asked === "form";
    return html`<form class=${row.fields!.length > 1 ? "form" : "form line"} @submit=${this.submit}>
      ${shown.map((one) => this.labelled(one))}
      <button type="submit" class=${asked ? "first" : ""} ?disabled=${this.off}>${t(asked ? "Sure?" : row.word!)}</button>
    </form>`;
  }

  private labelled(one: FormField): TemplateResult {
    const label = t("{0} of {1}", t(one.what), this.name);
    if (this.row.fields!.length === 1) return this.input(one, label, t(one.what));
    return html`<label><span>${t(one.what)}</span>${this.input(one, label)}</label>`;
  }

  private input(one: FormField, label: string, placeholder = ""): TemplateResult {
    if (one.options) {
      const options: string[] = this.entity.attributes[one.options] ?? [];
      return html`<select class="field" name=${one.field} aria-label=${label}>
        ${options.map((option) => html`<option value=${option}>${stateWord(this.entity, option)}</option>`)}</select>`;
    }
    const [min, max, step] = one.limits ?? [nothing, nothing, nothing];
    return html`<input class="field" name=${one.field} type=${one.type} aria-label=${label} placeholder=${placeholder || nothing} autocomplete="off"
      min=${min} max=${max} step=${step} value=${one.initial ?? ""} maxlength=${one.longest ?? nothing} ?required=${one.needed}>`;
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    if (this.row.sure && !this.sure.press("form")) return;
    const form = event.target as HTMLFormElement;
    const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    const figures = new Set(this.row.fields!.filter((one) => one.limits).map((one) => one.field));
    const data = Object.entries(given).map(([name, value]) => [name, figures.has(name) ? Number(value) : value]);
    void ask(this.entity.entity_id, this.row.service!, Object.fromEntries(data));
    if (!this.row.sure) form.reset();
  }

  // -- what only shows

  protected picture(): TemplateResult {
    return html`<hs-picture .entity=${this.entity} .name=${this.name}></hs-picture>`;
  }

  protected progress(): TemplateResult | typeof nothing {
    const { in_progress: busy, update_percentage: part } = this.entity.attributes;
    if (!busy) return nothing;
    return html`<progress max="100" value=${part ?? nothing} aria-label=${t("Progress of {0}", this.name)}></progress>`;
  }
}

/** The picture of a camera or an image; a camera's is fetched anew while somebody can see it. */
class Picture extends Plain {
  static override properties = { entity: { attribute: false }, name: {}, at: { state: true }, failed: { state: true } };
  declare entity: Entity;
  declare name: string;
  declare at: number;
  declare failed: boolean;
  private stamp = "";

  constructor() {
    super();
    Object.assign(this, { name: "", at: Date.now(), failed: false });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (domainOf(this.entity) === "camera") this.every(10_000, () => this.again());
  }

  private again(): void {
    const { top, bottom } = this.getBoundingClientRect();
    if (this.checkVisibility({ contentVisibilityAuto: true }) && bottom > 0 && top < innerHeight) this.at = Date.now();
  }

  protected override willUpdate(): void {
    if (this.stamp === this.entity.state) return;
    this.stamp = this.entity.state;
    this.at = Date.now();
    this.failed = false;
  }

  override render(): TemplateResult {
    const { entity_id: id } = this.entity;
    const none = this.failed || !isKnown(this.entity);
    if (none) return html`<p class="picture none quiet">${icon("camera")}${t("No picture yet")}</p>`;
    const address = `/api/${domainOf(this.entity)}_proxy/${encodeURIComponent(id)}?at=${this.at}`;
    return html`<img class="picture" alt=${this.name} decoding="async" src=${address} @error=${() => (this.failed = true)}>`;
  }
}

define("hs-picture", Picture);
define("hs-control", Control);
