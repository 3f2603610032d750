// One person: who he is, how he signs in, what he may, what he sees, and leaving.

import { html, nothing, type TemplateResult } from "lit";

import { call, post } from "../model/http.js";
import { entities, nameOf } from "../model/home.js";
import { domainOf } from "../model/entity.js";
import { define } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { dated } from "../words/dates.js";
import { localMoment, t } from "../words/text.js";
import { avatar } from "./avatar.js";
import { isLastOwner, lastOwnerTold, loginOf, ROLES, type Standing, type User } from "./household.js";
import { invite, linkTold, ROLE_WORDS } from "./invite.js";
import "./keys.js";
import "./leaving.js";
import { Panel, valuesOf } from "./panel.js";
import "./policies.js";
import "./proofs.js";
import "./sight.js";

class Person extends Panel {
  static override properties = { ...Panel.properties, user: { attribute: false }, all: { attribute: false }, standing: { attribute: false }, secret: { state: true } };
  declare user: User;
  declare all: User[];
  declare standing: Standing | null;
  declare secret: string;
  private readonly sure = new Sure(() => this.requestUpdate());

  constructor() {
    super();
    this.secret = "";
  }

  override render(): TemplateResult {
    const { user } = this;
    return html`${this.outcome()}
      <section aria-labelledby="is"><h2 id="is">${t("Who")}</h2>${this.record()}</section>
      <section aria-labelledby="signs"><h2 id="signs">${t("Signing in")}</h2>${user.role === "service" ? html`<hs-keys .login=${loginOf(user.id)}></hs-keys>` : this.signing()}</section>
      <section aria-labelledby="may"><h2 id="may">${t("May")}</h2>${user.role === "owner" ? html`<p class="quiet lead">${t("An owner may do everything, and no line takes any of it away.")}</p>` : html`<hs-policies .who=${user.id} .base=${user.role}></hs-policies>`}</section>
      <section aria-labelledby="sees"><h2 id="sees">${t("Sees now")}</h2><hs-sight .user=${user.id}></hs-sight></section>
      <section aria-labelledby="leaves"><h2 id="leaves">${t("Leaving")}</h2><hs-leaving .user=${user} .last=${isLastOwner(user, this.all)}></hs-leaving></section>`;
  }

  private record(): TemplateResult {
    const { user } = this;
    const last = isLastOwner(user, this.all);
    const trackers = [...new Set([...[...entities.keys()].filter((id) => domainOf(id) === "device_tracker"), ...user.trackers])].sort();
    return html`<form class="card padded form stacked" @submit=${this.save}><div class="who">${avatar(user.id, user.name, user.picture)}<span class="quiet small">${loginOf(user.id)}</span></div>
      <label><span>${t("Name")}</span><input class="field" name="name" required maxlength="100" autocomplete="off" value=${user.name}></label>
      <label><span>${t("Role")}</span><select class="field" name="role" ?disabled=${last} aria-describedby="about-role">${ROLES.map((role) => html`<option value=${role} ?selected=${role === user.role}>${t(role)}</option>`)}</select></label>
      <p class="quiet small" id="about-role">${last ? lastOwnerTold(user.name) : t(ROLE_WORDS[user.role]!)}</p>
      ${last ? nothing : html`<label><span>${user.role === "guest" ? t("Until") : t("Until (empty: for good)")}</span><input class="field" name="expires" type="datetime-local" value=${user.expires ? localMoment(user.expires) : ""} ?required=${user.role === "guest"}></label>`}
      ${trackers.length ? html`<fieldset class="days trackers"><legend>${t("Where this person is, is told by")}</legend>${trackers.map((id) => html`<label><input type="checkbox" name="trackers" value=${id} ?checked=${user.trackers.includes(id)}><span>${nameOf(id)}</span></label>`)}</fieldset>` : nothing}
      <button class="first" type="submit" ?disabled=${this.busy}>${t("Save")}</button></form>`;
  }

  private signing(): TemplateResult {
    const { user, standing } = this;
    const asked = this.sure.asked;
    const ways = standing?.password ? t("Has a password.") : standing?.invited ? t("Is invited until {0}, and has not come yet.", dated(standing.invited)) : t("Has no password yet: make a link.");
    return html`<div class="card padded"><p>${ways} ${standing?.second_factor ? t("The second factor is on.") : ""}</p>
        <div class="buttons after"><button type="button" class="first" ?disabled=${!user.let_in || this.busy} @click=${this.link}>${standing?.password ? t("New password by a link") : t("Make a link")}</button>
          ${standing?.second_factor ? html`<button type="button" @click=${() => void (this.sure.press("factor") && this.unlock())}>${asked === "factor" ? t("Sure?") : t("Take the second factor away")}</button>` : nothing}
          <button type="button" @click=${() => void (this.sure.press("out") && this.out())}>${asked === "out" ? t("Sure?") : t("Sign out everywhere")}</button></div>
        <p class="quiet small after">${t("Signing out everywhere also ends programs, keys and open links.")}</p></div>
      ${this.secret ? linkTold(user.name, this.secret) : nothing}
      <hs-proofs .login=${loginOf(user.id)} .kinds=${["session", "refresh", "api_key"]} .empty=${t("Not signed in anywhere.")}></hs-proofs>`;
  }

  private changed(): void {
    this.dispatchEvent(new Event("changed", { bubbles: true }));
    void this.querySelector<HTMLElement & { again(): Promise<void> }>("hs-proofs")?.again();
  }

  private async save(event: SubmitEvent): Promise<void> {
    const given = valuesOf(event);
    const form = event.target as HTMLFormElement;
    const wanted: Record<string, unknown> = { user: this.user.id, name: given.name, trackers: new FormData(form).getAll("trackers") };
    if (!isLastOwner(this.user, this.all)) Object.assign(wanted, { role: given.role }, given.role === "guest" && !given.expires ? {} : { expires: given.expires ?? null });
    const own = { "invalid/expires": t("That moment is over: say one that is to come."), conflict: lastOwnerTold(this.user.name) };
    const told = await this.answered(call<{ note: string }>("people", "update_user", wanted), own);
    if (!told) return;
    this.tell(t("Saved."));
    this.changed();
  }

  private async link(): Promise<void> {
    const made = await this.answered(invite(this.user.id));
    if (!made) return;
    this.secret = made.secret;
    this.tell(t("The link is made. Earlier ones work no more."));
    this.changed();
  }

  private async unlock(): Promise<void> {
    if ((await this.answered(post("/api/auth/second_factor/remove", { login: loginOf(this.user.id) }))) === null) return;
    this.tell(t("Taken away: the password alone lets {0} in now.", this.user.name));
    this.changed();
  }

  private async out(): Promise<void> {
    if ((await this.answered(call("people", "end_sessions", { user: this.user.id }))) === null) return;
    this.secret = "";
    this.tell(t("All keys and sessions of {0} have ended.", this.user.name));
    this.changed();
  }
}

define("hs-person", Person);
