// The files of the rules: all of them, and those that were removed and can come back. The editor of one stands beside it.

import { html, nothing, type TemplateResult } from "lit";

import { session } from "../model/session.js";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { icon } from "../words/icons.js";
import { many, number, t } from "../words/text.js";
import { fileAddress } from "./rules.js";

interface Line {
  path: string;
  kind: "rules" | "part" | "other";
  size: number;
  rules: string[];
  faults: number;
  gone: boolean;
}

class Files extends Asking {
  private files: Line[] = [];
  private folder = "";

  protected async load(): Promise<void> {
    const told = await this.ask<{ folder: string; files: Line[] }>("rules", "files");
    if (told) Object.assign(this, told);
  }

  override render(): TemplateResult {
    const here = this.files.filter((file) => !file.gone);
    const gone = this.files.filter((file) => file.gone);
    return html`<header class="top row"><a class="round" href="/rules" aria-label=${t("Back to the rules")}>${icon("back")}</a><h1 tabindex="-1">${t("Files of rules")}</h1>
        ${session.role === "owner" ? html`<a class="plain" href="/rules/new-file">${icon("plus")}${t("New file")}</a>` : nothing}</header>
      ${this.said ? html`<p class=${this.wrong ? "fault wrong" : "fault"} role="status">${this.said}</p>` : nothing}
      <p class="quiet">${this.busy ? t("One moment …") : t("They lie in {0}.", this.folder)}</p>
      <ul class="list card">${here.map((file) => this.line(file))}</ul>
      ${gone.length ? html`<section aria-labelledby="gone"><h2 id="gone">${t("Removed")}</h2><ul class="list card">${gone.map((file) => html`<li><span class="words">${file.path}</span>
        ${session.role === "owner" ? html`<button class="plain" type="button" aria-label=${`${t("Bring back")}: ${file.path}`} @click=${() => this.bring(file)}>${icon("undo")}${t("Bring back")}</button>` : nothing}</li>`)}</ul></section>` : nothing}`;
  }

  private line(file: Line): TemplateResult {
    const kind = { rules: "", part: t("part of another file"), other: t("not read as rules by itself") }[file.kind];
    const words = [many(file.rules.length, "{0} rule", "{0} rules"), `${number(file.size / 1000, 1)} kB`, kind].filter(Boolean).join(" · ");
    return html`<li data-mood=${file.faults ? "alarm" : ""}><span class="badge">${icon(file.faults ? "alert" : "text")}</span>
      <a class="words" href=${fileAddress(file.path)}><strong>${file.path}</strong><span class="quiet small">${words}</span>${file.faults ? html`<span class="trouble small">${t("{0} to mend", file.faults)}</span>` : nothing}</a></li>`;
  }

  private async bring(file: Line): Promise<void> {
    const log = await this.ask<{ versions: { version: number; removed: boolean }[] }>("rules", "file_log", { path: file.path });
    const last = log?.versions.find((one) => !one.removed);
    if (last) await this.deed("rules", "restore", { path: file.path, version: last.version }, t("{0} is in force again.", file.path));
  }
}

define("hs-rule-files", Files);
