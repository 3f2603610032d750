// What a file of rules said before: each version with what it changed, and one press that brings it back.

import { html, nothing, type TemplateResult } from "lit";

import { session } from "../model/session.js";
import { icon } from "../words/icons.js";
import { moment, t } from "../words/text.js";
import { linesOf, shownDiff, type DiffLine } from "./differences.js";
import { Asking } from "./load.js";
import { define } from "./plain.js";

interface Version {
  version: number;
  at: string;
  by: string;
  lines: number;
  removed: boolean;
}

class FileVersions extends Asking {
  static override properties = { ...Asking.properties, path: {}, now: {} };
  declare path: string;
  /** The hash of the file: another one means another version. */
  declare now: string;
  private versions: Version[] = [];
  private readonly diffs = new Map<number, DiffLine[]>();

  protected override updated(changed: Map<string, unknown>): void {
    if (!changed.has("path") && !changed.has("now")) return;
    this.diffs.clear();
    void this.again();
  }

  protected async load(): Promise<void> {
    if (this.path) this.versions = (await this.ask<{ versions: Version[] }>("rules", "file_log", { path: this.path }))?.versions ?? [];
  }

  override render(): TemplateResult | typeof nothing {
    if (this.versions.length === 0) return nothing;
    return html`<section aria-labelledby="file-versions"><h2 id="file-versions">${t("Versions")}</h2>
      <p class=${this.wrong ? "fault wrong" : "fault"}>${this.said}</p>
      <ul class="list card tall">${this.versions.map((one, place) => this.line(one, place))}</ul></section>`;
  }

  private line(one: Version, place: number): TemplateResult {
    const what = one.removed ? t("removed") : t("{0} lines", one.lines);
    const shown = this.diffs.get(one.version);
    const may = session.role === "owner" && place > 0 && !one.removed;
    return html`<li><details class="fold words" @toggle=${(event: Event) => this.compare(event, one)}><summary><strong>${moment(one.at)}</strong><small class="quiet">${one.by ? t("by {0}", one.by) : t("written by hand")} · ${what}</small></summary>${shown ? shownDiff(shown) : nothing}</details>
      ${may ? html`<button class="plain" type="button" aria-label=${`${t("Bring back")}: ${moment(one.at)}`} @click=${() => this.bring(one)}>${icon("undo")}${t("Bring back")}</button>` : nothing}</li>`;
  }

  private async compare(event: Event, one: Version): Promise<void> {
    if (!(event.target as HTMLDetailsElement).open || this.diffs.has(one.version)) return;
    const told = await this.ask<{ diff: string }>("rules", "file_diff", { path: this.path, to: one.version });
    if (told) this.diffs.set(one.version, linesOf(told.diff));
    this.requestUpdate();
  }

  private async bring(one: Version): Promise<void> {
    if (await this.ask("rules", "restore", { path: this.path, version: one.version, expected: this.now })) this.dispatchEvent(new CustomEvent("restored"));
  }
}

define("hs-file-versions", FileVersions);
