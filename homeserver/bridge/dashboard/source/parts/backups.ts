// The backups there are: made while one waits, verified, and taken along as files.

import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../words/icons.js";
import { bytes } from "../words/sizes.js";
import { moment, since, t } from "../words/text.js";
import { Asking } from "./load.js";
import { define } from "./plain.js";

interface Told {
  folder: string;
  next: string | null;
  failure: string;
  backups: { name: string; kind: string; made: string; size: number }[];
}
interface Whole {
  parts: number;
  size: number;
  left_out: string[];
}

class Backups extends Asking {
  static override properties = { ...Asking.properties, working: { state: true } };
  /** What goes on: "make", or the name of the backup that is looked at. */
  declare working: string;
  private told: Told | null = null;
  private began = 0;

  constructor() {
    super();
    this.working = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(1_000, () => this.working && this.requestUpdate());
    this.every(30_000, () => void this.again());
  }

  protected async load(): Promise<void> {
    this.told = (await this.ask<Told>("backup", "list")) ?? this.told;
  }

  private async work(what: string, verb: string, args: object, done: (whole: Whole) => string): Promise<void> {
    Object.assign(this, { working: what, began: Date.now(), said: "", wrong: false });
    const whole = await this.ask<Whole>("backup", verb, args);
    this.working = "";
    if (whole) this.tell(done(whole));
    await this.again();
  }

  private async fetch(name: string): Promise<void> {
    const blob = await this.ask<{ url: string }>("backup", "fetch", { name });
    if (!blob) return;
    const link = Object.assign(document.createElement("a"), { href: `${blob.url}?download`, download: name });
    link.click();
  }

  override render(): TemplateResult {
    const made = (whole: Whole): string => [t("A backup was made and verified."), t("{0} parts, {1}", whole.parts, bytes(whole.size)), whole.left_out.length ? t("left out: {0}", whole.left_out.join(", ")) : ""].filter(Boolean).join(" ");
    const { told } = this;
    return html`<p class="quiet">${told?.next ? t("The next one is due {0}.", since(told.next)) : ""} ${told ? t("They lie in {0}.", told.folder) : t("One moment …")}</p>
      ${told?.failure ? html`<p class="fault wrong">${told.failure}</p>` : nothing}
      <p class=${this.wrong ? "fault wrong" : "fault"} role="status">${this.said}</p>
      ${this.working ? html`<div class="card padded" role="status"><p>${this.working === "make" ? t("A backup is being made …") : t("{0} is being read …", this.working)} <span class="quiet">${t("{0} s", Math.round((Date.now() - this.began) / 1000))}</span></p><progress aria-label=${t("Under way")}></progress></div>`
        : html`<button class="strong" type="button" @click=${() => this.work("make", "make", {}, made)}>${t("Make one now")}</button>`}
      <ul class="list card">${told?.backups.map((one) => this.line(one))}</ul>
      ${told && told.backups.length ? html`<p class="quiet small">${t("A backup holds all secrets of the home: keep it where nobody else comes.")}</p>` : nothing}`;
  }

  private line(one: Told["backups"][number]): TemplateResult {
    const verify = (): void => void this.work(one.name, "verify", { name: one.name }, () => t("It is whole."));
    return html`<li><span class="badge">${icon("download")}</span><div class="words"><strong>${moment(one.made)}</strong><span class="quiet small">${one.kind} · ${bytes(one.size)}</span></div>
      <span class="deeds"><button class="plain" type="button" ?disabled=${this.working !== ""} aria-label=${`${t("Verify")}: ${one.name}`} @click=${verify}>${t("Verify")}</button>
      <button class="plain" type="button" aria-label=${`${t("Save as a file")}: ${one.name}`} @click=${() => this.fetch(one.name)}>${t("Save as a file")}</button></span></li>`;
  }
}

define("hs-backups", Backups);
