// The row at the top of the home: what one wants to know when one opens the door.

import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { chipsOf, isGlanced, sharesOf, type Chip } from "../kinds/glance.js";
import { entities, laid } from "../model/home.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { openList } from "./dialogs.js";
import { define, Plain } from "./plain.js";

const PAUSE = 500; // milliseconds

class Glance extends Plain {
  private shares: string[][] = [];
  private known = new Set<string>();
  private at = -1;

  override connectedCallback(): void {
    super.connectedCallback();
    this.needs(isGlanced);
    this.watchAll(PAUSE, (ids) => this.at !== laid || [...ids].some((id) => this.known.has(id)));
  }

  override render(): TemplateResult {
    if (this.at !== laid) {
      this.at = laid;
      this.shares = sharesOf(entities.values());
      this.known = new Set(this.shares.flat());
    }
    const chips = chipsOf(this.shares, (id) => entities.get(id));
    return html`<ul class="glance" aria-label=${t("At a glance")}>${repeat(chips, (one) => one.key, chip)}</ul>`;
  }
}

const chip = (one: Chip): TemplateResult => html`<li data-mood=${one.mood} data-key=${one.key}>
  <button type="button" @click=${() => openList(one.of.map((entity) => entity.entity_id), one.label)}>
    <span class="badge">${icon(one.icon)}</span><span class="words"><strong>${one.value}</strong><span class="quiet">${one.label}</span></span>
  </button></li>`;

define("hs-glance", Glance);
