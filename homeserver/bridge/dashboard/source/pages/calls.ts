// A form for every call that the home answers now, made of its own schema: what is new appears here without any code.

import { html, nothing, type TemplateResult } from "lit";

import { argumentsOf, fieldsOf, type Field, type Schema } from "../kinds/schema.js";
import { call, get } from "../model/http.js";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { icon } from "../words/icons.js";
import { spaced, t } from "../words/text.js";

interface Announced {
  worker: string;
  verb: string;
  doc: string;
  role: string;
  request: Schema;
}

class Calls extends Asking {
  static override properties = { ...Asking.properties, words: { state: true }, result: { state: true } };
  declare words: string;
  declare result: string;
  private calls: Announced[] = [];

  constructor() {
    super();
    Object.assign(this, { words: "", result: "" });
  }

  protected async load(): Promise<void> {
    const answer = await get<Announced[]>("/api/calls");
    if (answer.ok) this.calls = answer.value;
    else this.tell(answer.message, true);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("rest")) Object.assign(this, { result: "", said: "" });
  }

  override render(): TemplateResult {
    const [worker, verb] = this.rest.split("/");
    const one = this.calls.find((some) => some.worker === worker && some.verb === verb);
    return one ? this.form(one) : this.list();
  }

  private list(): TemplateResult {
    const words = this.words.toLowerCase();
    const found = this.calls.filter((one) => `${one.worker} ${one.verb} ${one.doc}`.toLowerCase().includes(words));
    const workers = [...new Set(found.map((one) => one.worker))];
    return html`${this.head(t("Calls"))}
      <input class="field" type="search" placeholder=${t("Search")} aria-label=${t("Search calls")} .value=${this.words} @input=${(event: InputEvent) => (this.words = (event.target as HTMLInputElement).value)}>
      ${workers.map((worker) => html`<section aria-labelledby=${`of-${worker}`}><h2 id=${`of-${worker}`}>${worker}</h2><ul class="list card">
        ${found.filter((one) => one.worker === worker).map((one) => html`<li><a class="words" href=${`/calls/${worker}/${one.verb}`}><strong>${spaced(one.verb)}</strong><span class="quiet small">${one.doc}</span></a><span class="tag small">${t(one.role)}</span></li>`)}</ul></section>`)}`;
  }

  private form(one: Announced): TemplateResult {
    const fields = fieldsOf(one.request);
    return html`<header class="top row"><a class="round" href="/calls" aria-label=${t("Back to the calls")}>${icon("back")}</a><h1 tabindex="-1">${one.worker} ${spaced(one.verb)}</h1></header>
      <p class="quiet">${one.doc}</p>
      <form class="card padded form stacked" @submit=${(event: SubmitEvent) => this.submit(event, one, fields)}>
        ${fields.map(field)}${fields.length === 0 ? html`<p class="quiet">${t("It needs nothing.")}</p>` : nothing}
        <button class="first" type="submit">${t("Call")}</button>
        <p class=${this.wrong ? "fault wrong" : "fault"} role="status">${this.said}</p>
      </form>
      ${this.result ? html`<section aria-labelledby="answer"><h2 id="answer">${t("Answer")}</h2><pre class="card padded" tabindex="0">${this.result}</pre></section>` : nothing}`;
  }

  private async submit(event: SubmitEvent, one: Announced, fields: Field[]): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    let args: Record<string, unknown>;
    try {
      args = argumentsOf(fields, (name) => form.get(name) as string | null);
    } catch (fault) {
      return this.tell(t("{0} is no JSON.", (fault as Error).message), true);
    }
    this.result = "";
    const answer = await call(one.worker, one.verb, args);
    if (!answer.ok) return this.tell(answer.field ? `${answer.field}: ${answer.message}` : answer.message, true);
    this.tell(t("Done."));
    this.result = JSON.stringify(answer.value, null, 2);
  }
}

function field(one: Field): TemplateResult {
  const id = `field-${one.name}`;
  const about = one.about ? html`<span class="quiet small" id=${`${id}-about`}>${one.about}</span>` : nothing;
  const described = one.about ? `${id}-about` : nothing;
  if (one.kind === "check") return html`<label class="check"><input type="checkbox" id=${id} name=${one.name} aria-describedby=${described} ?checked=${one.initial === "true"}><span>${spaced(one.name)}</span></label>${about}`;
  const star = one.needed ? html`<span aria-hidden="true"> *</span>` : nothing;
  return html`<label for=${id}><span>${spaced(one.name)}${star}</span></label>${about}${input(one, id, described)}`;
}

function input(one: Field, id: string, described: string | typeof nothing): TemplateResult {
  if (one.kind === "choice") {
    return html`<select class="field" id=${id} name=${one.name} aria-describedby=${described} ?required=${one.needed}>
      ${one.needed ? nothing : html`<option value="">–</option>`}${one.options.map((option) => html`<option value=${option} ?selected=${option === one.initial}>${option}</option>`)}</select>`;
  }
  if (one.kind === "json") return html`<textarea class="field code" rows="3" id=${id} name=${one.name} spellcheck="false" placeholder="JSON" aria-describedby=${described} ?required=${one.needed} .value=${one.initial}></textarea>`;
  const figure = one.kind === "figure";
  return html`<input class="field" id=${id} name=${one.name} type=${figure ? "number" : "text"} autocomplete="off" aria-describedby=${described} ?required=${one.needed} value=${one.initial}
    min=${figure ? (one.min ?? nothing) : nothing} max=${figure ? (one.max ?? nothing) : nothing} step=${figure ? (one.whole ? 1 : "any") : nothing} maxlength=${figure ? nothing : (one.max ?? nothing)}>`;
}

define("hs-calls", Calls);
