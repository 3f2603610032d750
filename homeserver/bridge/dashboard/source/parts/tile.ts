// One tile for each entity: its icon, name and state, a tap that does what it is for, and its controls.

import { html, nothing, type TemplateResult } from "lit";

import { isWorked, rowsOf, tapOf } from "../kinds/controls.js";
import { lampColour, moodOf } from "../kinds/places.js";
import { domainOf, type Entity } from "../model/entity.js";
import { ask, entities, faultOf, wished, wishOf } from "../model/home.js";
import { remembered } from "../model/memory.js";
import { icon, iconOf } from "../words/icons.js";
import { isTimed, namesOf, shortName, stateLine, stateWord, unitOf } from "../words/states.js";
import { t } from "../words/text.js";
import "./control.js";
import { openDetail } from "./dialogs.js";
import { define, Plain, say } from "./plain.js";
import { spark } from "./spark.js";

const HOLD = 500; // milliseconds after which a press is a long one
const WORDS: Record<string, [string, string]> = { press: ["Press", "Pressing"], turn_on: ["Activate", "Activating"] };

export class Tile extends Plain {
  static override properties = { entity: {}, room: {} };
  declare entity: string;
  declare room: string;
  private holding = 0;
  private held = false;
  private told = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.watchOnly(this.entity);
    const known = entities.get(this.entity);
    if (known && isTimed(known)) this.every(30_000);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("entity") && this.isConnected) this.watchOnly(this.entity);
  }

  override render(): TemplateResult | typeof nothing {
    const known = entities.get(this.entity);
    if (!known) return nothing;
    try {
      return isWorked(known) ? this.control(wished(known)) : this.reading(known);
    } catch (fault) {
      reportError(fault); // what is odd about one entity must not cost the others their place
      return nothing;
    }
  }

  // -- what can be worked

  private control(entity: Entity): TemplateResult {
    const phase = wishOf(this.entity);
    const name = shortName(entity, this.room);
    const parts = namesOf(entity, this.room);
    const toggles = tapOf(entity) === "toggle";
    const rows = rowsOf(entity, true);
    const line = this.line(entity, phase);
    this.tell(phase, name);
    return html`<div class="tile ${sizeOf(rows.map((row) => (row.as === "field" ? row.type! : row.as)))}" data-mood=${moodOf(entity)} data-wish=${phase}
      @contextmenu=${this.menu}>
      <button class="tile-main" type="button" role=${toggles ? "switch" : nothing} aria-checked=${toggles ? entity.state === "on" : nothing} @click=${this.tap} @pointerdown=${this.hold} @pointerup=${this.letGo} @pointerleave=${this.letGo}>
        <span class="badge">${icon(iconOf(entity))}</span>
        <span class="words"><span class="line device">${parts.device}</span><span class="name">${parts.name}</span><span class="line">${line}${entity.attributes.held ? html` · ${t("held")}` : nothing}</span></span>
      </button>
      <button class="tile-more" type="button" aria-label=${t("Details of {0}", name)} @click=${() => openDetail(this.entity)}>${icon("dots")}</button>
      ${rows.map((row) => html`<hs-control class="as-${row.as}" .row=${row} .entity=${entity} .name=${name}></hs-control>`)}
    </div>`;
  }

  protected override updated(): void {
    const known = entities.get(this.entity);
    if (known) this.querySelector<HTMLElement>(".tile")?.style.setProperty("--lamp", lampColour(wished(known)));
  }

  private line(entity: Entity, phase: string): string {
    if (phase === "failed") return t(faultOf(this.entity));
    const words = WORDS[tapOf(entity)];
    if (domainOf(entity) === "script" && entity.state === "on") return t("Running");
    if (words) return t(words[phase === "asked" ? 1 : 0]);
    return phase === "asked" ? underWay(entity) : stateLine(entity);
  }

  /** A failure is said once to those who do not see it. */
  private tell(phase: string, name: string): void {
    if (phase === "failed" && this.told !== phase) say(`${name}: ${t(faultOf(this.entity))}`);
    this.told = phase;
  }

  private tap(): void {
    if (this.held) return;
    const known = entities.get(this.entity);
    if (!known) return;
    const entity = wished(known);
    const service = tapOf(entity);
    if (service === "toggle") {
      const state = entity.state === "on" ? "off" : "on";
      void ask(this.entity, `turn_${state}`, {}, { state }, (now) => now.state === state);
    } else if (service) void ask(this.entity, service);
    else openDetail(this.entity);
  }

  private hold(): void {
    this.held = false;
    clearTimeout(this.holding);
    this.holding = window.setTimeout(() => {
      this.held = true;
      openDetail(this.entity);
    }, HOLD);
  }

  private letGo(): void {
    clearTimeout(this.holding);
    setTimeout(() => (this.held = false), 0);
  }

  private menu(event: Event): void {
    event.preventDefault();
    clearTimeout(this.holding);
    openDetail(this.entity);
  }

  // -- what only tells

  private reading(entity: Entity): TemplateResult {
    const unit = unitOf(entity);
    const value = unit ? stateWord(entity) : stateLine(entity);
    const samples = unit ? remembered(this.entity) : [];
    return html`<button class="reading" type="button" data-mood=${moodOf(entity)} @click=${() => openDetail(this.entity)}>
      <span class="badge">${icon(iconOf(entity))}</span>
      <span class="words"><span class="value"><strong>${value}</strong>${unit ? html` <span class="unit">${unit}</span>` : nothing}</span>
        <span class="name">${shortName(entity, this.room)}</span></span>
      ${samples.length > 3 ? spark(samples) : nothing}
    </button>`;
  }
}

/** Tiles that need more than one column. */
const SIZES: [string[], string][] = [[["picture"], "wide"], [["date", "datetime", "form", "text", "time"], "broad"]];
const sizeOf = (kinds: string[]): string => SIZES.find(([some]) => some.some((kind) => kinds.includes(kind)))?.[1] ?? "";

/** What is, and what somebody else has asked for: one's own wish is shown as if it were so already. */
function underWay(entity: Entity): string {
  const wanted = entity.attributes.wanted?.state;
  const line = stateLine(entity);
  return wanted === undefined || wanted === entity.state ? line : `${line} → ${stateWord(entity, wanted)}`;
}

define("hs-tile", Tile);
