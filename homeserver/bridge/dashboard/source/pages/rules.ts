// The rules of the home: which there are and which run; of one, what its runs did and why it did not, and its versions; and their files.

import { html, nothing, type TemplateResult } from "lit";

import "../look/rules.css";
import { entities } from "../model/home.js";
import { session } from "../model/session.js";
import { linesOf, shownDiff, type DiffLine } from "../parts/differences.js";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { shownTrace, type Trace } from "../parts/trace.js";
import { Sure } from "../parts/wishes.js";
import { icon } from "../words/icons.js";
import { capital, localMoment, moment, since, spaced, t } from "../words/text.js";

interface Problem {
  line: number;
  text: string;
}
interface Rule {
  id: string;
  alias: string;
  enabled: boolean;
  file: string;
  line: number;
  running: number;
  runs: number;
  problems: (Problem | string)[];
}
interface WhyNot {
  sentence: string;
  triggers: string[];
  trace: Trace | null;
}
interface Version {
  version: number;
  at: string;
  file: string;
  lines: number;
}

export const fileAddress = (path: string, line = 0): string => `/rules/edit-file/${path.split("/").map(encodeURIComponent).join("/")}${line ? `#L${line}` : ""}`;

class Rules extends Asking {
  static override properties = { ...Asking.properties, words: { state: true }, ready: { state: true } };
  declare words: string;
  declare ready: boolean;
  private rules: Rule[] = [];
  private loose: string[] = [];
  private traces: Trace[] = [];
  private whyNot: WhyNot | null = null;
  private asked = "";
  private versions: Version[] = [];
  private readonly diffs = new Map<number, DiffLine[]>();
  private readonly sure = new Sure(() => this.requestUpdate());
  private shown = "";

  constructor() {
    super();
    Object.assign(this, { words: "", ready: false });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.needs(({ entity_id: id }) => id.startsWith("automation.")); // when each ran last
    this.watchAll(1000, (ids) => [...ids].some((id) => id.startsWith("automation.")));
    this.every(10_000, () => void (this.ofFiles() || this.again()));
  }

  /** Whether a page about files is shown: it has code of its own. */
  private ofFiles(): boolean {
    return /^(all-files$|new-file$|edit-file\/)/.test(this.rest);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("rest") || this.shown === this.rest) return;
    this.shown = this.rest;
    Object.assign(this, { traces: [], versions: [], whyNot: null, asked: "", said: "", busy: !this.ofFiles() });
    this.diffs.clear();
    if (!this.ofFiles()) void this.again();
    else if (this.rest === "all-files") void import("./rule-files.js").then(() => (this.ready = true));
    else void import("./rule-file.js").then(() => (this.ready = true));
  }

  protected async load(): Promise<void> {
    if (this.ofFiles()) return;
    const told = await this.ask<{ rules: Rule[]; problems: string[] }>("rules", "list");
    Object.assign(this, { rules: told?.rules ?? this.rules, loose: told?.problems ?? this.loose });
    const rule = this.rest;
    if (!rule || !this.rules.some((one) => one.id === rule)) return;
    this.traces = (await this.ask<{ traces: Trace[] }>("rules", "traces", { rule }))?.traces ?? [];
    this.whyNot = await this.ask<WhyNot>("rules", "why_not", this.asked ? { rule, at: this.asked } : { rule });
    const versions = (await this.ask<{ versions: Version[] }>("rules", "log", { rule }))?.versions ?? [];
    if (versions[0]?.version !== this.versions[0]?.version) this.diffs.clear();
    this.versions = versions;
  }

  override render(): TemplateResult {
    if (this.ofFiles()) return this.ready ? this.files() : html`<h1 class="unseen" tabindex="-1">${t("Rules")}</h1>`;
    if (!this.rest) return this.list();
    const one = this.rules.find((rule) => rule.id === this.rest);
    return one ? this.one(one) : html`${this.back(t("Rules"))}${this.busy ? html`<p class="quiet">${t("One moment …")}</p>` : html`<p class="quiet">${t("There is no such rule now.")}</p>`}`;
  }

  private files(): TemplateResult {
    if (this.rest === "all-files") return html`<hs-rule-files></hs-rule-files>`;
    return html`<hs-rule-file .path=${this.rest.replace(/^(new-file|edit-file\/)/, "")}></hs-rule-file>`;
  }

  private back(title: string, more: unknown = nothing): TemplateResult {
    return html`<header class="top row"><a class="round" href="/rules" aria-label=${t("Back to the rules")}>${icon("back")}</a><h1 tabindex="-1">${title}</h1>${more}</header>`;
  }

  // -- all of them

  private list(): TemplateResult {
    const links = html`<a class="plain" href="/rules/all-files">${icon("list")}${t("Files")}</a>${
      session.role === "owner" ? html`<a class="plain" href="/rules/new-file">${icon("plus")}${t("New file")}</a>` : nothing}`;
    const words = this.words.toLowerCase();
    const found = this.rules.filter((rule) => `${rule.id} ${rule.alias} ${rule.file}`.toLowerCase().includes(words));
    return html`${this.head(t("Rules"), links)}
      ${this.rules.length > 7 ? html`<input class="field" type="search" placeholder=${t("Search")} aria-label=${t("Search rules")} .value=${this.words} @input=${(event: InputEvent) => (this.words = (event.target as HTMLInputElement).value)}>` : nothing}
      ${this.loose.map((text) => html`<p class="trouble">${text}</p>`)}
      <ul class="list card">${found.map((rule) => this.line(rule))}</ul>
      ${this.rules.length === 0 && !this.busy ? html`<p class="quiet">${t("None yet. Files in the rules folder are read when they are saved.")}</p>` : nothing}`;
  }

  private line(rule: Rule): TemplateResult {
    const ran = lastRun(rule.id);
    const words = rule.running ? t("Running") : ran ? t("ran {0}", since(ran)) : t("has not run yet");
    return html`<li data-mood=${rule.problems.length ? "alarm" : rule.running ? "active" : ""}><span class="badge">${icon(rule.problems.length ? "alert" : "rule")}</span>
      <a class="words" href=${`/rules/${rule.id}`}><strong>${nameOf(rule)}</strong><span class="quiet small">${words}</span>
        ${rule.problems.map((problem) => html`<span class="trouble small">${textOf(problem)}</span>`)}</a>
      ${this.knob(rule)}</li>`;
  }

  private knob(rule: Rule): TemplateResult {
    const turn = (): Promise<void> => this.deed("rules", rule.enabled ? "disable" : "enable", { rule: rule.id }, t("Done."));
    return html`<button class="switch" type="button" role="switch" aria-checked=${rule.enabled ? "true" : "false"} aria-label=${rule.alias || rule.id} @click=${turn}><span class="knob"></span></button>`;
  }

  // -- one

  private one(rule: Rule): TemplateResult {
    const run = (): void => void (this.sure.press("run") && this.deed("rules", "trigger", { rule: rule.id }, t("It was started.")));
    return html`${this.back(nameOf(rule), this.knob(rule))}
      <p class="quiet">${rule.file}, ${t("line {0}", rule.line)} · ${t("{0} runs", rule.runs)}</p>
      ${this.said ? html`<p class=${this.wrong ? "fault wrong" : "fault"}>${this.said}</p>` : nothing}
      ${rule.problems.map((problem) => html`<p class="trouble">${textOf(problem)}</p>`)}
      <p class="row-of"><button class=${this.sure.asked === "run" ? "plain asked" : "plain"} type="button" @click=${run}>${icon("play")}${t(this.sure.asked === "run" ? "Sure?" : "Run now")}</button>
        <a class="plain" href=${fileAddress(rule.file, rule.line)}>${icon("edit")}${t(session.role === "owner" ? "Edit" : "Show the text")}</a></p>
      <section aria-labelledby="runs"><h2 id="runs">${t("Its last runs")}</h2>
        ${this.traces.length === 0 && !this.busy ? html`<p class="quiet">${t("None since the home was started.")}</p>` : nothing}
        ${this.traces.map((trace) => shownTrace(trace, rule.file))}</section>
      ${this.whyNot ? this.why(this.whyNot, rule) : nothing}
      <section aria-labelledby="versions"><h2 id="versions">${t("Versions")}</h2><ul class="list card tall">${this.versions.map((one, place) => this.version(rule, one, place))}</ul></section>`;
  }

  private why(told: WhyNot, rule: Rule): TemplateResult {
    return html`<section aria-labelledby="why-not"><h2 id="why-not">${t("Why did it not run?")}</h2><div class="card padded">
      <label class="row-of"><span>${t("When it was expected")}</span><input class="field short" type="datetime-local" value=${this.asked ? localMoment(this.asked) : ""} @change=${this.expect}></label>
      <p>${capital(told.sentence)}.</p><ul class="tree">${told.triggers.map((line) => html`<li class="small">${line}</li>`)}</ul></div>
      ${told.trace ? shownTrace(told.trace, rule.file) : nothing}</section>`;
  }

  private expect(event: Event): void {
    const { value } = event.target as HTMLInputElement;
    this.asked = value ? new Date(value).toISOString() : "";
    void this.again();
  }

  private version(rule: Rule, one: Version, place: number): TemplateResult {
    const bring = (): Promise<void> => this.deed("rules", "revert", { rule: rule.id, version: one.version }, t("It is in force again."));
    const shown = this.diffs.get(one.version);
    return html`<li><details class="fold words" @toggle=${(event: Event) => this.compare(event, rule, one)}><summary><strong>${t("Version {0}", one.version)}</strong><small class="quiet">${moment(one.at)} · ${one.file} · ${t("{0} lines", one.lines)}</small></summary>
        ${shown ? shownDiff(shown) : nothing}</details>
      ${place === 0 ? html`<em class="tag small">${t("in force")}</em>` : html`<button class="plain" type="button" @click=${bring}>${icon("undo")}${t("Bring back")}</button>`}</li>`;
  }

  /** The first version brought all that is in it; each other what it changed. */
  private async compare(event: Event, rule: Rule, one: Version): Promise<void> {
    if (!(event.target as HTMLDetailsElement).open || this.diffs.has(one.version)) return;
    const told = await this.ask<{ diff: string }>("rules", "diff", { rule: rule.id, to: one.version });
    if (told) this.diffs.set(one.version, linesOf(told.diff));
    this.requestUpdate();
  }
}

const nameOf = (rule: Rule): string => rule.alias || capital(spaced(rule.id));
const textOf = (problem: Problem | string): string => (typeof problem === "string" ? problem : `${t("line {0}", problem.line)}: ${problem.text}`);

/** The entity of a rule has the rule's id among its words or its attributes. */
const lastRun = (id: string): string | undefined =>
  [...entities.values()].find((one) => one.entity_id === `automation.${id}` || one.attributes.id === id)?.attributes.last_triggered;

define("hs-rules", Rules);
