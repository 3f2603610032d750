// All that the home keeps of somebody, in one archive to take away.

import { html, nothing, type TemplateResult } from "lit";

import { call } from "../model/http.js";
import { define } from "../parts/plain.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { Panel } from "./panel.js";

interface Export {
  contents: string[];
  missing: string[];
  blob: { url: string };
}

class Archive extends Panel {
  static override properties = { ...Panel.properties, user: {}, made: { state: true } };
  declare user: string;
  declare made: Export | null;

  constructor() {
    super();
    Object.assign(this, { user: "", made: null });
  }

  override render(): TemplateResult {
    return html`<p class="quiet">${t("Record, rights, preferences, whereabouts, what was done: one archive of readable files.")}</p>
      <div class="buttons"><button type="button" ?disabled=${this.busy} @click=${this.make}>${t("Put it together")}</button>
      ${this.made ? html`<a class="first download" href=${`${this.made.blob.url}?download=1`} download>${icon("download")}${t("Download")}</a>` : nothing}</div>
      ${this.busy ? html`<p class="quiet">${t("One moment …")}</p>` : nothing}${this.outcome()}`;
  }

  private async make(): Promise<void> {
    this.made = null;
    const made = await this.answered(call<Export>("people", "export_user", { user: this.user }));
    if (!made) return;
    this.made = made;
    this.tell(made.missing.length ? t("It is ready, without what these did not give: {0}. Try again later for all of it.", made.missing.join(", ")) : t("It is ready: {0} files.", made.contents.length));
    await this.updateComplete;
    this.querySelector<HTMLElement>("a.download")?.focus();
  }
}

define("hs-archive", Archive);
