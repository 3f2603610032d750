// What is one's own: how one signs in, where one is signed in, keys, notifications, preferences, one's data.

import { html, nothing, type TemplateResult } from "lit";

import "../look/people.css";
import { get } from "../model/http.js";
import { signOut } from "../model/session.js";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import "../people/archive.js";
import { avatar } from "../people/avatar.js";
import "../people/factor.js";
import { idOf, KEY_LOGIN, type Me } from "../people/household.js";
import "../people/keys.js";
import "../people/manner.js";
import "../people/notices.js";
import "../people/password.js";
import "../people/proofs.js";
import { faultIn } from "../words/faults.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";

type Part = { at: string; title: string; show: (me: Me) => TemplateResult };

const section = (id: string, title: string, inside: unknown): TemplateResult => html`<section aria-labelledby=${id}><h2 id=${id}>${title}</h2>${inside}</section>`;
/** Whoever came with the key of the data folder is nobody in particular. */
const isKey = (me: Me): boolean => me.login === KEY_LOGIN;
const byKey = (): TemplateResult => html`<div class="card padded"><p>${t("You came in with the key of the data folder: it has no password and no second factor.")}</p>
  <p class="after"><a class="plain" href="/people">${icon("people")}${t("Invite yourself as an owner, and sign in as yourself")}</a></p></div>`;

const PARTS: Part[] = [
  { at: "", title: "Preferences", show: () => section("manner", t("Preferences"), html`<hs-manner></hs-manner>`) },
  { at: "security", title: "Signing in", show: (me) => (isKey(me) ? section("password", t("Password"), byKey()) : html`${section("password", t("Password"), html`<hs-password .me=${me}></hs-password>`)}
    ${section("factor", t("Second factor"), html`<hs-factor .me=${me}></hs-factor>`)}`) },
  { at: "sessions", title: "Sessions", show: () => html`${section("sessions", t("Where I am signed in"), html`<hs-proofs .kinds=${["session"]} .empty=${t("Nowhere.")}></hs-proofs>`)}
    ${section("programs", t("Apps and programs"), html`<hs-proofs .kinds=${["refresh"]} .empty=${t("No app has been let in by you. Home Assistant's app, for one, asks for the address of this home.")}></hs-proofs>`)}` },
  { at: "keys", title: "Keys", show: () => section("keys", t("Keys for programs"), html`<p class="quiet lead">${t("A key opens the home as you, for scripts and programs that cannot sign in. Home Assistant calls them long-lived tokens.")}</p><hs-keys></hs-keys>`) },
  { at: "notifications", title: "Notifications", show: () => section("notifications", t("Notifications"), html`<hs-notices></hs-notices>`) },
  { at: "data", title: "My data", show: (me) => section("data", t("My data"), html`<div class="card padded">${isKey(me) ? html`<p class="quiet">${t("The key of the data folder is nobody of whom anything is kept.")}</p>` : html`<hs-archive .user=${idOf(me.login)}></hs-archive>`}
    <p class="after"><a class="plain" href="/audit">${icon("list")}${t("What I did")}</a></p></div>`) },
];

class Account extends Asking {
  private me: Me | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("changed", () => void this.again());
  }

  protected async load(): Promise<void> {
    const answer = await get<Me>("/api/session");
    if (answer.ok) this.me = answer.value;
    else this.tell(faultIn(answer), true);
  }

  override render(): TemplateResult {
    const here = PARTS.find((part) => part.at === this.rest) ?? PARTS[0]!;
    return html`${this.head(t("My account"))}${this.me ? this.who(this.me) : nothing}
      <nav class="chips" aria-label=${t("My account")}>${PARTS.map((part) => html`<a href=${part.at ? `/account/${part.at}` : "/account"} aria-current=${part === here ? "page" : nothing}>${t(part.title)}</a>`)}</nav>
      ${this.me ? here.show(this.me) : nothing}`;
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("rest")) this.querySelector(".chips [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  private who(me: Me): TemplateResult {
    const name = isKey(me) ? t("Key of the data folder") : me.name;
    return html`<div class="who">${avatar(idOf(me.login), name)}<div class="words"><strong>${name}</strong><span class="quiet small">${t(me.role)}</span></div>
      <button type="button" class="plain" @click=${signOut}>${icon("door")}${t("Sign out")}</button></div>`;
  }
}

define("hs-account", Account);
