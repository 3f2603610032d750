// Lets a second person ask beside the first, and tells what each of the two sees of the home.

import { html, nothing, type TemplateResult } from "lit";

import { letIn, letInByKey, letOut, second } from "../model/second.js";
import { session } from "../model/session.js";
import { ours } from "../model/speaker.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { define, Plain, say } from "./plain.js";

class SecondPerson extends Plain {
  static override properties = { said: { state: true }, code: { state: true }, seen: { state: true }, busy: { state: true } };
  declare said: string;
  declare busy: boolean;
  /** Whether a code is asked for. */
  declare code: boolean;
  declare seen: { first: string[]; both: string[]; other: string[] } | null;

  constructor() {
    super();
    Object.assign(this, { said: "", code: false, seen: null, busy: false });
  }

  private async enter(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const [name, password, key, code] = ["name", "password", "key", "code"].map((one) => (form.elements.namedItem(one) as HTMLInputElement | null)?.value ?? "");
    this.busy = true;
    const fault = key ? await letInByKey(key) : await letIn(name!, password!, code!);
    this.busy = false;
    this.code = fault === "code";
    this.said = fault === "" ? "" : fault === "code" ? t("A code is needed too.") : t("That does not fit.");
    say(this.said || t("{0} asks beside you now.", second.voice?.name ?? ""));
    if (fault) return;
    this.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
    await this.compare();
  }

  private leave(): void {
    letOut();
    this.seen = null;
    this.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
    this.requestUpdate();
  }

  /** Who sees which entities. */
  private async compare(): Promise<void> {
    const ids = async (voice: typeof ours): Promise<Set<string>> => {
      const answer = await voice.get<{ entity_id: string }[]>("/api/states");
      return new Set(answer.ok ? answer.value.map((one) => one.entity_id) : []);
    };
    if (!second.voice) return;
    const [mine, theirs] = await Promise.all([ids(ours), ids(second.voice)]);
    this.seen = { first: [...mine].filter((id) => !theirs.has(id)), both: [...mine].filter((id) => theirs.has(id)), other: [...theirs].filter((id) => !mine.has(id)) };
  }

  override render(): TemplateResult {
    const { voice } = second;
    if (!voice) return this.door();
    const line = (word: string, ids: string[]): TemplateResult => html`<details class="fold"><summary>${word} <span>${ids.length}</span></summary><p class="small">${ids.join(", ") || "–"}</p></details>`;
    return html`<section class="card padded second" aria-labelledby="second"><div class="row-of"><h2 id="second">${t("{0} asks beside you", voice.name)}</h2><span class="tag small">${t(voice.role)}</span><button class="plain" type="button" @click=${this.leave}>${icon("door")}${t("Let go")}</button></div>
      ${this.seen ? html`${line(t("What both see"), this.seen.both)}${line(t("What only you see"), this.seen.first)}${this.seen.other.length ? line(t("What only {0} sees", voice.name), this.seen.other) : nothing}`
        : html`<button class="plain" type="button" @click=${this.compare}>${icon("eye")}${t("What each sees")}</button>`}</section>`;
  }

  private door(): TemplateResult {
    if (!session.role) return html``;
    return html`<details class="fold card second"><summary>${icon("people")}${t("Ask side by side with a second person")}</summary>
      <form class="form stacked padded" @submit=${this.enter}><p class="quiet">${t("Who signs in here does so for this page only, and is gone when it is closed. You stay who you are.")}</p>
        <label><span>${t("Name")}</span><input class="field" name="name" autocomplete="off" autocapitalize="none" maxlength="100"></label>
        <label><span>${t("Password")}</span><input class="field" name="password" type="password" autocomplete="off" maxlength="1000"></label>
        ${this.code ? html`<label><span>${t("Code")}</span><input class="field" name="code" inputmode="numeric" autocomplete="off" maxlength="20"></label>` : nothing}
        <label><span>${t("Or a key of his or hers")}</span><input class="field" name="key" type="password" autocomplete="off" maxlength="2000"></label>
        <button class="first" type="submit" ?disabled=${this.busy}>${t("Let in")}</button><p class="fault wrong" role="status">${this.said}</p></form></details>`;
  }
}

define("hs-second", SecondPerson);
