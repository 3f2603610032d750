// The details of one entity, in a sheet: its state, all its controls, how it went, why, and what people decided about it.

import { html, nothing, type TemplateResult } from "lit";

import { rowsOf } from "../kinds/controls.js";
import type { Row } from "../kinds/rows.js";
import { lampColour, moodOf } from "../kinds/places.js";
import { domainOf, isReachable, type Entity, type Link } from "../model/entity.js";
import { entities, faultOf, laid, whyOf, wished, wishOf } from "../model/home.js";
import { figureOf } from "../model/memory.js";
import { causeOf } from "../words/deeds.js";
import { icon, iconOf } from "../words/icons.js";
import { shortName, stateLine } from "../words/states.js";
import { clock, since, spaced, t } from "../words/text.js";
import { stretches } from "./chunk.js";
import "./control.js";
import "./dial.js";
import type { Shown } from "./dialogs.js";
import "./edit.js";
import "./hold.js";
import { define, Plain } from "./plain.js";
import "./tile.js";

/** Attributes that are told otherwise, or only to programs. */
const KNOWN = new Set(
  `friendly_name device_class state_class unit_of_measurement icon brightness options min max step mode
  effect_list supported_color_modes supported_features wanted not_confirmed held hvac_modes preset_modes
  fan_modes swing_modes available_modes operation_list fan_speed_list precision available_tones
  code_format code_arm_required min_temp max_temp target_temp_step temperature_unit min_humidity
  max_humidity percentage_step event_types reports_position display_precision pattern min_color_temp_kelvin max_color_temp_kelvin
  hvac_action action current_temperature current_humidity current_position in_progress update_percentage`.split(/\s+/),
);
const STRETCH = 40; // of a long list, what is drawn together
const HIGH = 60; // pixels of one, before it was ever drawn
const LONGEST = 500; // characters of an attribute: a device may say anything

export class Detail extends Plain {
  static override properties = { shown: { state: true }, why: { state: true } };
  declare shown: Shown;
  declare why: { of: string; links: Link[] };

  private at = -1;

  /** Show it in the one dialog that the page has. */
  static show(shown: Shown): void {
    let detail = document.querySelector<Detail>("hs-detail");
    if (!detail) document.body.append((detail = document.createElement("hs-detail") as Detail));
    detail.shown = shown;
    detail.begin();
    void detail.updateComplete.then(() => {
      const dialog = detail.querySelector("dialog");
      if (dialog && !dialog.open) dialog.showModal();
    });
  }

  constructor() {
    super();
    this.why = { of: "", links: [] };
  }

  /** Ask why it is as it is, once for each thing that brought it there. */
  private ask(known: Entity): void {
    const of = `${known.entity_id} ${known.context}`;
    if (this.why.of === of) return;
    const same = this.why.of.startsWith(`${known.entity_id} `);
    this.why = { of, links: same ? this.why.links : [] };
    void whyOf(known.entity_id).then((links) => this.why.of === of && (this.why = { of, links }));
  }

  private begin(): void {
    this.watchOnly(...(this.shown.id ? [this.shown.id] : []));
    if (this.shown.list) this.watchAll(250, () => this.at !== laid);
    this.every(5_000);
  }

  private close(): void {
    this.querySelector("dialog")?.close();
  }

  /** When it has closed, unless something else is shown by then. */
  private closed(): void {
    if (this.querySelector("dialog")?.open) return;
    this.unwatch();
    this.shown = {};
  }

  override render(): TemplateResult {
    this.at = laid;
    const { id, list, title } = this.shown ?? {};
    const known = id ? entities.get(id) : undefined;
    if (id && !known) this.close();
    if (known) queueMicrotask(() => this.ask(known));
    return html`<dialog class="sheet" id="detail" aria-labelledby="detail-name" data-mood=${known ? moodOf(known) : nothing} @close=${this.closed}
      @click=${(event: MouseEvent) => event.target === event.currentTarget && this.close()}>
      ${known ? this.one(known) : list ? this.several(list, title ?? "") : nothing}
    </dialog>`;
  }

  protected override updated(): void {
    const known = this.shown?.id ? entities.get(this.shown.id) : undefined;
    if (known) this.querySelector<HTMLElement>("dialog")?.style.setProperty("--lamp", lampColour(wished(known)));
  }

  private several(list: string[], title: string): TemplateResult {
    return html`<header class="sheet-head"><h2 id="detail-name" tabindex="-1" autofocus>${title}</h2>${this.closing()}</header>
      ${stretches(list.filter((id) => entities.has(id)), STRETCH).map((some) => {
        const draw = (): TemplateResult => html`<div class="sheet-list">${some.map((id) => html`<hs-tile .entity=${id} room=""></hs-tile>`)}</div>`;
        return list.length > STRETCH ? html`<hs-chunk .draw=${draw} .tall=${some.length * HIGH}></hs-chunk>` : draw();
      })}`;
  }

  private closing(): TemplateResult {
    return html`<button class="round" type="button" aria-label=${t("Close")} @click=${this.close}>${icon("close")}</button>`;
  }

  private one(known: Entity): TemplateResult {
    const entity = wished(known);
    const id = known.entity_id;
    const phase = wishOf(id);
    const name = known.attributes.friendly_name ?? id;
    const where = [...new Set([known.area, known.device].filter((word) => word && word !== name))].join(" · ");
    return html`<header class="sheet-head">
        <span class="badge">${icon(iconOf(entity))}</span>
        <div><h2 id="detail-name" tabindex="-1" autofocus>${name}</h2>${where ? html`<p class="quiet">${where}</p>` : nothing}</div>
        ${this.closing()}
      </header>
      ${this.dialOf(entity) ? nothing : html`<p class="big">${stateLine(entity)}</p>`}
      <p class="quiet">${t("since {0}, {1}", clock(known.last_changed), since(known.last_changed))}</p>
      <p class="fault" role="status" data-wish=${phase}>${phase === "failed" ? t(faultOf(id)) : phase === "asked" ? t("On its way …") : ""}</p>
      ${this.controls(entity)}
      ${isReachable(known) ? html`<p class="why"><strong>${t("Why?")}</strong> ${causeOf(known, this.why.links, (one) => entities.get(one))}</p>` : nothing}
      ${Number.isFinite(figureOf(known)) ? html`<hs-graph-frame .entity=${id}></hs-graph-frame>` : nothing}
      <hs-hold .entity=${known}></hs-hold>
      ${this.facts(known)}
      <hs-edit .entity=${known}></hs-edit>
      <p class="id"><code>${id}</code></p>`;
  }

  /** A thermostat with one temperature has a dial. */
  private dialOf(entity: Entity): Row | undefined {
    return domainOf(entity) === "climate" ? rowsOf(entity).find((row) => row.field === "temperature") : undefined;
  }

  private controls(entity: Entity): TemplateResult | typeof nothing {
    const rows = rowsOf(entity);
    const name = shortName(entity, entity.area ?? "");
    const dial = this.dialOf(entity);
    const rest = dial ? rows.filter((row) => row !== dial) : rows;
    if (rows.length === 0) return nothing;
    return html`${dial ? html`<hs-dial .row=${dial} .entity=${entity} .name=${name}></hs-dial>` : nothing}
      <div class="rows">${rest.map(
        (row) => html`<div class="row as-${row.as}">
          ${row.what && !["toggle", "buttons", "picture", "form"].includes(row.as) ? html`<span class="quiet" aria-hidden="true">${t(row.what)}</span>` : nothing}
          <hs-control class="as-${row.as}" .row=${row} .entity=${entity} .name=${name}></hs-control></div>`,
      )}</div>`;
  }

  /** What else its device says, without what already stands above. */
  private facts(entity: Entity): TemplateResult | typeof nothing {
    const above = new Set(rowsOf(entity).flatMap((row) => row.field ?? (row.fields ?? []).map((one) => one.field)));
    const rows = Object.entries(entity.attributes).filter(([name, value]) => value !== null && !KNOWN.has(name) && !above.has(name));
    if (rows.length === 0) return nothing;
    return html`<details class="fold"><summary>${t("What its device says")}</summary>
      <dl>${rows.map(([name, value]) => html`<dt>${spaced(name)}</dt><dd>${told(value).slice(0, LONGEST)}</dd>`)}</dl></details>`;
  }
}

function told(value: unknown): string {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map(told).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The place of the graph; its library is large and comes only here. */
class GraphFrame extends Plain {
  static override properties = { entity: {} };
  declare entity: string;

  override connectedCallback(): void {
    super.connectedCallback();
    void import("./graph.js");
    this.every(1_000);
  }

  override render(): TemplateResult {
    return html`<hs-graph .entity=${this.entity}></hs-graph>`;
  }
}

define("hs-graph-frame", GraphFrame);
define("hs-detail", Detail);

