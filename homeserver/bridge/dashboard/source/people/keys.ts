// Keys for programs: made and shown once, listed and ended.

import { html, nothing, type TemplateResult } from "lit";

import { post } from "../model/http.js";
import { define } from "../parts/plain.js";
import { t } from "../words/text.js";
import { Panel, valuesOf } from "./panel.js";
import "./proofs.js";
import "./secret.js";

const LIVES: [string, string][] = [["30", "30 days"], ["90", "90 days"], ["365", "One year"], ["", "Without an end"]];

class Keys extends Panel {
  static override properties = { ...Panel.properties, login: {}, secret: { state: true } };
  /** A service's, for an owner; empty for one's own. */
  declare login: string;
  declare secret: string;

  constructor() {
    super();
    Object.assign(this, { login: "", secret: "" });
  }

  override render(): TemplateResult {
    return html`<hs-proofs .login=${this.login} .kinds=${["api_key"]} .empty=${t("No keys yet.")}></hs-proofs>
      ${this.secret ? this.made() : nothing}
      <form class="card padded form stacked" @submit=${this.make}>
        <label><span>${t("What the key is for")}</span><input class="field" name="name" required maxlength="100" autocomplete="off" placeholder=${t("Weather station")}></label>
        <label><span>${t("It counts for")}</span><select class="field" name="days">${LIVES.map(([days, word]) => html`<option value=${days} ?selected=${days === "365"}>${t(word)}</option>`)}</select></label>
        <button class="first" type="submit" ?disabled=${this.busy}>${t("Make a key")}</button>${this.outcome()}</form>`;
  }

  private made(): TemplateResult {
    const asked = `curl -H "Authorization: Bearer ${this.secret}" ${location.origin}/api/states`;
    return html`<div class="card padded made"><p><strong>${t("This is the key. It is shown this one time.")}</strong></p>
      <hs-secret .label=${t("The new key")} .text=${this.secret}></hs-secret>
      <p class="quiet small">${t("A program shows it like this:")}</p><pre class="small" tabindex="0">${asked}</pre>
      <button type="button" class="plain" @click=${() => (this.secret = "")}>${t("I have kept it")}</button></div>`;
  }

  private async make(event: SubmitEvent): Promise<void> {
    const { name, days } = valuesOf(event);
    const asked = { name, ...(days ? { days: Number(days) } : {}), ...(this.login ? { login: this.login } : {}) };
    const made = await this.answered(post<{ secret: string }>("/api/auth/api_keys", asked));
    if (!made) return;
    this.secret = made.secret;
    (event.target as HTMLFormElement).reset();
    this.tell(t("The key is made."));
    await this.querySelector<HTMLElement & { again(): Promise<void> }>("hs-proofs")?.again();
  }
}

define("hs-keys", Keys);
