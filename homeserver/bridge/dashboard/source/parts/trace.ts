// A run of a rule as a tree: what fired, what was looked at and what was seen, what was done in which order, and to what.

import { html, nothing, type TemplateResult } from "lit";

import { entities } from "../model/home.js";
import { fileAddress } from "../pages/rules.js";
import { capital, moment, number, spaced, t } from "../words/text.js";
import { wayOf } from "../words/ways.js";

interface Looked {
  way: string;
  line: number;
  met: boolean | null;
  saw: string;
}
export interface Trace {
  number: number;
  at: string;
  seconds: number;
  outcome: string;
  error: string;
  because: string;
  explained: string;
  conditions: Looked[];
  steps: { way: string; at: number }[];
  commands: { id: string; entity_id: string; service: string; held: string }[];
  by: string;
}

const looked = (one: Looked, file: string): TemplateResult =>
  html`<li data-done=${one.met === false ? "false" : "true"}><span aria-hidden="true">${one.met ? "✓" : one.met === false ? "✗" : "?"}</span><span class="unseen">${t(one.met ? "met:" : one.met === false ? "not met:" : "unclear:")}</span>
    ${one.saw} <a class="quiet small" href=${fileAddress(file, one.line)}>${wayOf(one.way).words}, ${t("line {0}", one.line)}</a></li>`;

export function shownTrace(one: Trace, file: string): TemplateResult {
  const bad = Boolean(one.error) || one.outcome === "failed";
  return html`<details class="fold card trace" data-mood=${bad ? "alarm" : ""}><summary><strong>${moment(one.at)}</strong> ${t(capital(spaced(one.outcome)))} · ${number(one.seconds, 1)} s</summary>
    <ul class="tree">
      <li><strong>${t("Because")}</strong> ${one.explained || one.because}${one.by ? html` <span class="quiet small">${t("by {0}", one.by)}</span>` : nothing}</li>
      ${one.conditions.length ? html`<li>${t("Conditions")}<ul class="tree">${one.conditions.map((condition) => looked(condition, file))}</ul></li>` : nothing}
      ${one.steps.length ? html`<li>${t("Steps")}<ol class="tree steps-of">${one.steps.map(step)}</ol></li>` : nothing}
      ${one.commands.length ? html`<li>${t("Commands")}<ul class="tree">${one.commands.map((command) => html`<li>${entities.get(command.entity_id)?.attributes.friendly_name ?? command.entity_id}: ${spaced(command.service)}${command.held ? html` <span class="quiet">${command.held}</span>` : nothing}</li>`)}</ul></li>` : nothing}
      ${one.error ? html`<li class="trouble">${one.error}</li>` : nothing}
    </ul></details>`;
}

/** As deep as it lies in the rule. */
function step(one: Trace["steps"][number]): TemplateResult {
  const way = wayOf(one.way);
  return html`<li class=${`deep-${Math.min(way.depth, 5)}`}>${way.words} <span class="quiet small">${number(one.at, 2)} s</span></li>`;
}
