// Holding an entity as it is: weaker commands, such as those of rules, wait until it is let go or the time is over.

import { html, nothing, type TemplateResult } from "lit";

import type { Entity } from "../model/entity.js";
import { call } from "../model/http.js";
import { icon } from "../words/icons.js";
import { actor } from "../words/deeds.js";
import { clock, t } from "../words/text.js";
import { define, Plain } from "./plain.js";

const SPANS: [seconds: number, word: string][] = [[900, "15 minutes"], [3600, "1 hour"], [14400, "4 hours"]];

interface Held {
  by?: string;
  until?: string | null;
}

class Hold extends Plain {
  static override properties = { entity: { attribute: false }, said: { state: true }, open: { state: true } };
  declare entity: Entity;
  declare said: string;
  declare open: boolean;

  constructor() {
    super();
    Object.assign(this, { said: "", open: false });
  }

  override render(): TemplateResult | typeof nothing {
    const held = this.entity.attributes.held as Held | Held[] | undefined;
    if (this.entity.services.length === 0) return nothing;
    if (held) {
      const first = Array.isArray(held) ? held[0] : held;
      const [by, until] = [first?.by ? actor(first.by) : "", first?.until ? t("until {0}", clock(first.until)) : ""];
      const words = [t("Held as it is"), by, until].filter(Boolean).join(" ");
      return html`<p class="held">${icon("hand")}<span>${words}.</span><button class="plain" type="button" @click=${() => this.ask("release", {})}>${t("Let go")}</button></p>${this.fault()}`;
    }
    if (!this.open) return html`<button class="plain" type="button" @click=${() => (this.open = true)}>${icon("hand")}${t("Hold it as it is")}</button>${this.fault()}`;
    return html`<div class="buttons" role="group" aria-label=${t("Hold it as it is")}>${SPANS.map(
      ([seconds, word]) => html`<button type="button" @click=${() => this.ask("hold", { hold_for: seconds })}>${t(word)}</button>`,
    )}</div>${this.fault()}`;
  }

  private fault(): TemplateResult | typeof nothing {
    return this.said ? html`<p class="fault wrong" role="status">${this.said}</p>` : nothing;
  }

  private async ask(verb: string, more: object): Promise<void> {
    const answer = await call(ownerOf(this.entity), verb, { entity: this.entity.entity_id, ...more });
    this.said = answer.ok ? "" : answer.message;
    this.open = false;
  }
}

/** Helpers belong to the rules, devices to the home. */
const ownerOf = ({ entity_id: id }: Entity): string => (/^(input_|timer|counter|schedule|group)/.test(id) ? "rules" : "home");

define("hs-hold", Hold);
