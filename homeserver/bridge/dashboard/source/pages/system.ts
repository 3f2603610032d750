// How the home itself is: its workers and what they need, its logs as they are written, the doctor, settings, backups; each part at its address.

import { html, nothing, type TemplateResult } from "lit";

import "../look/rules.css";
import "../look/system.css";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import "../parts/logs.js";
import "../parts/backups.js";
import "../parts/doctor.js";
import "../parts/settings.js";
import { Sure } from "../parts/wishes.js";
import { icon } from "../words/icons.js";
import { bytes } from "../words/sizes.js";
import { capital, chooseLanguage, chosenLanguage, number, since, spaced, t } from "../words/text.js";

interface WorkerLine {
  worker: string;
  process: string;
  state: string;
  reason: string;
  since: string;
  version: string;
}
interface ProcessLine {
  process: string;
  state: string;
  pid: number | null;
  restarts: number;
}
interface Status {
  broker: string;
  processes: ProcessLine[];
  workers: WorkerLine[];
}
interface Load {
  process: string;
  cpu: number | null;
  memory: number;
  since: number;
}
interface Machine {
  version: string;
  processes: Load[];
  cores: number;
  memory: number;
  memory_free: number;
  disk: number;
  disk_free: number;
}

const OURS = new Set(["bridge", "keeper"]); // to stop one of these would take the page away, or what could start it again
const PARTS: readonly [string, () => string][] = [
  ["", () => t("Overview")], ["logs", () => t("Logs")], ["doctor", () => t("Doctor")], ["settings", () => t("Settings")], ["backups", () => t("Backups")],
];

class System extends Asking {
  private status: Status | null = null;
  private machine: Machine | null = null;
  private readonly sure = new Sure(() => this.requestUpdate());

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(5_000, () => void (this.rest || this.again()));
  }

  protected async load(): Promise<void> {
    this.status = (await this.ask<Status>("keeper", "status")) ?? this.status;
    this.machine = (await this.ask<Machine>("keeper", "load")) ?? this.machine;
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("rest")) this.querySelector(".chips [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }

  override render(): TemplateResult {
    const chips = html`<nav class="chips" aria-label=${t("Parts of the system")}>${PARTS.map(([part, word]) => html`<a href=${part ? `/system/${part}` : "/system"} aria-current=${part === this.rest ? "page" : nothing}>${word()}</a>`)}</nav>`;
    if (this.rest === "logs") return html`${this.top()}${chips}<hs-logs .workers=${this.status?.workers.map((one) => one.worker) ?? []}></hs-logs>`;
    if (this.rest === "doctor") return html`${this.top()}${chips}<hs-doctor></hs-doctor>`;
    if (this.rest === "settings") return html`${this.top()}${chips}<hs-settings></hs-settings>`;
    if (this.rest === "backups") return html`${this.top()}${chips}<hs-backups></hs-backups>`;
    return html`${this.head(t("System"))}${chips}${this.machine ? this.overall(this.machine) : nothing}
      ${this.status ? html`<section aria-labelledby="workers"><h2 id="workers">${t("Workers")}</h2><ul class="list card">${this.status.workers.map((one) => this.worker(one))}</ul></section>
      <section aria-labelledby="processes"><h2 id="processes">${t("Processes")}</h2><ul class="list card">
        ${this.process({ process: "broker", state: "running", pid: null, restarts: 0 }, this.status.broker)}
        ${this.status.processes.map((one) => this.process(one))}${this.process({ process: "keeper", state: "running", pid: null, restarts: 0 }, t("keeps the others up"))}</ul></section>` : nothing}
      <section aria-labelledby="page"><h2 id="page">${t("This page")}</h2><div class="card padded form"><label><span>${t("Language")}</span>
        <select class="field" @change=${(event: Event) => this.language((event.target as HTMLSelectElement).value)}>
          ${[["", t("As the home")], ["en", "English"], ["de", "Deutsch"]].map(([code, word]) => html`<option value=${code!} ?selected=${chosenLanguage() === code}>${word}</option>`)}</select></label></div></section>`;
  }

  private top(): TemplateResult {
    return html`<header class="top row flat"><h1 tabindex="-1">${t("System")}</h1></header>`;
  }

  private language(code: string): void {
    chooseLanguage(code);
    location.reload();
  }

  // -- the machine

  private overall(machine: Machine): TemplateResult {
    const ours = machine.processes.reduce((sum, one) => sum + one.memory, 0);
    const busy = machine.processes.some((one) => one.cpu !== null) ? machine.processes.reduce((sum, one) => sum + (one.cpu ?? 0), 0) / machine.cores : null;
    const figure = (word: string, value: string, more: string): TemplateResult => html`<div><dt class="quiet small">${word}</dt><dd><strong>${value}</strong> <span class="quiet small">${more}</span></dd></div>`;
    return html`<dl class="figures card padded">
      ${figure(t("Version"), machine.version, "")}
      ${figure(t("Processor"), busy === null ? "–" : `${number(busy, 1)} %`, t("of {0} cores", machine.cores))}
      ${figure(t("Memory"), bytes(ours), t("{0} of {1} free on this machine", bytes(machine.memory_free), bytes(machine.memory)))}
      ${figure(t("Disk"), t("{0} free", bytes(machine.disk_free)), t("of {0}", bytes(machine.disk)))}</dl>`;
  }

  private process(one: ProcessLine, more = ""): TemplateResult {
    const load = this.machine?.processes.find((some) => some.process === one.process);
    const words = [more || t(capital(one.state)), load ? t("started {0}", since(load.since * 1000)) : "", one.restarts ? t("started again {0} times", one.restarts) : ""];
    const needs = load ? `${load.cpu === null ? "" : `${number(load.cpu, 1)} % · `}${bytes(load.memory)}` : "";
    return html`<li data-mood=${one.state === "running" ? "" : "alarm"}><span class="badge">${icon(one.process === "broker" ? "signal" : "gear")}</span>
      <div class="words"><strong>${one.process === "broker" ? t("Broker") : one.process}</strong><span class="quiet small">${words.filter(Boolean).join(" · ")}</span></div><span class="quiet small load">${needs}</span></li>`;
  }

  private worker(one: WorkerLine): TemplateResult {
    const good = one.state === "online";
    const verbs = OURS.has(one.worker) ? [] : one.state === "offline" ? ["start"] : ["restart", "stop"];
    const word: Record<string, string> = { restart: t("Restart"), stop: t("Stop"), start: t("Start") };
    return html`<li data-mood=${good ? "" : "alarm"}><span class="badge">${icon(good ? "gear" : "alert")}</span>
      <div class="words"><strong>${capital(spaced(one.worker))}</strong><span class="quiet small">${t(capital(one.state))}${one.since ? ` · ${since(one.since)}` : ""} · ${one.process}${one.version ? ` · ${one.version}` : ""}</span>
        ${one.reason ? html`<span class="trouble small">${one.reason}</span>` : nothing}</div>
      <span class="deeds">${verbs.map((verb) => {
        const what = `${verb} ${one.worker}`;
        const asked = this.sure.asked === what;
        return html`<button class=${asked ? "plain asked" : "plain"} type="button" aria-label=${`${word[verb]} ${one.worker}`} @click=${() => this.press(what, verb, one.worker)}>${asked ? t("Sure?") : word[verb]}</button>`;
      })}</span></li>`;
  }

  private press(what: string, verb: string, worker: string): void {
    if (verb === "start" || this.sure.press(what)) void this.deed("keeper", verb, { worker }, t("Done."));
  }
}

define("hs-system", System);
