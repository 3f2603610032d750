// A form for every call that the home answers now, made of its own schema: what is new appears here without any code. A second person may ask
// beside the first; what each is answered stands side by side.

import { html, nothing, type TemplateResult } from "lit";

import { argumentsOf, fieldsOf, missing, type Schema } from "../kinds/schema.js";
import "../look/calls.css";
import "../look/rules.css";
import { get, type Answer } from "../model/http.js";
import { second } from "../model/second.js";
import { session } from "../model/session.js";
import { ours, type Speaker } from "../model/speaker.js";
import type { Form } from "../parts/form.js";
import "../parts/form.js";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { shownReply } from "../parts/reply.js";
import "../parts/second-person.js";
import { icon } from "../words/icons.js";
import { spaced, t } from "../words/text.js";

interface Announced {
  worker: string;
  verb: string;
  doc: string;
  role: string;
  stream: boolean;
  request: Schema;
}
interface Asked {
  who: string;
  answer: Answer<unknown> | null;
  /** Of a streamed call. */
  parts: unknown[];
  ending: AbortController | null;
  seconds: number;
}

const RANK = ["guest", "child", "adult", "owner"];
const MOST = 200; // parts that are shown

class Calls extends Asking {
  static override properties = { ...Asking.properties, words: { state: true }, asked: { state: true }, values: { state: true } };
  declare words: string;
  declare asked: Asked[];
  declare values: Record<string, unknown>;
  private calls: Announced[] = [];

  constructor() {
    super();
    Object.assign(this, { words: "", asked: [], values: {} });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(15_000, () => void this.again());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.endAll();
  }

  protected async load(): Promise<void> {
    const answer = await get<Announced[]>("/api/calls");
    if (answer.ok) this.calls = answer.value;
    else this.tell(answer.message, true);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("rest")) return;
    this.endAll();
    Object.assign(this, { asked: [], values: {}, said: "" });
  }

  private endAll(): void {
    this.asked.forEach((one) => one.ending?.abort());
  }

  override render(): TemplateResult {
    const [worker, verb] = this.rest.split("/");
    const one = this.calls.find((some) => some.worker === worker && some.verb === verb);
    return one ? this.one(one) : this.list();
  }

  private list(): TemplateResult {
    const words = this.words.toLowerCase();
    const found = this.calls.filter((one) => `${one.worker} ${one.verb} ${one.doc}`.toLowerCase().includes(words));
    const workers = [...new Set(found.map((one) => one.worker))];
    return html`${this.head(t("Calls"))}
      <input class="field" type="search" placeholder=${t("Search")} aria-label=${t("Search calls")} .value=${this.words} @input=${(event: InputEvent) => (this.words = (event.target as HTMLInputElement).value)}>
      <hs-second @changed=${() => this.requestUpdate()}></hs-second>
      ${workers.map((worker) => html`<section aria-labelledby=${`of-${worker}`}><h2 id=${`of-${worker}`}>${worker}</h2><ul class="list card">
        ${found.filter((one) => one.worker === worker).map((one) => html`<li><a class="words" href=${`/calls/${worker}/${one.verb}`}><strong>${spaced(one.verb)}</strong><span class="quiet small">${one.doc}</span></a>
          ${one.stream ? html`<span class="tag small">${t("in parts")}</span>` : nothing}${this.mayCall(one)}</li>`)}</ul></section>`)}`;
  }

  /** The role that a call takes, and whose is not enough. */
  private mayCall(one: Announced): TemplateResult {
    const lacks = (role: string): boolean => RANK.indexOf(role) < RANK.indexOf(one.role);
    const who = [[t("you"), session.role], ...(second.voice ? [[second.voice.name, second.voice.role]] : [])].filter(([, role]) => lacks(role!)).map(([name]) => name);
    return html`<span class="tag small">${t(one.role)}</span>${who.length ? html`<span class="tag small not">${t("not {0}", who.join(", "))}</span>` : nothing}`;
  }

  // -- one

  private one(one: Announced): TemplateResult {
    const args = argumentsOf(fieldsOf(one.request), this.values);
    const { voice } = second;
    const busy = this.asked.some((some) => !some.answer);
    return html`<header class="top row"><a class="round" href="/calls" aria-label=${t("Back to the calls")}>${icon("back")}</a><h1 tabindex="-1">${one.worker} ${spaced(one.verb)}</h1></header>
      <p class="quiet">${one.doc}</p><hs-second @changed=${() => this.requestUpdate()}></hs-second>
      <form class="card padded form stacked" novalidate @submit=${(event: SubmitEvent) => this.submit(event, one)}>
        <hs-form .schema=${one.request} .values=${this.values} @filled=${this.filled}></hs-form>
        <details class="fold"><summary>${t("What is sent")}</summary><pre class="card padded" tabindex="0">${JSON.stringify(args, null, 2)}</pre></details>
        <div class="buttons"><button class="first" type="submit" value="me" ?disabled=${busy}>${t("Call")}</button>
          ${voice ? html`<button type="submit" value="other" ?disabled=${busy}>${t("Call as {0}", voice.name)}</button><button type="submit" value="both" ?disabled=${busy}>${t("Call as both")}</button>` : nothing}</div>
        <p class=${this.wrong ? "fault wrong" : "fault"} role="status">${this.said}</p>
      </form>
      ${this.asked.length ? html`<section aria-labelledby="answer"><h2 id="answer">${t("Answer")}</h2><div class="sides">${this.asked.map((some) => this.answer(some))}</div></section>` : nothing}`;
  }

  private filled(event: Event): void {
    this.values = (event.target as Form).values;
  }

  private submit(event: SubmitEvent, one: Announced): void {
    event.preventDefault();
    const form = this.querySelector<Form>("hs-form")!;
    const fields = fieldsOf(one.request);
    const lacks = missing(fields, this.values, one.request.$defs ?? {});
    if (form.broken.size) return this.tell(t("{0} is no JSON.", [...form.broken.keys()][0]!), true);
    if (lacks) {
      this.querySelector<HTMLElement>(`[id="field-${lacks}"]`)?.focus();
      return this.tell(t("{0} is needed.", spaced(lacks)), true);
    }
    this.tell("");
    const whom = (event.submitter as HTMLButtonElement | null)?.value ?? "me";
    const speakers: Speaker[] = [...(whom === "other" ? [] : [ours]), ...(whom !== "me" && second.voice ? [second.voice] : [])];
    this.endAll();
    this.asked = speakers.map((speaker) => ({ who: speaker === ours ? (second.voice ? t("You") : "") : speaker.name, answer: null, parts: [], ending: null, seconds: 0 }));
    this.asked.forEach((some, place) => void this.ask_(speakers[place]!, one, argumentsOf(fields, this.values), some));
  }

  private async ask_(speaker: Speaker, one: Announced, args: object, some: Asked): Promise<void> {
    const began = performance.now();
    if (one.stream) {
      some.ending = new AbortController();
      const part = (value: unknown): void => {
        some.parts.push(value);
        if (some.parts.length > MOST) some.parts.shift();
        this.requestUpdate();
      };
      some.answer = await speaker.stream(one.worker, one.verb, args, part, some.ending.signal);
      some.ending = null;
    } else some.answer = await speaker.call(one.worker, one.verb, args);
    some.seconds = (performance.now() - began) / 1000;
    if (this.asked.includes(some) && some.answer.ok) this.tell(t("Done."));
    this.requestUpdate();
  }

  private answer(some: Asked): TemplateResult {
    const { answer } = some;
    const told = !answer ? t("Under way …") : answer.ok ? t("answered within {0} s", some.seconds.toFixed(2)) : "";
    const stop = (): void => some.ending?.abort();
    return html`<div class="side">${some.who ? html`<h3>${some.who}</h3>` : nothing}<p class="quiet small">${told}</p>
      ${some.ending ? html`<button class="plain" type="button" @click=${stop}>${icon("stop")}${t("Stop")}</button>` : nothing}
      ${answer && !answer.ok ? html`<p class="fault wrong">${answer.field ? `${spaced(answer.field)}: ` : ""}${answer.message}${answer.status ? html` <span class="quiet small">${answer.status} ${answer.code}</span>` : nothing}</p>` : nothing}
      ${some.parts.length ? html`<ol class="parts" role="log" aria-live="off" tabindex="0" aria-label=${t("Parts")}>${some.parts.map((part) => html`<li>${shownReply(part)}</li>`)}</ol>` : nothing}
      ${answer?.ok && !some.parts.length ? shownReply(answer.value) : nothing}</div>`;
  }
}

define("hs-calls", Calls);
