// The second factor: an authenticator app, and codes for the day on which the phone is gone.

import { html, nothing, type TemplateResult } from "lit";

import { post } from "../model/http.js";
import { define } from "../parts/plain.js";
import { many, t } from "../words/text.js";
import type { Me } from "./household.js";
import { Panel, valuesOf } from "./panel.js";

type Step = "rest" | "enrol" | "scan" | "codes" | "remove";
const FEW = 3; // recovery codes of which one should know that they run out

class Factor extends Panel {
  static override properties = { ...Panel.properties, me: { attribute: false }, step: { state: true }, drawn: { state: true } };
  declare me: Me;
  declare step: Step;
  declare drawn: boolean;
  private secret = "";
  private uri = "";
  private codes: string[] = [];

  constructor() {
    super();
    Object.assign(this, { step: "rest", drawn: false });
  }

  override render(): TemplateResult {
    const shown = { rest: () => this.rest(), enrol: () => this.ask(), remove: () => this.ask(), scan: () => this.scan(), codes: () => this.kept() };
    return html`<div class="card padded">${shown[this.step]()}${this.outcome()}</div>`;
  }

  private rest(): TemplateResult {
    const { second_factor: on, recovery_codes: left } = this.me;
    const few = on && left <= FEW;
    return html`<p>${on ? t("On: signing in asks for a code of your authenticator app.") : t("Off. With it, nobody comes in by your password alone: signing in also asks for a code of an app on your phone.")}</p>
      ${on ? html`<p class=${few ? "trouble" : "quiet"}>${many(left, "One recovery code is left.", "{0} recovery codes are left.")} ${few ? t("Switch it off and on again for new ones.") : ""}</p>` : nothing}
      <div class="buttons">${on ? html`<button type="button" @click=${() => this.go("remove")}>${t("Switch off")}</button>` : html`<button type="button" class="first" @click=${() => this.go("enrol")}>${t("Set up")}</button>`}</div>`;
  }

  /** Whatever changes how one signs in asks for the password again. */
  private ask(): TemplateResult {
    const on = this.step === "enrol";
    return html`<form class="form stacked" @submit=${on ? this.begin : this.drop}>
      <label><span>${t("Your password")}</span><input class="field" name="password" type="password" autocomplete="current-password" required></label>
      <div class="buttons"><button type="button" @click=${() => this.go("rest")}>${t("Cancel")}</button><button type="submit" class="first" ?disabled=${this.busy}>${on ? t("Continue") : t("Switch off")}</button></div></form>`;
  }

  private scan(): TemplateResult {
    return html`<ol class="steps-list"><li>${t("Open an authenticator app on your phone and let it read this code.")}
        ${this.drawn ? html`<hs-qr .text=${this.uri} .label=${t("Code for the authenticator app; the key below says the same")}></hs-qr>` : nothing}
        <p class="small"><a href=${this.uri}>${t("The app is on this device: open it")}</a></p>
        <p class="stacked-label">${t("Or type this key into it")}<code class="to-type">${this.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></p></li>
      <li>${t("Type the six digits that it shows now.")}
        <form class="form line" @submit=${this.confirm}><input class="field" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="10" aria-label=${t("Code of the app")}><button type="submit" class="first" ?disabled=${this.busy}>${t("Confirm")}</button></form></li></ol>
      <button type="button" class="plain" @click=${() => this.go("rest")}>${t("Cancel")}</button>`;
  }

  private kept(): TemplateResult {
    return html`<p><strong>${t("It is on. Keep these recovery codes where you find them without your phone.")}</strong></p>
      <p class="quiet">${t("Each lets you in once. They are shown this one time.")}</p>
      <ul class="codes" aria-label=${t("Recovery codes")}>${this.codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
      <div class="buttons"><button type="button" @click=${this.save}>${t("Save as a file")}</button><button type="button" class="first" @click=${this.done}>${t("I have kept them")}</button></div>`;
  }

  private go(step: Step): void {
    Object.assign(this, { step, said: "" });
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("input:not([readonly])")?.focus());
  }

  private async begin(event: SubmitEvent): Promise<void> {
    const own = { unauthorized: t("That is not your password. Nothing was changed.") };
    const made = await this.answered(post<{ secret: string; uri: string }>("/api/auth/second_factor", valuesOf(event)), own);
    if (!made) return;
    Object.assign(this, made);
    this.go("scan");
    await import("./qr.js");
    this.drawn = true;
  }

  private async confirm(event: SubmitEvent): Promise<void> {
    const own = { invalid: t("That code does not fit. Take the next one that the app shows; the phone's clock must be right.") };
    const made = await this.answered(post<{ recovery_codes: string[] }>("/api/auth/second_factor/confirm", valuesOf(event)), own);
    if (!made) return;
    this.codes = made.recovery_codes;
    Object.assign(this, { secret: "", uri: "", drawn: false });
    this.go("codes");
    this.tell("");
  }

  private async drop(event: SubmitEvent): Promise<void> {
    const own = { unauthorized: t("That is not your password. Nothing was changed.") };
    if ((await this.answered(post("/api/auth/second_factor/remove", valuesOf(event)), own)) === null) return;
    this.go("rest");
    this.tell(t("Switched off. Your password alone lets you in."));
    this.dispatchEvent(new Event("changed", { bubbles: true }));
  }

  private save(): void {
    const address = URL.createObjectURL(new Blob([`${this.codes.join("\n")}\n`], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: address, download: "recovery-codes.txt" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  private done(): void {
    this.codes = [];
    this.go("rest");
    this.dispatchEvent(new Event("changed", { bubbles: true }));
  }
}

define("hs-factor", Factor);
