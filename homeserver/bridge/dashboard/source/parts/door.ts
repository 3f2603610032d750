// The way in: name and password, with a second factor where somebody has one, or the key of the data folder.

import { html, nothing, type TemplateResult } from "lit";

import { session, signIn } from "../model/session.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { define, Plain } from "./plain.js";

class Door extends Plain {
  static override properties = { way: { state: true }, fault: { state: true }, code: { state: true }, busy: { state: true } };
  declare way: "person" | "key";
  declare fault: string;
  declare code: boolean;
  declare busy: boolean;

  constructor() {
    super();
    Object.assign(this, { way: "person", fault: session.fault, code: false, busy: false });
  }

  override render(): TemplateResult {
    return html`<main class="door"><form class="card" @submit=${this.submit}>
      <span class="badge" data-mood="glow">${icon("house")}</span>
      <h1 tabindex="-1">${t("Come in")}</h1>
      ${this.way === "person" ? this.person() : this.key()}
      <p class="fault wrong" role="alert">${this.fault ? t(this.fault) : ""}</p>
      <button class="strong" type="submit" ?disabled=${this.busy}>${t("Open")}</button>
      <button class="plain" type="button" @click=${this.turn}>${t(this.way === "person" ? "Come in with the key of the home" : "Come in with name and password")}</button>
    </form></main>`;
  }

  private person(): TemplateResult {
    return html`<label><span>${t("Name")}</span><input class="field" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
      <label><span>${t("Password")}</span><input class="field" name="password" type="password" autocomplete="current-password" required></label>
      ${this.code ? html`<label><span>${t("Code of your second factor")}</span><input class="field" name="code" inputmode="numeric" autocomplete="one-time-code" required></label>` : nothing}`;
  }

  private key(): TemplateResult {
    return html`<p class="quiet">${t("Open the link that homeserver up printed, or paste the key that stands in the file http-token of the data folder.")}</p>
      <label><span>${t("Key of this home")}</span><input class="field" id="key" name="token" type="password" autocomplete="off" spellcheck="false" required></label>`;
  }

  private turn(): void {
    this.way = this.way === "person" ? "key" : "person";
    Object.assign(this, { fault: "", code: false });
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    this.busy = true;
    const given = Object.fromEntries(new FormData(event.target as HTMLFormElement));
    const answer = await signIn(given);
    this.busy = false;
    if (answer.ok) return;
    if (answer.field === "code" || answer.code === "code_needed") this.code = true;
    this.fault = answer.status === 401 && this.way === "key" ? "This key does not fit." : answer.message;
  }
}

define("hs-door", Door);
