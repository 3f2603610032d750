// A page that a worker brings: its module is fetched from this home, given a place and the means to speak with the home, and let go afterwards.

import { html, nothing, render, type TemplateResult } from "lit";

import { brought, titleOf, watchBrought, type BroughtPage } from "../model/brought.js";
import { entities, watchOne } from "../model/home.js";
import { session } from "../model/session.js";
import { ours, type Part } from "../model/speaker.js";
import { define, Plain } from "../parts/plain.js";
import { go } from "../router.js";
import { icon } from "../words/icons.js";
import { format, t } from "../words/text.js";

/** What a module is given, beside its place: docs/how-to/workers.md tells of it. */
interface Means {
  worker: string;
  language: string;
  role: string;
  /** What follows the page's own address. */
  rest: string;
  call: (worker: string, verb: string, args?: object) => ReturnType<typeof ours.call>;
  stream: (worker: string, verb: string, args: object, part: Part, signal: AbortSignal) => ReturnType<typeof ours.stream>;
  entities: () => unknown[];
  /** Tell each change of these entities: the home tells a page of nothing that it does not watch. */
  watch: (ids: readonly string[], then: () => void) => () => void;
  go: (rest: string) => void;
  html: typeof html;
  render: typeof render;
  nothing: typeof nothing;
}

function watchAll(ids: readonly string[], then: () => void): () => void {
  const ends = ids.map((id) => watchOne(id, then));
  return () => ends.forEach((end) => end());
}

type Module = { show?: (place: HTMLElement, home: Means) => void | (() => void) };

class Brought extends Plain {
  static override properties = { rest: {}, fault: { state: true } };
  declare rest: string;
  declare fault: string;
  private shown = "";
  private end: (() => void) | null = null;
  private unlisten: (() => void)[] = [];

  constructor() {
    super();
    Object.assign(this, { rest: "", fault: "" });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.unlisten = [watchBrought(() => this.requestUpdate())];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unlisten.forEach((undo) => undo());
    this.letGo();
  }

  private get page_(): BroughtPage | undefined {
    return brought.pages.find((one) => one.worker === this.rest.split("/")[0]);
  }

  private letGo(): void {
    const { end } = this;
    Object.assign(this, { end: null, shown: "" });
    try {
      end?.();
    } catch (fault) {
      console.warn("a page did not end cleanly", fault);
    }
  }

  override render(): TemplateResult {
    const page = this.page_;
    return html`<header class="top row flat"><h1 tabindex="-1">${page ? titleOf(page) : t("Page")}</h1></header>
      ${this.fault ? html`<p class="fault wrong" role="status">${this.fault}</p><button class="plain" type="button" @click=${this.again}>${icon("undo")}${t("Try again")}</button>` : nothing}
      ${page ? nothing : html`<p class="quiet">${t(brought.known ? "Nobody brings this page now." : "One moment …")}</p>`}
      <div class="brought"></div>`;
  }

  private again(): void {
    this.letGo();
    this.fault = "";
    this.requestUpdate();
  }

  protected override updated(): void {
    const page = this.page_;
    const wanted = page && !this.fault ? `${page.module} ${this.rest}` : "";
    if (wanted === this.shown) return;
    this.letGo();
    this.shown = wanted;
    if (page && wanted) void this.show(page, wanted);
  }

  private async show(page: BroughtPage, wanted: string): Promise<void> {
    const place = document.createElement("div");
    this.querySelector(".brought")!.replaceChildren(place); // each page a place of its own: what it left there goes with it
    try {
      // Our own address, made by the bridge of a worker that the household named, and nothing that anybody typed.
      const module = (await import(/* @vite-ignore */ new URL(page.module, location.origin).href)) as Module;
      if (this.shown !== wanted || !this.isConnected) return;
      if (!module.show) throw new Error("the module exports no show");
      this.end = module.show(place, this.means(page)) ?? null;
    } catch (fault) {
      console.warn("a page could not be shown", fault);
      if (this.shown === wanted) this.fault = t("This page cannot be shown: {0}", fault instanceof Error ? fault.message : String(fault));
    }
  }

  private means(page: BroughtPage): Means {
    return {
      worker: page.worker, language: (format.language ?? "en").slice(0, 2), role: session.role, rest: this.rest.split("/").slice(1).join("/"),
      watch: watchAll, call: (worker, verb, args = {}) => ours.call(worker, verb, args), stream: (...all) => ours.stream(...all),
      entities: () => structuredClone([...entities.values()]), go: (rest) => go(`/page/${page.worker}${rest ? `/${rest}` : ""}`), html, render, nothing,
    };
  }
}

define("hs-page", Brought);
