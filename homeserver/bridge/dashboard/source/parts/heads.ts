// Warmth and humidity in the head of a room.

import { html, nothing, type TemplateResult } from "lit";

import { entities } from "../model/home.js";
import { stateLine } from "../words/states.js";
import { openDetail } from "./dialogs.js";
import { define, Plain } from "./plain.js";

class Heads extends Plain {
  static override properties = { ids: {} };
  /** Ids with a space between. */
  declare ids: string;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("ids") && this.isConnected) this.watchOnly(...this.list);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.ids) this.watchOnly(...this.list);
  }

  private get list(): string[] {
    return this.ids.split(" ").filter(Boolean);
  }

  override render(): TemplateResult {
    return html`<span class="summary">${this.list.map((id) => {
      const entity = entities.get(id);
      if (!entity) return nothing;
      const label = `${entity.attributes.friendly_name}: ${stateLine(entity)}`;
      return html`<button class="plain" type="button" aria-label=${label} @click=${() => openDetail(id)}>${stateLine(entity)}</button>`;
    })}</span>`;
  }
}

define("hs-heads", Heads);
