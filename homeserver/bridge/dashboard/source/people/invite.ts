// Somebody new: name, role, and the link by which he comes; a program gets a key instead.

import { html, nothing, type TemplateResult } from "lit";

import { call, post } from "../model/http.js";
import { define } from "../parts/plain.js";
import { t } from "../words/text.js";
import { invitationLink, isHereOnly, loginOf, ROLES, type User } from "./household.js";
import { Panel, valuesOf } from "./panel.js";
import "./secret.js";

/** What a role begins with, in a sentence. */
export const ROLE_WORDS: Record<string, string> = {
  owner: "Does everything, and decides about people.", adult: "Sees, controls and changes everything in the home; does not decide about people.",
  child: "Uses lights, heating, blinds and media; no locks, alarms or cameras.", guest: "Sees nothing until you allow it, and leaves one day.",
  service: "A program: it gets a key, and may what you allow.",
};

/** A fresh link of somebody who exists. Throws nothing: a refusal is an answer. */
export const invite = (id: string): ReturnType<typeof post<{ secret: string }>> => post<{ secret: string }>("/api/auth/invitations", { login: loginOf(id) });

export const linkTold = (name: string, secret: string): TemplateResult => html`<div class="card padded made">
  <p><strong>${t("This is the link for {0}. It works once, for three days.", name)}</strong></p>
  <p class="quiet">${t("Hand it to nobody else: whoever opens it sets the password. A phone reads the code below with its camera.")}</p>
  ${isHereOnly() ? html`<p class="trouble">${t("This link opens on this machine only, as this page does. For other devices, open the page by the address that they use (the setting http_host lets your network in), and make the link there.")}</p>` : nothing}
  <hs-secret .label=${t("Link of the invitation")} .text=${invitationLink(secret)} .picture=${t("The link of the invitation as a code for a camera")}></hs-secret></div>`;

class Invite extends Panel {
  static override properties = { ...Panel.properties, chosen: { state: true }, made: { state: true } };
  declare chosen: string;
  declare made: { user: User; secret: string } | null;

  constructor() {
    super();
    Object.assign(this, { chosen: "adult", made: null });
  }

  override render(): TemplateResult {
    return html`<form class="card padded form stacked" @submit=${this.create}>
        <label><span>${t("Name")}</span><input class="field" name="name" required maxlength="100" autocomplete="off"></label>
        <label><span>${t("Role")}</span><select class="field" name="role" aria-describedby="about-role" @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}>${ROLES.map((role) => html`<option value=${role} ?selected=${role === this.chosen}>${t(role)}</option>`)}</select></label>
        <p class="quiet small" id="about-role">${t(ROLE_WORDS[this.chosen]!)}</p>
        ${this.chosen === "guest" ? html`<label><span>${t("Until (a week, if you say nothing)")}</span><input class="field" name="expires" type="datetime-local"></label>` : nothing}
        <button class="first" type="submit" ?disabled=${this.busy}>${this.chosen === "service" ? t("Let the program in") : t("Invite")}</button>${this.outcome()}</form>
      ${this.made ? this.shown(this.made) : nothing}`;
  }

  private shown({ user, secret }: { user: User; secret: string }): TemplateResult {
    if (user.role !== "service") return linkTold(user.name, secret);
    return html`<div class="card padded made"><p><strong>${t("This is the key of {0}. It is shown this one time.", user.name)}</strong></p><hs-secret .label=${t("The new key")} .text=${secret}></hs-secret>
      <p><a class="plain" href=${`/people/${user.id}`}>${t("Say what it may")}</a></p></div>`;
  }

  private async create(event: SubmitEvent): Promise<void> {
    const given = valuesOf(event);
    this.made = null;
    const own = { "conflict/id": t("Somebody is called that already: take another name."), "invalid/expires": t("That moment is over: say one that is to come.") };
    const told = await this.answered(call<{ user: User; note: string }>("people", "create_user", given), own);
    if (!told) return;
    const { user } = told;
    const asked = user.role === "service" ? post<{ secret: string }>("/api/auth/api_keys", { name: user.name, login: loginOf(user.id) }) : invite(user.id);
    const made = await this.answered(asked);
    this.dispatchEvent(new Event("changed", { bubbles: true }));
    if (!made) return;
    this.made = { user, secret: made.secret };
    (event.target as HTMLFormElement).reset();
    this.chosen = "adult";
    this.tell(user.role === "service" ? t("{0} is let in.", user.name) : t("{0} is invited.", user.name));
    await this.updateComplete;
    this.querySelector(".made")?.scrollIntoView?.({ block: "nearest" });
  }
}

define("hs-invite", Invite);
