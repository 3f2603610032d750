// Who lives here: where they are, as what, and how they sign in; inviting somebody; what roles begin with.

import { html, nothing, type TemplateResult } from "lit";

import "../look/people.css";
import { domainOf } from "../model/entity.js";
import { call, get } from "../model/http.js";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { avatar } from "../people/avatar.js";
import { loginOf, whereabouts, type Standing, type User } from "../people/household.js";
import "../people/invite.js";
import { ROLE_WORDS } from "../people/invite.js";
import "../people/person.js";
import "../people/policies.js";
import { faultIn } from "../words/faults.js";
import { icon } from "../words/icons.js";
import { dated } from "../words/dates.js";
import { capital, since, spaced, t } from "../words/text.js";

const LINED = ["adult", "child", "guest", "service"]; // an owner may all, and nothing is to be said of it

const WHEREABOUTS = new Set(["device_tracker", "person"]);

class People extends Asking {
  private users: User[] | null = null;
  private standings = new Map<string, Standing>();

  override connectedCallback(): void {
    super.connectedCallback();
    this.needs((entity) => WHEREABOUTS.has(domainOf(entity)));
    this.watchAll(1000);
    this.every(20_000, () => void this.again()); // somebody comes by his link, or signs in
    this.addEventListener("changed", () => void this.again());
  }

  protected async load(): Promise<void> {
    const [users, ways] = await Promise.all([call<{ users: User[] }>("people", "list_users"), get<Standing[]>("/api/auth/people")]);
    if (ways.ok) this.standings = new Map(ways.value.map((one) => [one.login, one]));
    const own = { denied: t("Only owners see this page. What is yours is under My account.") };
    if (users.ok) this.users = users.value.users;
    for (const answer of [users, ways]) if (!answer.ok) this.tell(faultIn(answer, own), true);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("rest") && this.users) void this.again(); // how somebody signs in may be another by now
  }

  override render(): TemplateResult {
    const [first = "", second = ""] = this.rest.split("/");
    if (first === "role" && LINED.includes(second)) return this.ofRole(second);
    const user = this.users?.find((one) => one.id === first);
    if (first && this.users) return user ? this.one(user) : html`${this.back(t("Nobody of that name"))}<p>${t("Whoever it was is not here any more.")}</p>`;
    return html`${this.head(t("People"))}${this.users ? this.all(this.users) : nothing}`;
  }

  private all(users: User[]): TemplateResult {
    return html`<ul class="list card">${users.map((user) => this.line(user))}</ul>
      ${users.length === 0 && !this.wrong ? html`<p class="quiet">${t("Nobody yet: only the key of the data folder opens this home. Invite yourself first, as an owner.")}</p>` : nothing}
      <section aria-labelledby="new"><h2 id="new">${t("Invite somebody")}</h2><hs-invite></hs-invite></section>
      <section aria-labelledby="roles"><h2 id="roles">${t("What roles begin with")}</h2><ul class="list card">${LINED.map((role) => html`<li><span class="badge">${icon("shield")}</span>
        <a class="words" href=${`/people/role/${role}`}><strong>${capital(t(role))}</strong><span class="quiet small">${t(ROLE_WORDS[role]!)}</span></a>${icon("forward")}</li>`)}</ul></section>
      <p class="after"><a class="plain" href="/audit">${icon("list")}${t("What was done, by whom")}</a></p>`;
  }

  private line(user: User): TemplateResult {
    const place = whereabouts(user.id);
    const told = [t(user.role), user.expires && user.let_in ? t("until {0}", dated(user.expires)) : "", this.signing(user)].filter(Boolean);
    return html`<li data-off=${user.let_in ? nothing : "true"}>${avatar(user.id, user.name, user.picture)}
      <a class="words" href=${`/people/${user.id}`}><strong>${user.name}</strong><span class="quiet small">${told.join(" · ")}</span></a>
      ${place ? html`<span class="tag small" data-place=${place}>${place === "home" ? t("At home") : place === "not_home" ? t("Away") : spaced(place)}</span>` : nothing}${icon("forward")}</li>`;
  }

  /** How far somebody is with signing in. */
  private signing(user: User): string {
    const one = this.standings.get(loginOf(user.id));
    if (!user.active) return t("kept out");
    if (!user.let_in) return user.expires ? t("was here until {0}", dated(user.expires)) : t("not let in now");
    if (!one) return "";
    if (user.role === "service") return one.keys ? t("used {0}", one.used ? since(one.used) : "–") : t("has no key yet");
    if (!one.password) return one.invited ? t("invited until {0}", dated(one.invited)) : t("has no link yet");
    return one.used ? t("here {0}", since(one.used)) : t("not signed in anywhere");
  }

  private back(title: string): TemplateResult {
    return html`<header class="top row"><a class="round" href="/people" aria-label=${t("Back to the people")}>${icon("back")}</a><h1 tabindex="-1">${title}</h1></header>
      ${this.said ? html`<p class=${this.wrong ? "fault wrong" : "fault"}>${this.said}</p>` : nothing}`;
  }

  private one(user: User): TemplateResult {
    return html`${this.back(user.name)}<hs-person .user=${user} .all=${this.users!} .standing=${this.standings.get(loginOf(user.id)) ?? null}></hs-person>`;
  }

  private ofRole(role: string): TemplateResult {
    return html`${this.back(capital(t(role)))}<p class="quiet lead">${t(ROLE_WORDS[role]!)} ${t("These lines count for everybody with this role; a line of somebody's own goes before them.")}</p>
      <hs-policies .who=${`role:${role}`}></hs-policies>`;
  }
}

define("hs-people", People);
