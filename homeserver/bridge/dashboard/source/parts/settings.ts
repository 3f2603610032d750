// Every setting that is in force, with its value and where it came from. They are read at the start, so they are changed in their file.

import { html, nothing, type TemplateResult } from "lit";

import { t } from "../words/text.js";
import { Asking } from "./load.js";
import { define } from "./plain.js";

interface Line {
  name: string;
  value: unknown;
  source: string;
}

class Settings extends Asking {
  static override properties = { ...Asking.properties, words: { state: true }, changed: { state: true } };
  declare words: string;
  declare changed: boolean;
  private lines: Line[] = [];
  private file = "";

  constructor() {
    super();
    Object.assign(this, { words: "", changed: false });
  }

  protected async load(): Promise<void> {
    const told = await this.ask<{ file: string; settings: Line[] }>("keeper", "settings");
    if (told) Object.assign(this, { lines: told.settings, file: told.file });
  }

  override render(): TemplateResult {
    const words = this.words.toLowerCase();
    const found = this.lines.filter((one) => one.name.toLowerCase().includes(words) && (!this.changed || one.source !== "default"));
    return html`${this.said ? html`<p class="fault wrong" role="status">${this.said}</p>` : nothing}
      <p class="quiet">${this.file ? t("They can be changed in {0}, and count from the next start.", this.file) : t("One moment …")}</p>
      <div class="filters"><input class="field" type="search" placeholder=${t("Search")} aria-label=${t("Search settings")} @input=${(event: InputEvent) => (this.words = (event.target as HTMLInputElement).value)}>
        <label class="check"><input type="checkbox" @change=${(event: Event) => (this.changed = (event.target as HTMLInputElement).checked)}><span>${t("Only what is not the default")}</span></label></div>
      <ul class="list card">${found.map((one) => html`<li><div class="words"><strong>${one.name}</strong><code>${told(one.value)}</code></div><span class="tag small">${one.source === "default" ? t("default") : one.source}</span></li>`)}</ul>`;
  }
}

const told = (value: unknown): string => (value === null || value === "" ? "–" : typeof value === "string" ? value : JSON.stringify(value));

define("hs-settings", Settings);
