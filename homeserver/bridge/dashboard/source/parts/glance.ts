// The row at the top of the home: what one wants to know when one opens the door.

import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { glanceOf, isGlanced, type Chip } from "../kinds/glance.js";
import { isReachable, type Entity } from "../model/entity.js";
import { entities, laid } from "../model/home.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { openList } from "./dialogs.js";
import { define, Plain } from "./plain.js";

const PAUSE = 500; // milliseconds
const counts = (entity: Entity): boolean => isGlanced(entity) || !isReachable(entity);

class Glance extends Plain {
  private ids: string[] = [];
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
      this.ids = [...entities.values()].filter(counts).map((entity) => entity.entity_id);
      this.known = new Set(this.ids);
    }
    const present = this.ids.map((id) => entities.get(id)).filter((entity) => entity !== undefined);
    const told = present.filter((entity) => entity.state !== "");
    return html`<ul class="glance" aria-label=${t("At a glance")}>${repeat(glanceOf(told), (one) => one.key, chip)}</ul>`;
  }
}

const chip = (one: Chip): TemplateResult => html`<li data-mood=${one.mood} data-key=${one.key}>
  <button type="button" @click=${() => openList(one.of.map((entity) => entity.entity_id), one.label)}>
    <span class="badge">${icon(one.icon)}</span><span class="words"><strong>${one.value}</strong><span class="quiet">${one.label}</span></span>
  </button></li>`;

define("hs-glance", Glance);
