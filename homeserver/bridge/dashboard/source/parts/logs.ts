// The logs of all processes as they are written, by level, worker and words. The newest stands below; scrolled up, it stays where one reads.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";

import { ours } from "../model/speaker.js";
import { icon } from "../words/icons.js";
import { inZone, t } from "../words/text.js";
import { define, Plain } from "./plain.js";

interface Line {
  number: number;
  time: string;
  level: string;
  process: string;
  name: string;
  message: string;
  request: string;
  error: string;
}

const MOST = 500; // lines that are shown
const AGAIN = 3_000; // milliseconds before a broken connection is tried anew
const TYPING = 300;
const LEVELS = ["debug", "info", "warning", "error"];

class Logs extends Plain {
  static override properties = {
    workers: { attribute: false }, lines: { state: true }, level: { state: true }, about: { state: true }, words: { state: true }, paused: { state: true }, said: { state: true }, missed: { state: true },
  };
  declare workers: string[];
  declare lines: Line[];
  declare level: string;
  declare about: string;
  declare words: string;
  declare paused: boolean;
  declare said: string;
  declare missed: number;
  private ending: AbortController | null = null;
  private due = 0;
  private atEnd = true;

  constructor() {
    super();
    Object.assign(this, { workers: [], lines: [], level: "info", about: "", words: "", paused: false, said: "", missed: 0 });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leave();
  }

  private leave(): void {
    clearTimeout(this.due);
    this.ending?.abort();
    this.ending = null;
  }

  private follow(): void {
    this.leave();
    if (this.paused) return;
    const ending = (this.ending = new AbortController());
    let first = true;
    const part = (value: unknown): void => {
      if (this.ending !== ending) return;
      const { lines, missed } = value as { lines: Line[]; missed: number };
      this.lines = [...(first ? [] : this.lines), ...lines].slice(-MOST);
      Object.assign(this, { missed: (first ? 0 : this.missed) + missed, said: "" });
      first = false;
    };
    void ours.stream("keeper", "logs", { level: this.level, about: this.about, words: this.words, most: 200 }, part, ending.signal).then((answer) => {
      if (this.ending !== ending) return;
      this.said = answer.ok ? "" : answer.message;
      if (!answer.ok && [0, 200, 503, 504].includes(answer.status)) this.due = window.setTimeout(() => this.follow(), AGAIN);
    });
  }

  protected override willUpdate(): void {
    const box = this.querySelector(".log");
    this.atEnd = !box || box.scrollTop + box.clientHeight >= box.scrollHeight - 40;
  }

  protected override updated(changed: PropertyValues): void {
    const box = this.querySelector(".log");
    if (box && changed.has("lines") && this.atEnd) box.scrollTop = box.scrollHeight;
  }

  private choose(what: "level" | "about" | "words", event: Event): void {
    this[what] = (event.target as HTMLInputElement).value;
    clearTimeout(this.due);
    this.due = window.setTimeout(() => this.follow(), what === "words" ? TYPING : 0);
  }

  private pause(): void {
    this.paused = !this.paused;
    this.follow();
  }

  override render(): TemplateResult {
    const names: Record<string, string> = { debug: t("Everything"), info: t("Info and worse"), warning: t("Warnings and worse"), error: t("Errors only") };
    return html`<div class="filters">
        <label><span class="unseen">${t("Least level")}</span><select class="field" @change=${(event: Event) => this.choose("level", event)}>${LEVELS.map((one) => html`<option value=${one} ?selected=${one === this.level}>${names[one]}</option>`)}</select></label>
        <label><span class="unseen">${t("Worker or process")}</span><select class="field" @change=${(event: Event) => this.choose("about", event)}><option value="">${t("All workers")}</option>${this.workers.map((one) => html`<option ?selected=${one === this.about}>${one}</option>`)}<option ?selected=${this.about === "broker"}>broker</option></select></label>
        <input class="field" type="search" maxlength="200" placeholder=${t("Search")} aria-label=${t("Words in the lines")} @input=${(event: Event) => this.choose("words", event)}>
        <button class="plain" type="button" aria-pressed=${this.paused ? "true" : "false"} @click=${this.pause}>${icon(this.paused ? "play" : "pause")}${t(this.paused ? "Go on" : "Pause")}</button></div>
      ${this.said ? html`<p class="fault wrong" role="status">${this.said}</p>` : nothing}
      ${this.missed ? html`<p class="quiet">${t("{0} lines came too fast to be shown.", this.missed)}</p>` : nothing}
      <div class="log card" role="log" aria-live="off" aria-label=${t("Logs")} tabindex="0"><ol>${this.lines.map(line)}</ol>${this.lines.length ? nothing : html`<p class="quiet padded">${t("Nothing yet.")}</p>`}</div>`;
  }
}

function line(one: Line): TemplateResult {
  const time = one.time ? inZone(one.time, { hour: "2-digit", minute: "2-digit", second: "2-digit" }) : "";
  const name = one.name.replace(/^homeserver\.(worker\.|runtime\.)?/, "");
  return html`<li data-level=${one.level}><time>${time}</time> <span class="who">${one.process}${name && name !== one.process ? ` ${name}` : ""}</span> <strong class="level">${one.level}</strong> <span>${one.message}</span>
    ${one.error ? html`<details class="fold"><summary>${one.error.trim().split("\n").at(-1)}</summary><pre tabindex="0">${one.error}</pre></details>` : nothing}</li>`;
}

define("hs-logs", Logs);
