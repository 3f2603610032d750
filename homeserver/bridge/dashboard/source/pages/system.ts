// How the home itself is: its workers and processes, the broker, and the backups.

import { html, nothing, type TemplateResult } from "lit";

import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { icon } from "../words/icons.js";
import { capital, chooseLanguage, chosenLanguage, moment, number, since, spaced, t } from "../words/text.js";

interface WorkerLine {
  worker: string;
  process: string;
  state: string;
  reason: string;
  since: string;
}
interface Status {
  broker: string;
  processes: { process: string; state: string; pid: number | null; restarts: number }[];
  workers: WorkerLine[];
}
interface Backups {
  folder: string;
  next: string | null;
  failure: string;
  backups: { name: string; kind: string; made: string; size: number }[];
}

const OURS = new Set(["bridge", "keeper"]); // to stop one of these would take the page away, or what could start it again

class System extends Asking {
  private status: Status | null = null;
  private backups: Backups | null = null;
  private readonly sure = new Sure(() => this.requestUpdate());

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(10_000, () => void this.again());
  }

  protected async load(): Promise<void> {
    this.status = await this.ask<Status>("keeper", "status");
    this.backups = await this.ask<Backups>("backup", "list");
  }

  override render(): TemplateResult {
    return html`${this.head(t("System"))}
      ${this.status ? html`<section aria-labelledby="workers"><h2 id="workers">${t("Workers")}</h2><ul class="list card">${this.status.workers.map((one) => this.worker(one))}</ul></section>
      <section aria-labelledby="processes"><h2 id="processes">${t("Processes")}</h2><ul class="list card">
        <li><span class="badge">${icon("signal")}</span><div class="words"><strong>${t("Broker")}</strong><span class="quiet small">${this.status.broker}</span></div></li>
        ${this.status.processes.map((one) => html`<li data-mood=${one.state === "running" ? "" : "alarm"}><span class="badge">${icon("gear")}</span><div class="words"><strong>${one.process}</strong>
          <span class="quiet small">${t(capital(one.state))} · ${t("started again {0} times", one.restarts)}</span></div></li>`)}</ul></section>` : nothing}
      ${this.backups ? this.saved(this.backups) : nothing}
      <section aria-labelledby="page"><h2 id="page">${t("This page")}</h2><div class="card padded form"><label><span>${t("Language")}</span>
        <select class="field" @change=${(event: Event) => this.language((event.target as HTMLSelectElement).value)}>
          ${[["", t("As the home")], ["en", "English"], ["de", "Deutsch"]].map(([code, word]) => html`<option value=${code!} ?selected=${chosenLanguage() === code}>${word}</option>`)}</select></label></div></section>`;
  }

  private language(code: string): void {
    chooseLanguage(code);
    location.reload();
  }

  private worker(one: WorkerLine): TemplateResult {
    const good = one.state === "online";
    const verbs = OURS.has(one.worker) ? [] : good ? ["restart", "stop"] : ["start"];
    const word: Record<string, string> = { restart: t("Restart"), stop: t("Stop"), start: t("Start") };
    return html`<li data-mood=${good ? "" : "alarm"}><span class="badge">${icon(good ? "gear" : "alert")}</span>
      <div class="words"><strong>${capital(spaced(one.worker))}</strong><span class="quiet small">${t(capital(one.state))} · ${since(one.since)} · ${one.process}</span>
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

  private saved(backups: Backups): TemplateResult {
    const size = (bytes: number): string => (bytes < 1e6 ? `${number(bytes / 1e3, 0)} kB` : `${number(bytes / 1e6, 1)} MB`);
    return html`<section aria-labelledby="backups"><h2 id="backups">${t("Backups")}</h2>
      ${backups.failure ? html`<p class="fault wrong">${backups.failure}</p>` : nothing}
      <ul class="list card">${backups.backups.map((one) => html`<li><span class="badge">${icon("download")}</span><div class="words"><strong>${moment(one.made)}</strong><span class="quiet small">${one.kind} · ${size(one.size)}</span></div>
        <button class="plain" type="button" aria-label=${t("Verify {0}", one.name)} @click=${() => this.deed("backup", "verify", { name: one.name }, t("It is whole."))}>${t("Verify")}</button></li>`)}
        <li><div class="words"><span class="quiet small">${backups.next ? t("The next one is due {0}.", since(backups.next)) : ""}</span></div><button class="plain" type="button" @click=${() => this.deed("backup", "make", {}, t("A backup was made and verified."))}>${t("Make one now")}</button></li></ul></section>`;
  }
}

define("hs-system", System);
