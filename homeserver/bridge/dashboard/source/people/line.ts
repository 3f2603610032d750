// One line of what somebody may, as a form, and the sentence that it makes while one fills it in.

import { html, nothing, type TemplateResult } from "lit";

import { call } from "../model/http.js";
import { entities } from "../model/home.js";
import { define } from "../parts/plain.js";
import { domainWord } from "../words/domains.js";
import { dayName, policyTold, WEEKDAYS, type Namer, type Policy } from "../words/policies.js";
import { capital, localMoment, t } from "../words/text.js";
import { Panel } from "./panel.js";

export interface Choices {
  domains: string[];
  areas: { id: string; name: string }[];
  labels: { id: string; name: string }[];
  calls: string[];
}
const SCOPES: Record<string, string> = { area: "A room", domain: "A kind of thing", entity: "One thing", label: "A label", all: "Everything", call: "A call of a worker" };
const VERBS: Record<string, string> = { see: "See", control: "See and control", edit: "See, control and change" };
const NEW = { scope: "area", what: "", verb: "control", allow: true, weekdays: [], begins: null, ends: null, until: null, in_force: true };

class Line extends Panel {
  static override properties = { ...Panel.properties, who: {}, line: { attribute: false }, choices: { attribute: false }, named: { attribute: false }, draft: { state: true } };
  declare who: string;
  declare line: Policy | null;
  declare choices: Choices;
  declare named: Namer;
  declare draft: Policy;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("line") && this.draft) return;
    const until = this.line?.until ? localMoment(this.line.until) : null;
    this.draft = this.line ? { ...this.line, until } : { ...NEW, id: 0, who: this.who, what: this.choices.areas[0]?.id ?? "" };
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>("select")?.focus();
  }

  override render(): TemplateResult {
    const { draft } = this;
    const options = this.options(draft.scope);
    return html`<form class="card padded form stacked" @submit=${this.write} @input=${this.read} @change=${this.read}>
      <label><span>${t("Allow or forbid")}</span><select class="field" name="allow"><option value="yes" ?selected=${draft.allow}>${t("Allow")}</option><option value="no" ?selected=${!draft.allow}>${t("Forbid")}</option></select></label>
      <label><span>${t("About")}</span><select class="field" name="scope">${Object.entries(SCOPES).map(([scope, word]) => html`<option value=${scope} ?selected=${scope === draft.scope}>${t(word)}</option>`)}</select></label>
      ${options ? this.which(options) : nothing}
      ${draft.scope === "call" ? nothing : html`<label><span>${draft.allow ? t("What is allowed") : t("What is forbidden, and all beyond")}</span><select class="field" name="verb">${Object.entries(VERBS).map(([verb, word]) => html`<option value=${verb} ?selected=${verb === draft.verb}>${t(word)}</option>`)}</select></label>`}
      <fieldset class="days"><legend>${t("On these days (none chosen: every day)")}</legend>${WEEKDAYS.map((day) => html`<label><input type="checkbox" name="weekdays" value=${day} .checked=${draft.weekdays.includes(day)}><span>${dayName(day)}</span></label>`)}</fieldset>
      <div class="half"><label><span>${t("From")}</span><input class="field" name="begins" type="time" .value=${draft.begins ?? ""}></label><label><span>${t("To")}</span><input class="field" name="ends" type="time" .value=${draft.ends ?? ""}></label></div>
      <label><span>${t("The line ends (empty: never)")}</span><input class="field" name="until" type="datetime-local" .value=${draft.until ?? ""}></label>
      <p class="said-line" aria-live="polite">${capital(policyTold(draft, this.named))}</p>
      <div class="buttons"><button type="button" @click=${() => this.dispatchEvent(new Event("cancel"))}>${t("Cancel")}</button><button type="submit" class="first" ?disabled=${this.busy || (options !== null && !draft.what)}>${t("Save")}</button></div>
      ${this.outcome()}</form>`;
  }

  /** What a line of this scope may name; null where it names nothing. */
  private options(scope: string): [string, string][] | null {
    const { areas, labels, domains, calls } = this.choices;
    const places = (rows: Choices["areas"]): [string, string][] => rows.map(({ id, name }) => [id, name]);
    if (scope === "area") return places(areas);
    if (scope === "label") return places(labels);
    if (scope === "domain") return domains.map((id): [string, string] => [id, domainWord(id)]).sort(([, one], [, two]) => one.localeCompare(two));
    if (scope === "entity") return [...entities.values()].map((one): [string, string] => [one.entity_id, named(one.attributes.friendly_name, one.area)]).sort(([, one], [, two]) => one.localeCompare(two));
    return scope === "call" ? [...new Set(calls.map((one) => `${one.split(".")[0]}.*`)), ...calls].sort().map((one) => [one, one]) : null;
  }

  private which(options: [string, string][]): TemplateResult {
    if (options.length === 0) return html`<p class="trouble">${t("There is none yet: make one first, then it can be chosen here.")}</p>`;
    return html`<label><span>${t("Which")}</span><select class="field" name="what" required>
      ${options.some(([id]) => id === this.draft.what) ? nothing : html`<option value="" selected>${t("Choose …")}</option>`}
      ${options.map(([id, word]) => html`<option value=${id} ?selected=${id === this.draft.what}>${word}</option>`)}</select></label>`;
  }

  private read(event: Event): void {
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string | null => (form.get(name) as string | null) || null;
    const scope = text("scope") ?? "area";
    const moved = scope !== this.draft.scope;
    this.draft = {
      ...this.draft, scope, allow: text("allow") !== "no", what: moved ? "" : (text("what") ?? ""), verb: text("verb") ?? this.draft.verb,
      weekdays: form.getAll("weekdays").map(String), begins: text("begins"), ends: text("ends"), until: text("until"),
    };
  }

  private async write(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { scope, what, verb, allow, weekdays, begins, ends, until } = this.draft;
    const asked = { ...(this.line ? { policy: this.line.id } : {}), who: this.who, scope, what: scope === "all" ? "" : what, verb, allow, weekdays, begins, ends, until };
    const own = { "invalid/until": t("That moment is over: the line would never count."), "invalid/ends": t("From and To are the same time: leave both empty for the whole day.") };
    if ((await this.answered(call("people", "set_policy", asked), own)) !== null) this.dispatchEvent(new Event("written"));
  }
}

const named = (name: string, area: string | null): string => (area ? `${name} (${area})` : name);

define("hs-line", Line);
