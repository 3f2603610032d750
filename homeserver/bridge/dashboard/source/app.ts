// The page as a whole: the door or the home, the menu, the banner when the connection is lost, and the page of the address.

import { html, nothing, type TemplateResult } from "lit";
import { html as literal, unsafeStatic } from "lit/static-html.js";

import "./look/tokens.css";
import "./look/base.css";
import "./look/frame.css";
import "./look/tiles.css";
import "./look/sheet.css";
import { entities } from "./model/home.js";
import { brought, titleOf, watchBrought } from "./model/brought.js";
import { begin, session, signOut, watchSession } from "./model/session.js";
import { chooseTheme, theme } from "./look/theme.js";
import { menuFor, type PageRow } from "./pages/pages.js";
import "./pages/home.js";
import { define, Plain } from "./parts/plain.js";
import { routeOf, watchRoute } from "./router.js";
import { icon } from "./words/icons.js";
import { clock, t } from "./words/text.js";

class App extends Plain {
  private ready = new Set(["hs-home"]);
  /** Whose preferences have been taken up. */
  private known = "";

  override connectedCallback(): void {
    super.connectedCallback();
    watchSession(() => this.moved());
    watchRoute(() => this.turned());
    watchBrought(() => this.requestUpdate());
    this.prepare();
    void begin();
  }

  private moved(): void {
    this.requestUpdate();
    if (session.place === "door") this.known = "";
    if (session.place !== "in" || !session.login || this.known === session.login) return;
    this.known = session.login;
    void import("./people/preferences.js").then(({ takeUp }) => takeUp());
  }

  /** Fetch the code of the page that the address names. */
  private prepare(): void {
    const { row } = routeOf(location.pathname);
    if (this.ready.has(row.tag)) return;
    void row.load().then(() => {
      this.ready.add(row.tag);
      this.requestUpdate();
    }, () => this.requestUpdate());
  }

  private turned(): void {
    this.prepare();
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("main h1")?.focus());
  }

  override render(): TemplateResult {
    const said = html`<p id="said" class="unseen" role="status" aria-live="polite"></p>`;
    if (session.place === "starting") return html`${said}<main class="waiting" aria-busy="true"><h1 class="unseen">${t("Home")}</h1></main>`;
    if (session.place === "door") {
      void import("./parts/door.js");
      return html`${said}<hs-door></hs-door>`;
    }
    return html`<a class="skip" href="#main" @click=${this.skip}>${t("Skip to the page")}</a>${said}${this.frame()}`;
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>("main h1")?.focus();
  }

  private frame(): TemplateResult {
    const { row, rest } = routeOf(location.pathname);
    const stale = session.link !== "live" && !session.fresh;
    return html`<div class="frame" ?data-stale=${stale}>
      ${this.menu(row)}
      <main id="main">${this.banner()}${this.page(row, rest)}
        <footer class="foot"><a class="plain" href="/account">${icon("person")}${t("My account")}</a><button class="plain" type="button" @click=${this.shade}>${icon(theme() === "dark" ? "sun" : "moon")}${t("Light or dark")}</button>
          <button class="plain" type="button" @click=${signOut}>${icon("door")}${t("Sign out")}</button></footer></main>
    </div>`;
  }

  private page(row: PageRow, rest: string): unknown {
    if (!this.ready.has(row.tag)) return html`<h1 class="unseen" tabindex="-1">${t(row.title)}</h1>`;
    const tag = unsafeStatic(row.tag); // out of our own table, never out of the address
    return literal`<${tag} class="page" .rest=${rest}></${tag}>`;
  }

  private banner(): TemplateResult {
    const known = entities.size > 0 && session.heard > 0;
    const words = session.link === "live" || session.fresh ? "" : known
      ? t(session.link === "lost" ? "Connection lost. This is how it was at {0}. Trying again …" : "This is how it was at {0}. Connecting …", clock(session.heard))
      : t(session.link === "lost" ? "The home does not answer. Trying again …" : "Connecting to the home …");
    return html`<div class="notice" id="notice" role="status" aria-live="polite" ?hidden=${!words}>${words}</div>`;
  }

  private menu(here: PageRow): TemplateResult {
    const rows = menuFor(session.role);
    const live = { live: "Live", lost: "Not connected", connecting: "Connecting" }[session.link];
    return html`<nav class="menu" aria-label=${t("Pages")}>
      ${rows.map((row) => html`<a href=${row.path} aria-current=${row === here ? "page" : nothing}>
        <span class="menu-icon">${icon(row.icon)}</span><span>${t(row.title)}</span></a>`)}
      ${brought.pages.map((page) => html`<a href=${`/page/${page.worker}`} aria-current=${here.path === "/page" && location.pathname.split("/")[2] === page.worker ? "page" : nothing}>
        <span class="menu-icon">${icon(page.icon)}</span><span>${titleOf(page)}</span></a>`)}
      <span class="menu-foot">
        <span class="live" id="live" data-live=${session.link}><span class="dot" aria-hidden="true"></span><span>${t(live)}</span></span>
        <a class="round" href="/account" aria-label=${t("My account")} title=${t("My account")} aria-current=${here.path === "/account" ? "page" : nothing}>${icon("person")}</a>
        <button class="round" type="button" aria-label=${t("Light or dark")} title=${t("Light or dark")} @click=${this.shade}>${icon(theme() === "dark" ? "sun" : "moon")}</button>
        <button class="round" type="button" aria-label=${t("Sign out")} title=${t("Sign out")} @click=${signOut}>${icon("door")}</button>
      </span>
    </nav>`;
  }

  private shade(): void {
    chooseTheme(theme() === "dark" ? "light" : "dark");
    this.requestUpdate();
  }
}

define("hs-app", App);

/** Lit has a policy of its own; this is the only other one, for the one script that a browser starts by its address. */
function serveOffline(): void {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  const policy = (window as unknown as { trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } })
    .trustedTypes?.createPolicy("homeserver", { createScriptURL: (url: string) => (url === "/service-worker.js" ? url : "") });
  void navigator.serviceWorker.register(policy?.createScriptURL("/service-worker.js") ?? "/service-worker.js").catch(() => undefined);
}

addEventListener("load", serveOffline);
