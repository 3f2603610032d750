// A part of a page that does one thing, and says beside it what came of that.

import { html, nothing, type TemplateResult } from "lit";

import type { Answer } from "../model/http.js";
import { Plain, say } from "../parts/plain.js";
import { faultIn, type Faults } from "../words/faults.js";

export abstract class Panel extends Plain {
  static override properties = { said: { state: true }, wrong: { state: true }, busy: { state: true } };
  declare said: string;
  declare wrong: boolean;
  declare busy: boolean;

  constructor() {
    super();
    Object.assign(this, { said: "", wrong: false, busy: false });
  }

  /** What the home answers, or null; a refusal is told, in the words of `own` where they say it better. */
  protected async answered<T>(asked: Promise<Answer<T>>, own: Faults = {}): Promise<T | null> {
    this.busy = true;
    const answer = await asked;
    this.busy = false;
    if (answer.ok) return answer.value;
    this.tell(faultIn(answer, own), true);
    return null;
  }

  protected tell(said: string, wrong = false): void {
    Object.assign(this, { said, wrong });
    say(said);
  }

  protected outcome(): TemplateResult | typeof nothing {
    return this.said ? html`<p class=${this.wrong ? "fault wrong" : "fault"}>${this.said}</p>` : nothing;
  }
}

/** The values of a form, without what was left empty. */
export function valuesOf(event: SubmitEvent): Record<string, string> {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  return Object.fromEntries([...form].filter(([, value]) => value !== "").map(([name, value]) => [name, String(value)]));
}
