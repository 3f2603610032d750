// The rules of the home: which there are and which run; of one, what its runs did and why it did not, and its versions; a check for new ones.

import { html, nothing, type TemplateResult } from "lit";

import { entities } from "../model/home.js";
import { Asking } from "../parts/load.js";
import "../parts/check.js";
import { define } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { icon } from "../words/icons.js";
import { capital, moment, number, since, spaced, t } from "../words/text.js";

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
interface Trace {
  number: number;
  at: string;
  seconds: number;
  outcome: string;
  error: string;
  because: string;
  explained: string;
  conditions: { way: string; line: number; met: boolean | null; saw: string }[];
  steps: { way: string; at: number }[];
  commands: { entity_id: string; service: string; held: string }[];
  by: string;
}
interface WhyNot {
  sentence: string;
  triggers: string[];
}
interface Version {
  version: number;
  at: string;
  file: string;
  lines: number;
}

class Rules extends Asking {
  private rules: Rule[] = [];
  private traces: Trace[] = [];
  private whyNot: WhyNot | null = null;
  private versions: Version[] = [];
  private readonly sure = new Sure(() => this.requestUpdate());
  private shown = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(10_000, () => void this.again());
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("rest") || this.shown === this.rest) return;
    this.shown = this.rest;
    Object.assign(this, { traces: [], versions: [], whyNot: null, said: "", busy: true });
    void this.again();
  }

  protected async load(): Promise<void> {
    this.rules = (await this.ask<{ rules: Rule[] }>("rules", "list"))?.rules ?? this.rules;
    const rule = this.rest;
    if (!rule || rule === "check") return;
    this.traces = (await this.ask<{ traces: Trace[] }>("rules", "traces", { rule }))?.traces ?? [];
    this.whyNot = await this.ask<WhyNot>("rules", "why_not", { rule });
    this.versions = (await this.ask<{ versions: Version[] }>("rules", "log", { rule }))?.versions ?? [];
  }

  override render(): TemplateResult {
    if (this.rest === "check") {
      return html`<header class="top row"><a class="round" href="/rules" aria-label=${t("Back to the rules")}>${icon("back")}</a><h1 tabindex="-1">${t("Check a rule")}</h1></header><hs-check></hs-check>`;
    }
    const one = this.rules.find((rule) => rule.id === this.rest);
    return one ? this.one(one) : this.list();
  }

  // -- all of them

  private list(): TemplateResult {
    return html`${this.head(t("Rules"), html`<a class="plain" href="/rules/check">${icon("edit")}${t("Check a rule")}</a>`)}
      <ul class="list card">${this.rules.map((rule) => this.line(rule))}</ul>
      ${this.rules.length === 0 && !this.busy ? html`<p class="quiet">${t("None yet. Files in the rules folder are read when they are saved.")}</p>` : nothing}`;
  }

  private line(rule: Rule): TemplateResult {
    const ran = lastRun(rule.id);
    const words = rule.running ? t("Running") : ran ? t("ran {0}", since(ran)) : t("has not run yet");
    return html`<li data-mood=${rule.problems.length ? "alarm" : rule.running ? "active" : ""}><span class="badge">${icon(rule.problems.length ? "alert" : "rule")}</span>
      <a class="words" href=${`/rules/${rule.id}`}><strong>${rule.alias || capital(spaced(rule.id))}</strong><span class="quiet small">${words}</span>
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
    return html`<header class="top row"><a class="round" href="/rules" aria-label=${t("Back to the rules")}>${icon("back")}</a><h1 tabindex="-1">${rule.alias || capital(spaced(rule.id))}</h1>${this.knob(rule)}</header>
      <p class="quiet">${rule.file}, ${t("line {0}", rule.line)} · ${t("{0} runs", rule.runs)}</p>
      ${this.said ? html`<p class=${this.wrong ? "fault wrong" : "fault"}>${this.said}</p>` : nothing}
      ${rule.problems.map((problem) => html`<p class="trouble">${textOf(problem)}</p>`)}
      <p><button class=${this.sure.asked === "run" ? "plain asked" : "plain"} type="button" @click=${run}>${icon("play")}${t(this.sure.asked === "run" ? "Sure?" : "Run now")}</button></p>
      <section aria-labelledby="runs"><h2 id="runs">${t("Its last runs")}</h2>
        ${this.traces.length === 0 ? html`<p class="quiet">${t("None since the home was started.")}</p>` : nothing}
        ${this.traces.map(trace)}</section>
      ${this.whyNot ? html`<section aria-labelledby="why-not"><h2 id="why-not">${t("Why did it not run?")}</h2><div class="card padded"><p>${capital(this.whyNot.sentence)}.</p><ul class="tree">${this.whyNot.triggers.map((line) => html`<li class="small">${line}</li>`)}</ul></div></section>` : nothing}
      <section aria-labelledby="versions"><h2 id="versions">${t("Versions")}</h2><ul class="list card">${this.versions.map((one, place) => html`<li><div class="words"><strong>${t("Version {0}", one.version)}</strong><span class="quiet small">${moment(one.at)} · ${one.file} · ${t("{0} lines", one.lines)}</span></div>
        ${place === 0 ? html`<span class="tag small">${t("in force")}</span>` : html`<button class="plain" type="button" @click=${() => this.deed("rules", "revert", { rule: rule.id, version: one.version }, t("It is in force again."))}>${icon("undo")}${t("Bring back")}</button>`}</li>`)}</ul></section>`;
  }
}

const textOf = (problem: Problem | string): string => (typeof problem === "string" ? problem : `${t("line {0}", problem.line)}: ${problem.text}`);

/** The entity of a rule has the rule's id among its words or its attributes. */
const lastRun = (id: string): string | undefined =>
  [...entities.values()].find((one) => one.entity_id === `automation.${id}` || one.attributes.id === id)?.attributes.last_triggered;

/** A run as a tree: what fired, what was looked at, what was done. */
function trace(one: Trace): TemplateResult {
  const bad = Boolean(one.error) || one.outcome === "failed";
  return html`<details class="fold card trace" data-mood=${bad ? "alarm" : ""}><summary><strong>${moment(one.at)}</strong> ${t(capital(spaced(one.outcome)))} · ${number(one.seconds, 1)} s</summary>
    <ul class="tree">
      <li><strong>${t("Because")}</strong> ${one.explained || one.because}</li>
      ${one.conditions.length ? html`<li>${t("Conditions")}<ul class="tree">${one.conditions.map((condition) => html`<li data-done=${condition.met === false ? "false" : "true"}>${condition.met ? "✓" : condition.met === false ? "✗" : "?"} ${condition.saw} <span class="quiet small">${t("line {0}", condition.line)}</span></li>`)}</ul></li>` : nothing}
      ${one.steps.length ? html`<li>${t("Steps")}<ul class="tree">${one.steps.map((step) => html`<li>${step.way} <span class="quiet small">${number(step.at, 2)} s</span></li>`)}</ul></li>` : nothing}
      ${one.commands.map((command) => html`<li>${entities.get(command.entity_id)?.attributes.friendly_name ?? command.entity_id}: ${spaced(command.service)}${command.held ? html` <span class="quiet">${command.held}</span>` : nothing}</li>`)}
      ${one.error ? html`<li class="trouble">${one.error}</li>` : nothing}
    </ul></details>`;
}

define("hs-rules", Rules);
