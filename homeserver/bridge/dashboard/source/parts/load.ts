// A page that asks the home once when it opens and after each deed, and says what came of it.

import { html, nothing, type TemplateResult } from "lit";

import { call, type Answer } from "../model/http.js";
import { t } from "../words/text.js";
import { Plain, say } from "./plain.js";

export abstract class Asking extends Plain {
  static override properties = { rest: {}, said: { state: true }, wrong: { state: true }, busy: { state: true } };
  declare rest: string;
  declare said: string;
  declare wrong: boolean;
  declare busy: boolean;

  constructor() {
    super();
    Object.assign(this, { rest: "", said: "", wrong: false, busy: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.again();
  }

  /** Ask the home for what the page shows. */
  protected abstract load(): Promise<void>;

  protected async again(): Promise<void> {
    await this.load();
    this.busy = false;
    this.requestUpdate();
  }

  /** What a call answers, or null; a refusal is told. */
  protected async ask<T>(worker: string, verb: string, args: object = {}): Promise<T | null> {
    const answer: Answer<T> = await call<T>(worker, verb, args);
    if (answer.ok) return answer.value;
    this.tell(answer.message, true);
    return null;
  }

  /** Do something, tell that it is done, and show how it is now. */
  protected async deed(worker: string, verb: string, args: object, done: string): Promise<void> {
    const answer = await this.ask(worker, verb, args);
    if (answer === null) return;
    this.tell(done);
    await this.again();
  }

  protected tell(said: string, wrong = false): void {
    Object.assign(this, { said, wrong });
    say(said);
  }

  protected head(title: string, more: unknown = nothing): TemplateResult {
    return html`<header class="top row flat"><h1 tabindex="-1">${title}</h1>${more}</header>
      ${this.said ? html`<p class=${this.wrong ? "fault wrong" : "fault"}>${this.said}</p>` : nothing}
      ${this.busy ? html`<p class="quiet">${t("One moment …")}</p>` : nothing}`;
  }
}
