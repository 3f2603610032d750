// One file of rules: written with colours and line numbers, looked at by the engine while one types, saved at once and whole. What was typed
// stays in this browser until it is saved or given up; a file that changed meanwhile is never written over unasked.

import { html, nothing, type TemplateResult } from "lit";

import { dropDraft, draftOf, keepDraft } from "../model/drafts.js";
import { call, type Answer } from "../model/http.js";
import { session } from "../model/session.js";
import type { Code, Fault } from "../parts/code.js";
import "../parts/code.js";
import { differences, shownDiff } from "../parts/differences.js";
import "../parts/file-versions.js";
import { knownWords } from "../parts/known.js";
import { define, Plain, say } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { go } from "../router.js";
import { icon } from "../words/icons.js";
import { moment, t } from "../words/text.js";
import { fileAddress } from "./rules.js";

interface Read {
  text: string;
  hash: string;
}
interface Written {
  hash: string;
  version: number;
  before: number | null;
  rules: string[];
  problems: string[];
}

const LOOK = 500; // milliseconds without a key after which the engine looks at the text
const KEEP = 300;
const START = "- alias: Hall light\n  triggers:\n    - trigger: state\n      entity_id: binary_sensor.hall_motion\n      to: \"on\"\n  actions:\n    - action: light.turn_on\n      target:\n        entity_id: light.hall\n";

class File extends Plain {
  static override properties = {
    path: {}, name: { state: true }, found: { state: true }, said: { state: true }, wrong: { state: true }, saved: { state: true }, theirs: { state: true },
    changed: { state: true }, draft: { state: true }, busy: { state: true }, checked: { state: true },
  };
  /** Empty for a new file. */
  declare path: string;
  declare name: string;
  declare found: Fault[];
  declare said: string;
  declare wrong: boolean;
  declare busy: boolean;
  declare checked: string;
  /** What the last saving made: it can be taken back. */
  declare saved: Written | null;
  /** What the file says now, where that is not what this text was made of. */
  declare theirs: Read | null;
  declare changed: boolean;
  /** From when the text is that was typed and not saved. */
  declare draft: number;
  private file: Read = { text: "", hash: "" };
  private readonly sure = new Sure(() => this.requestUpdate());
  private lookDue = 0;
  private keepDue = 0;
  private shown: string | null = null;

  constructor() {
    super();
    Object.assign(this, { path: "", name: "", found: [], said: "", wrong: false, saved: null, theirs: null, changed: false, draft: 0, busy: true, checked: "" });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void knownWords();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.lookDue);
    if (this.changed) this.keepNow();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("path") || this.shown === this.path) return;
    if (this.changed && this.shown !== null) this.keepNow();
    this.shown = this.path;
    Object.assign(this, { found: [], said: "", saved: null, theirs: null, changed: false, draft: 0, busy: true, name: this.path || "new.yaml" });
    void this.open();
  }

  private get code(): Code {
    return this.querySelector<Code>("hs-code")!;
  }

  private get mayWrite(): boolean {
    return session.role === "owner";
  }

  private async open(): Promise<void> {
    const { path } = this;
    const answer = path ? await call<Read>("rules", "read", { path }) : null;
    if (this.path !== path) return;
    this.busy = false;
    if (answer && !answer.ok) return this.tell(answer.message, true);
    this.file = answer?.value ?? { text: START, hash: "" };
    const draft = draftOf(session.login, path);
    const kept = draft && draft.text !== this.file.text ? draft : null;
    if (kept) Object.assign(this, { draft: kept.at, changed: true });
    if (kept && kept.base !== this.file.hash) Object.assign(this, { theirs: { ...this.file }, file: { text: "", hash: kept.base } });
    await this.updateComplete;
    Object.assign(this.code, { value: kept?.text ?? this.file.text, readonly: !this.mayWrite });
    const line = Number(/^#L(\d+)$/.exec(location.hash)?.[1] ?? 0);
    if (line) this.code.goTo(line);
    void this.look();
  }

  // -- typing

  private edited(): void {
    if (this.busy) return;
    this.changed = this.code.value !== this.file.text;
    clearTimeout(this.lookDue);
    clearTimeout(this.keepDue);
    this.lookDue = window.setTimeout(() => void this.look(), LOOK);
    this.keepDue = window.setTimeout(() => this.keepNow(), KEEP);
  }

  private keepNow(): void {
    clearTimeout(this.keepDue);
    const path = this.shown ?? this.path;
    const text = this.code?.value;
    if (text === undefined) return;
    if (text === this.file.text) return dropDraft(session.login, path);
    if (!keepDraft(session.login, path, { text, base: this.file.hash, at: Date.now() })) this.tell(t("This browser does not keep the text: save it, or copy it elsewhere."), true);
  }

  private async look(): Promise<void> {
    const text = this.code?.value ?? "";
    const answer = await call<{ rules: number; problems: Fault[] }>("rules", "check", { text, file: this.name || "new.yaml" });
    if (!this.isConnected || text !== this.code?.value) return;
    this.found = answer.ok ? answer.value.problems : [];
    const faults = this.found.filter((one) => one.severity === "error").length;
    this.checked = !answer.ok ? answer.message : faults ? t("{0} to mend", faults) : this.found.length ? t("It can be saved; {0} to look at", this.found.length) : t("Nothing is wrong with it.");
    this.code.problems = this.found;
  }

  // -- saving

  private async save(): Promise<void> {
    if (!this.mayWrite || this.busy) return;
    const [path, text] = [this.name.trim(), this.code.value];
    this.busy = true;
    const answer = await call<Written>("rules", "write", { path, text, expected: this.file.hash });
    this.busy = false;
    if (!answer.ok) return this.refused(answer);
    dropDraft(session.login, this.path);
    this.file = { text, hash: answer.value.hash };
    Object.assign(this, { saved: answer.value, theirs: null, changed: this.code.value !== text, draft: 0 });
    this.tell(t("Saved, and in force."));
    if (!this.path) {
      this.shown = path;
      this.path = path;
      go(fileAddress(path));
    }
  }

  private async refused(answer: Answer<unknown> & { ok: false }): Promise<void> {
    this.keepNow();
    this.tell(answer.message, true);
    if (answer.code === "invalid") void this.look();
    if (answer.code !== "conflict" || answer.field !== "expected") return;
    const now = await call<Read>("rules", "read", { path: this.name });
    this.theirs = now.ok ? now.value : { text: "", hash: "" };
  }

  private async undo(): Promise<void> {
    const { saved, name: path } = this;
    if (!saved) return;
    const verb = saved.before === null ? "remove" : "restore";
    const answer = await call<Written>("rules", verb, { path, expected: saved.hash, ...(saved.before === null ? {} : { version: saved.before }) });
    if (!answer.ok) return this.refused(answer);
    this.saved = null;
    if (verb === "remove") return go("/rules/all-files");
    await this.reread(t("Taken back."));
  }

  private async reread(told: string): Promise<void> {
    const now = await call<Read>("rules", "read", { path: this.name });
    if (!now.ok) return this.tell(now.message, true);
    this.take(now.value);
    this.tell(told);
  }

  /** Show what the file says, and give up what was typed. */
  private take(now: Read): void {
    this.file = now;
    dropDraft(session.login, this.path);
    Object.assign(this, { theirs: null, draft: 0, changed: false });
    this.code.value = now.text;
    void this.look();
  }

  private insist(): void {
    if (!this.theirs) return;
    this.file = { ...this.theirs };
    this.theirs = null;
    void this.save();
  }

  private async takeAway(): Promise<void> {
    if (!this.sure.press("remove")) return;
    const answer = await call<Written>("rules", "remove", { path: this.path, expected: this.file.hash });
    if (!answer.ok) return this.refused(answer);
    dropDraft(session.login, this.path);
    this.changed = false;
    go("/rules/all-files");
  }

  private tell(said: string, wrong = false): void {
    Object.assign(this, { said, wrong });
    say(said);
  }

  // -- showing

  override render(): TemplateResult {
    return html`<header class="top row"><a class="round" href="/rules/all-files" aria-label=${t("Back to the files")}>${icon("back")}</a><h1 tabindex="-1">${this.path || t("New file")}</h1></header>
      ${this.mayWrite ? nothing : html`<p class="quiet">${t("Rules act with all rights of the home, so only its owners write them.")}</p>`}
      ${this.path ? nothing : html`<label class="row-of"><span>${t("Name of the file")}</span><input class="field short" maxlength="200" autocomplete="off" .value=${this.name} @input=${(event: InputEvent) => (this.name = (event.target as HTMLInputElement).value)}></label>`}
      ${this.draft ? html`<p class="note card padded" role="status">${t("This is what you typed at {0} and did not save.", moment(this.draft))} <button class="plain" type="button" @click=${this.discard}>${t("Give it up")}</button></p>` : nothing}
      <hs-code class="card" label=${t("Text of the rule")} .words=${() => knownWords.now} @edited=${this.edited} @save=${this.save}></hs-code>
      <div class="buttons under">${this.mayWrite ? html`<button class="first" type="button" ?disabled=${this.busy} @click=${this.save}>${t("Save")}</button>
        ${this.saved ? html`<button type="button" @click=${this.undo}>${icon("undo")}${t("Undo")}</button>` : nothing}
        ${this.path ? html`<button type="button" @click=${this.takeAway}>${t(this.sure.asked === "remove" ? "Sure?" : "Remove the file")}</button>` : nothing}` : nothing}</div>
      <p class=${this.wrong ? "fault wrong" : "fault"} role="status">${this.said}</p>
      ${this.theirs ? this.conflict(this.theirs) : nothing}
      ${this.faults()}
      ${this.saved ? this.inIt(this.saved) : nothing}
      ${this.path ? html`<hs-file-versions .path=${this.path} .now=${this.file.hash} @restored=${() => this.reread(t("It is in force again."))}></hs-file-versions>` : nothing}`;
  }

  private discard(): void {
    this.take(this.theirs ?? { ...this.file });
    this.tell("");
  }

  private conflict(theirs: Read): TemplateResult {
    return html`<section class="note card padded" aria-labelledby="conflict"><h2 id="conflict">${t("The file was changed meanwhile")}</h2>
      <p>${t("From what it says now to your text:")}</p>${shownDiff(differences(theirs.text, this.code?.value ?? ""))}
      <div class="buttons"><button type="button" @click=${this.insist}>${t("Save mine all the same")}</button><button type="button" @click=${() => this.take(theirs)}>${t("Take the file as it is")}</button></div></section>`;
  }

  private faults(): TemplateResult {
    return html`<div id="found" role="status"><p class=${this.found.some((one) => one.severity === "error") ? "fault wrong" : "fault"}>${this.checked}</p>
      ${this.found.length ? html`<ul class="list card">${this.found.map((one) => html`<li data-mood=${one.severity === "error" ? "alarm" : ""}><button class="plain tag" type="button" @click=${() => this.code.goTo(one.line, one.column)}>${t("line {0}, column {1}", one.line, one.column)}</button>
        <div class="words"><span>${one.text}</span>${one.suggestion ? html`<span class="quiet small">${one.suggestion}</span>` : nothing}</div></li>`)}</ul>` : nothing}</div>`;
  }

  private inIt(saved: Written): TemplateResult {
    return html`<p class="quiet">${saved.rules.length ? html`${t("In it:")} ${saved.rules.map((rule) => html`<a href=${`/rules/${rule.replace(/^script\./, "")}`}>${rule}</a> `)}` : t("There is no rule in it.")}</p>`;
  }
}

define("hs-rule-file", File);
