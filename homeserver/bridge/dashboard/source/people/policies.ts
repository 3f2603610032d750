// What a role or somebody may, line by line as sentences; a line is added, changed and taken away.

import { html, nothing, type TemplateResult } from "lit";

import { call } from "../model/http.js";
import { nameOf } from "../model/home.js";
import { define } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { icon } from "../words/icons.js";
import { policyTold, type Namer, type Policy } from "../words/policies.js";
import { capital, t } from "../words/text.js";
import "./line.js";
import type { Choices } from "./line.js";
import { Panel } from "./panel.js";

class Policies extends Panel {
  static override properties = { ...Panel.properties, who: {}, base: {}, own: { state: true }, ofRole: { state: true }, choices: { state: true }, edited: { state: true } };
  /** `role:child`, or somebody's id. */
  declare who: string;
  /** Of somebody: his role, whose lines count for him too. */
  declare base: string;
  declare own: Policy[];
  declare ofRole: Policy[];
  declare choices: Choices | null;
  /** The line that is being written: a new one, one that exists, or none. */
  declare edited: Policy | "new" | null;
  private readonly sure = new Sure(() => this.requestUpdate());

  constructor() {
    super();
    Object.assign(this, { who: "", base: "", own: [], ofRole: [], choices: null, edited: null });
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("who") || changed.has("base")) void this.again();
  }

  private async again(): Promise<void> {
    const lines = async (who: string): Promise<Policy[]> => (await this.answered(call<{ policies: Policy[] }>("people", "list_policies", { who })))?.policies ?? [];
    this.choices ??= await this.answered(call<Choices>("people", "choices"));
    this.own = await lines(this.who);
    this.ofRole = this.base ? await lines(`role:${this.base}`) : [];
  }

  private readonly named: Namer = (scope, id) => {
    const places = scope === "area" ? this.choices?.areas : scope === "label" ? this.choices?.labels : undefined;
    return places?.find((one) => one.id === id)?.name ?? (scope === "entity" ? nameOf(id) : id);
  };

  override render(): TemplateResult {
    return html`<ul class="list card">${this.own.map((line) => this.line(line))}</ul>
      ${this.own.length === 0 ? html`<p class="quiet lead">${this.base ? t("No lines of this person's own yet.") : t("No lines: whoever has this role may nothing by it.")}</p>` : nothing}
      ${this.edited && this.choices ? html`<hs-line .who=${this.who} .line=${this.edited === "new" ? null : this.edited} .choices=${this.choices} .named=${this.named} @written=${this.written} @cancel=${() => (this.edited = null)}></hs-line>`
        : html`<p class="after"><button type="button" class="plain" ?disabled=${!this.choices} @click=${() => (this.edited = "new")}>${icon("plus")}${t("Allow or forbid something")}</button></p>`}
      ${this.outcome()}
      ${this.ofRole.length ? html`<details class="fold"><summary>${t("From the role: {0}", t(this.base))} <span>${this.ofRole.length}</span></summary>
        <ul class="list card">${this.ofRole.map((line) => html`<li data-off=${line.in_force ? nothing : "true"}><span class="badge">${icon(line.allow ? "shield" : "shieldOff")}</span><div class="words">${this.sentence(line)}</div></li>`)}</ul>
        <p class="after"><a class="plain" href=${`/people/role/${this.base}`}>${t("Change what the role begins with")}</a></p></details>` : nothing}`;
  }

  private sentence(line: Policy): TemplateResult {
    return html`<strong>${capital(policyTold(line, this.named))}</strong>${line.in_force ? nothing : html`<span class="quiet small">${t("does not count at this moment")}</span>`}`;
  }

  private line(line: Policy): TemplateResult {
    const told = policyTold(line, this.named);
    const asked = this.sure.asked === String(line.id);
    return html`<li data-off=${line.in_force ? nothing : "true"}><span class="badge" data-mood=${line.allow ? "" : "warm"}>${icon(line.allow ? "shield" : "shieldOff")}</span><div class="words">${this.sentence(line)}</div>
      <span class="pair"><button type="button" class="plain" aria-label=${t("Change: {0}", told)} @click=${() => (this.edited = line)}>${t("Change")}</button>
      <button type="button" class=${asked ? "plain asked" : "plain"} aria-label=${asked ? t("Sure?") : t("Remove: {0}", told)} @click=${() => void (this.sure.press(String(line.id)) && this.drop(line))}>${asked ? t("Sure?") : t("Remove")}</button></span></li>`;
  }

  private written(): void {
    this.edited = null;
    this.tell(t("It holds at once, everywhere."));
    void this.again();
  }

  private async drop(line: Policy): Promise<void> {
    if ((await this.answered(call("people", "remove_policy", { policy: line.id }))) !== null) this.tell(t("The line is gone. It holds at once, everywhere."));
    await this.again();
  }
}

define("hs-policies", Policies);
