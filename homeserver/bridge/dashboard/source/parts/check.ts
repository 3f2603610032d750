// A place to write a rule, looked at by the engine itself while one types: what is wrong stands beside its line.

import { html, nothing, type TemplateResult } from "lit";

import { call } from "../model/http.js";
import { t } from "../words/text.js";
import { define, Plain } from "./plain.js";

interface Found {
  line: number;
  column: number;
  severity: string;
  text: string;
  suggestion: string;
}
const WAIT = 500; // milliseconds without a key after which the text is looked at
const START = "- alias: Hall light\n  triggers:\n    - trigger: state\n      entity_id: binary_sensor.hall_motion\n      to: \"on\"\n  actions:\n    - action: light.turn_on\n      target:\n        entity_id: light.hall\n";

class Check extends Plain {
  static override properties = { text: { state: true }, found: { state: true }, said: { state: true } };
  declare text: string;
  declare found: Found[];
  declare said: string;
  private due = 0;

  constructor() {
    super();
    Object.assign(this, { text: START, found: [], said: "" });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  override render(): TemplateResult {
    const wrong = new Set(this.found.map((one) => one.line));
    return html`<p class="quiet">${t("Nothing here is kept: save the text as a file in the rules folder, and it is in force.")}</p>
      <div class="editor card"><ol aria-hidden="true">${this.text.split("\n").map((_, place) => html`<li data-wrong=${wrong.has(place + 1) ? "true" : "false"}>${place + 1}</li>`)}</ol>
        <textarea class="code" spellcheck="false" autocapitalize="off" wrap="off" rows=${Math.max(12, this.text.split("\n").length)} aria-label=${t("Text of the rule")} aria-describedby="found" .value=${this.text} @input=${this.type}></textarea></div>
      <div id="found" role="status"><p class=${this.found.length ? "fault wrong" : "fault"}>${this.said}</p>
        ${this.found.length ? html`<ul class="list card">${this.found.map((one) => html`<li><span class="tag">${t("line {0}", one.line)}</span><div class="words"><span>${one.text}</span>${one.suggestion ? html`<span class="quiet small">${one.suggestion}</span>` : nothing}</div></li>`)}</ul>` : nothing}</div>`;
  }

  private type(event: InputEvent): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    clearTimeout(this.due);
    this.due = window.setTimeout(() => void this.look(), WAIT);
  }

  private async look(): Promise<void> {
    const { text } = this;
    const answer = await call<{ rules: number; problems: Found[] }>("rules", "check", { text });
    if (text !== this.text) return;
    this.found = answer.ok ? answer.value.problems : [];
    this.said = !answer.ok ? answer.message : this.found.length ? t("{0} to mend", this.found.length) : t("Nothing is wrong with it.");
  }
}

define("hs-check", Check);
