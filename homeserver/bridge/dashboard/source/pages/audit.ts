// What was done, by whom, from where, and how it ended: owners see all of it, everybody else what he did himself.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import "../look/people.css";
import { call } from "../model/http.js";
import { nameOf } from "../model/home.js";
import { session } from "../model/session.js";
import { Asking } from "../parts/load.js";
import { define, say } from "../parts/plain.js";
import { idOf, KEY_LOGIN, loginOf } from "../people/household.js";
import { valuesOf } from "../people/panel.js";
import { AUDIT_WORDS, auditTold, OUTCOMES, type AuditRow } from "../words/audits.js";
import { faultIn } from "../words/faults.js";
import { icon } from "../words/icons.js";
import { dated } from "../words/dates.js";
import { number, spaced, t } from "../words/text.js";

interface Verdict {
  ok: boolean;
  rows: number;
  first: number;
  last: number;
  bad: number | null;
  reason: string;
  notes: string[];
}
const PAGE = 60;
const KINDS = ["sign_in", "sign_in_failed", "proof_refused", "locked_out", "command", "call", "token_made", "token_ended", "password_changed", "invitation_made", "invitation_used", "second_factor_on", "second_factor_off"];
const ICONS: Record<string, string> = { command: "bolt", call: "code", sign_in: "door", sign_in_failed: "alert", proof_refused: "alert", locked_out: "alert", broken: "alert", missing: "alert", token_made: "key", token_ended: "key", invitation_made: "message", invitation_used: "message" };

class Audit extends Asking {
  static override properties = { ...Asking.properties, rows: { state: true }, more: { state: true }, verdict: { state: true } };
  declare rows: AuditRow[];
  declare more: number | null;
  declare verdict: Verdict | null;
  private asked: Record<string, string> = {};
  private names = new Map<string, string>();
  private eye: IntersectionObserver | null = null;

  constructor() {
    super();
    Object.assign(this, { rows: [], more: null, verdict: null });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.eye?.disconnect();
  }

  protected async load(): Promise<void> {
    const told = await call<{ users: { id: string; name: string }[]; household: { id: string; name: string }[] }>("people", "list_users");
    if (told.ok) for (const one of [...told.value.household, ...told.value.users]) this.names.set(one.id, one.name);
    await this.page(null);
  }

  /** The rows that were asked for, from the latest on, or those that follow. */
  private async page(before: number | null): Promise<void> {
    const args = { ...this.asked, limit: PAGE, ...(before ? { before } : {}) };
    const answer = await call<{ rows: AuditRow[]; more: number | null }>("people", "audit", args);
    if (!answer.ok) return this.tell(faultIn(answer), true);
    this.rows = before ? [...this.rows, ...answer.value.rows] : answer.value.rows;
    this.more = answer.value.more;
  }

  protected override updated(): void {
    this.eye ??= new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && void this.further(), { rootMargin: "600px" });
    this.eye.disconnect();
    const end = this.querySelector("#earlier");
    if (end) this.eye.observe(end);
  }

  private async further(): Promise<void> {
    const before = this.more;
    if (before === null || this.busy) return;
    this.busy = true;
    await this.page(before);
    this.busy = false;
  }

  private readonly called = (id: string): string => {
    if (id === KEY_LOGIN) return t("The key of the data folder");
    if (id === "process.cli") return t("The command line");
    if (!id.startsWith("person.")) return id.startsWith("person:") ? t("somebody who was erased") : nameOf(id);
    return this.names.get(idOf(id)) ?? idOf(id);
  };

  override render(): TemplateResult {
    const owner = session.role === "owner";
    return html`${this.head(owner ? t("What was done") : t("What I did"), owner ? html`<button type="button" class="plain" @click=${this.verify}>${icon("shield")}${t("Verify")}</button>` : nothing)}
      ${this.verdict ? told(this.verdict) : nothing}${this.search(owner)}
      ${this.rows.length === 0 && !this.busy ? html`<p class="quiet empty">${t("Nothing was done that fits.")}</p>` : nothing}
      <ul class="list card rows-of-audit">${repeat(this.rows, (row) => row.id, (row) => this.row(row))}</ul>
      ${this.more === null ? nothing : html`<p class="after"><button type="button" class="plain" id="earlier" ?disabled=${this.busy} @click=${this.further}>${t("Show what was before")}</button></p>`}`;
  }

  private search(owner: boolean): TemplateResult {
    const people = [...this.names].sort(([, one], [, two]) => one.localeCompare(two));
    return html`<form class="card padded filters" role="search" @submit=${this.look} @change=${this.look}>
      <label><span>${t("Words")}</span><input class="field" type="search" name="text" maxlength="200" placeholder="light.hall, invit*" autocomplete="off"></label>
      <details class="fold"><summary>${t("More to search by")}</summary><div>
      ${owner ? html`<label><span>${t("Who")}</span><select class="field" name="who"><option value="">${t("Everybody")}</option>${people.map(([id, name]) => html`<option value=${loginOf(id)}>${name}</option>`)}<option value=${KEY_LOGIN}>${t("The key of the data folder")}</option><option value="process.cli">${t("The command line")}</option></select></label>` : nothing}
      <label><span>${t("What")}</span><select class="field" name="kind"><option value="">${t("All")}</option>${KINDS.map((kind) => html`<option value=${kind}>${kindWord(kind)}</option>`)}</select></label>
      <label><span>${t("How it ended")}</span><select class="field" name="outcome"><option value="">${t("All")}</option>${Object.entries(OUTCOMES).map(([one, word]) => html`<option value=${one}>${t(word)}</option>`)}</select></label>
      <label><span>${t("From")}</span><input class="field" type="datetime-local" name="since"></label>
      <label><span>${t("To")}</span><input class="field" type="datetime-local" name="until"></label></div></details></form>`;
  }

  private async look(event: Event): Promise<void> {
    const form = event.currentTarget as HTMLFormElement;
    if (event.type === "submit") valuesOf(event as SubmitEvent);
    const asked = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== "").map(([name, value]) => [name, String(value)]));
    if (JSON.stringify(asked) === JSON.stringify(this.asked)) return;
    this.asked = asked;
    this.said = "";
    await this.page(null);
    if (!this.wrong) say(t("{0} rows", this.rows.length));
  }

  private row(row: AuditRow): TemplateResult {
    const bad = row.outcome !== "ok" || ICONS[row.kind] === "alert";
    const facts: [string, string][] = [
      [t("When"), dated(row.at)], [t("Address"), row.where], [t("What"), `${row.kind} ${row.what}`], [t("Things"), row.entities.map(nameOf).join(", ")],
      ...Object.entries(row.details).map(([name, text]): [string, string] => [spaced(name), text]),
      [t("Cause"), row.cause], [t("It followed from"), row.parent], [t("Seen by"), row.by], [t("Row"), String(row.id)],
    ];
    return html`<li data-mood=${bad ? "alarm" : ""}><details><summary><span class="badge">${icon(ICONS[row.kind] ?? "info")}</span>
      <span class="words"><strong>${auditTold(row, this.called)}</strong><span class="quiet small">${[dated(row.at), row.where && t("from {0}", row.where), row.outcome === "ok" ? "" : t(OUTCOMES[row.outcome] ?? row.outcome)].filter(Boolean).join(" · ")}</span></span></summary>
      <dl>${facts.filter(([, text]) => text).map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl></details></li>`;
  }

  private async verify(): Promise<void> {
    const answer = await call<Verdict>("people", "verify_audit");
    if (!answer.ok) return this.tell(faultIn(answer), true);
    this.verdict = answer.value;
    say(verdictTold(answer.value));
  }
}

const kindWord = (kind: string): string => t(AUDIT_WORDS[kind] ?? kind, "…", "…").replace(/^… /, "").replace(/ …/, "");

const verdictTold = ({ ok, rows, bad, reason }: Verdict): string =>
  ok ? t("Whole: all {0} rows are as they were written.", number(rows, 0)) : t("Row {0} is the first that does not hold: {1}. Compare with a backup, and ask who had access to the data folder.", bad ?? 0, reason);

const told = (verdict: Verdict): TemplateResult => html`<div class="card verdict" data-mood=${verdict.ok ? "active" : "alarm"}><span class="badge">${icon(verdict.ok ? "shield" : "alert")}</span>
  <div class="words"><strong>${verdictTold(verdict)}</strong>${verdict.notes.map((note) => html`<span class="quiet small">${note}</span>`)}</div></div>`;

define("hs-audit", Audit);
