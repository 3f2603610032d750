// Who lives here, as what, and until when; letting somebody in, and ending what lets him in.

import { html, nothing, type TemplateResult } from "lit";

import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { icon } from "../words/icons.js";
import { moment, spaced, t } from "../words/text.js";

interface User {
  id: string;
  name: string;
  role: string;
  active: boolean;
  let_in: boolean;
  expires: string | null;
}
interface Policy {
  who: string;
  scope: string;
  what: string;
  verb: string;
  allow: boolean;
}
const ROLES = ["owner", "adult", "child", "guest", "service"];

class People extends Asking {
  private users: User[] = [];
  private policies: Policy[] = [];
  private readonly sure = new Sure(() => this.requestUpdate());

  protected async load(): Promise<void> {
    this.users = (await this.ask<{ users: User[] }>("people", "list_users"))?.users ?? [];
    this.policies = (await this.ask<{ policies: Policy[] }>("people", "list_policies"))?.policies ?? [];
  }

  override render(): TemplateResult {
    return html`${this.head(t("People"))}
      <ul class="list card">${this.users.map((user) => this.line(user))}</ul>
      ${this.users.length === 0 && !this.busy ? html`<p class="quiet">${t("Nobody yet: only the key of the data folder opens this home.")}</p>` : nothing}
      <section aria-labelledby="new"><h2 id="new">${t("Let somebody in")}</h2><form class="card padded form" @submit=${this.create}>
        <label><span>${t("Name")}</span><input class="field" name="name" required maxlength="100" autocomplete="off"></label>
        <label><span>${t("Role")}</span><select class="field" name="role">${ROLES.map((role) => html`<option value=${role} ?selected=${role === "adult"}>${t(role)}</option>`)}</select></label>
        <label><span>${t("Until")}</span><input class="field" name="expires" type="datetime-local"></label>
        <button class="first" type="submit">${t("Let in")}</button></form></section>
      ${this.policies.length ? html`<section aria-labelledby="policies"><h2 id="policies">${t("Who may what")}</h2><ul class="list card">${this.policies.map((one) => html`<li><span class="badge">${icon(one.allow ? "shield" : "shieldOff")}</span><div class="words"><strong>${one.who}</strong>
        <span class="quiet small">${t(one.allow ? "may {0}" : "may not {0}", t(one.verb))}: ${t(one.scope)} ${spaced(one.what)}</span></div></li>`)}</ul><p><a class="plain" href="/calls/people/set_policy">${t("Change what somebody may")}</a></p></section>` : nothing}`;
  }

  private line(user: User): TemplateResult {
    const asked = this.sure.asked === user.id;
    const end = (): void => void (this.sure.press(user.id) && this.deed("people", "end_sessions", { user: user.id }, t("All keys and sessions of {0} have ended.", user.name)));
    return html`<li data-mood=${user.let_in ? "active" : ""}><span class="badge">${icon("person")}</span>
      <div class="words"><strong>${user.name}</strong><span class="quiet small">${t(user.role)}${user.expires ? ` · ${t("until {0}", moment(user.expires))}` : ""}${user.let_in ? "" : ` · ${t("not let in now")}`}</span></div>
      <button class=${asked ? "plain asked" : "plain"} type="button" aria-label=${t("End all sessions of {0}", user.name)} @click=${end}>${t(asked ? "Sure?" : "Sign out everywhere")}</button></li>`;
  }

  private async create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    await this.deed("people", "create_user", given, t("{0} is let in. A password is set at the door of the home.", String(given.name)));
    if (!this.wrong) form.reset();
  }
}

define("hs-people", People);
