// Where somebody is signed in, which programs he let in, and his keys: what each is, and an end to it.

import { html, nothing, type TemplateResult } from "lit";

import { get, remove } from "../model/http.js";
import { define } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { agentName, programName } from "../words/agents.js";
import { icon } from "../words/icons.js";
import { dated } from "../words/dates.js";
import { since, t } from "../words/text.js";
import { Panel } from "./panel.js";

export interface Proof {
  id: string;
  login: string;
  kind: "session" | "refresh" | "api_key";
  name: string;
  client: string;
  address: string;
  agent: string;
  created: string;
  used: string;
  expires: string | null;
  current: boolean;
}
const ICONS = { session: "devices", refresh: "plug", api_key: "key" };

const nameOf = (one: Proof): string =>
  one.kind === "session" ? agentName(one.agent) : one.kind === "refresh" ? programName(one.client) : one.name;

class Proofs extends Panel {
  static override properties = { ...Panel.properties, login: {}, kinds: { attribute: false }, empty: {}, list: { state: true } };
  /** Whose; empty for one's own. */
  declare login: string;
  declare kinds: Proof["kind"][];
  /** What stands there where there is none. */
  declare empty: string;
  declare list: Proof[] | null;
  private readonly sure = new Sure(() => this.requestUpdate());

  constructor() {
    super();
    Object.assign(this, { login: "", kinds: [], empty: "", list: null });
  }

  protected override firstUpdated(): void {
    void this.again();
  }

  /** Ask anew; whoever made one calls it. */
  async again(): Promise<void> {
    const whose = this.login ? `?login=${encodeURIComponent(this.login)}` : "";
    this.list = (await this.answered(get<Proof[]>(`/api/auth/proofs${whose}`))) ?? this.list;
  }

  override render(): TemplateResult {
    const shown = (this.list ?? []).filter((one) => this.kinds.includes(one.kind));
    const others = shown.filter((one) => !one.current);
    const all = this.sure.asked === "all";
    return html`${this.list && shown.length === 0 ? html`<p class="quiet">${this.empty}</p>` : nothing}
      <ul class="list card">${shown.map((one) => this.line(one))}</ul>
      ${others.length > 1 ? html`<p class="after"><button type="button" class=${all ? "plain asked" : "plain"} @click=${() => void (this.sure.press("all") && this.end(others))}>${all ? t("Sure?") : t("End all of these but this one here")}</button></p>` : nothing}
      ${this.outcome()}`;
  }

  private line(one: Proof): TemplateResult {
    const asked = this.sure.asked === one.id;
    const name = nameOf(one);
    const told = [one.address && t("from {0}", one.address), t("used {0}", since(one.used)), t("since {0}", dated(one.created)),
      one.kind === "api_key" ? (one.expires ? t("until {0}", dated(one.expires)) : t("without an end")) : ""].filter(Boolean);
    return html`<li data-mood=${one.current ? "active" : ""}><span class="badge">${icon(ICONS[one.kind])}</span>
      <div class="words"><strong>${name}${one.current ? html` <span class="tag small">${t("this one here")}</span>` : nothing}</strong><span class="quiet small">${told.join(" · ")}</span></div>
      ${one.current ? nothing : html`<button type="button" class=${asked ? "plain asked" : "plain"} aria-label=${asked ? t("Sure?") : t("End {0}", name)} @click=${() => void (this.sure.press(one.id) && this.end([one]))}>${asked ? t("Sure?") : t("End")}</button>`}</li>`;
  }

  private async end(ended: Proof[]): Promise<void> {
    this.said = "";
    for (const one of ended) {
      // what had ended by itself meanwhile is as good
      if ((await this.answered(remove(`/api/auth/proofs/${one.id}`), { not_found: "" })) === null && this.said) break;
    }
    await this.again();
    if (!this.said) this.tell(t("Ended. It is out at once."));
  }
}

define("hs-proofs", Proofs);
