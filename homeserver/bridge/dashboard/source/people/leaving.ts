// Keeping somebody out for a while, his data to take away, and the two ways to let him go; what cannot be undone is typed.

import { html, nothing, type TemplateResult } from "lit";

import { call } from "../model/http.js";
import { define } from "../parts/plain.js";
import { go } from "../router.js";
import { t } from "../words/text.js";
import "./archive.js";
import { lastOwnerTold, type User } from "./household.js";
import { Panel } from "./panel.js";

type Way = "" | "remove" | "erase";

class Leaving extends Panel {
  static override properties = { ...Panel.properties, user: { attribute: false }, last: { type: Boolean }, way: { state: true }, typed: { state: true } };
  declare user: User;
  declare last: boolean;
  declare way: Way;
  declare typed: string;

  constructor() {
    super();
    Object.assign(this, { last: false, way: "", typed: "" });
  }

  override render(): TemplateResult {
    const { user } = this;
    return html`<div class="card padded"><hs-archive .user=${user.id}></hs-archive>
      ${this.last ? html`<p class="after">${lastOwnerTold(user.name)}</p>` : html`<div class="buttons after">
          <button type="button" ?disabled=${this.busy} @click=${() => this.keep(!user.active)}>${user.active ? t("Keep out for now") : t("Let in again")}</button>
          <button type="button" aria-expanded=${this.way === "remove"} @click=${() => this.choose("remove")}>${t("Remove …")}</button>
          <button type="button" aria-expanded=${this.way === "erase"} @click=${() => this.choose("erase")}>${t("Erase for good …")}</button></div>${this.way ? this.sure() : nothing}`}
      ${this.outcome()}</div>`;
  }

  private sure(): TemplateResult {
    const { user, way } = this;
    return html`<form class="form stacked" @submit=${this.leave}>
      <p>${way === "remove" ? t("Removing ends all sessions and keys and forgets what {0} may. What the home kept of this person stays.", user.name) : t("Erasing takes everything away: record, rights, preferences, sessions, keys. In the audit {0} becomes a number. This cannot be undone.", user.name)}</p>
      <label><span>${t("Type {0} to go on", user.id)}</span><input class="field" name="confirm" autocomplete="off" autocapitalize="none" spellcheck="false" .value=${this.typed} @input=${(event: InputEvent) => (this.typed = (event.target as HTMLInputElement).value)}></label>
      <div class="buttons"><button type="button" @click=${() => this.choose("")}>${t("Cancel")}</button><button type="submit" class="danger" ?disabled=${this.busy || this.typed.trim() !== user.id}>${way === "remove" ? t("Remove") : t("Erase for good")}</button></div></form>`;
  }

  private choose(way: Way): void {
    Object.assign(this, { way: this.way === way ? "" : way, typed: "", said: "" });
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("input")?.focus());
  }

  private async keep(active: boolean): Promise<void> {
    if ((await this.answered(call("people", "update_user", { user: this.user.id, active }))) === null) return;
    this.tell(active ? t("{0} may come in again.", this.user.name) : t("{0} is kept out; all that was open has ended.", this.user.name));
    this.dispatchEvent(new Event("changed", { bubbles: true }));
  }

  private async leave(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { id: user } = this.user;
    const asked = this.way === "remove" ? call("people", "remove_user", { user }) : call("people", "erase_user", { user, confirm: user });
    if ((await this.answered(asked, { conflict: lastOwnerTold(this.user.name) })) === null) return;
    this.dispatchEvent(new Event("changed", { bubbles: true }));
    go("/people");
  }
}

define("hs-leaving", Leaving);
