// Language, appearance and start page, as somebody likes them.

import { html, type TemplateResult } from "lit";

import { session } from "../model/session.js";
import { menuFor } from "../pages/pages.js";
import { define } from "../parts/plain.js";
import { t } from "../words/text.js";
import { Panel } from "./panel.js";
import { prefer, preferred, type Preferred } from "./preferences.js";

class Manner extends Panel {
  static override properties = { ...Panel.properties, now: { state: true } };
  declare now: Preferred | null;

  constructor() {
    super();
    this.now = null;
  }

  protected override firstUpdated(): void {
    void this.again();
  }

  private async again(): Promise<void> {
    this.now = await this.answered(preferred());
  }

  override render(): TemplateResult {
    const themes: [string, string][] = [["", t("As the device")], ["light", t("Light")], ["dark", t("Dark")]];
    const languages: [string, string][] = [["", t("As the home")], ["en", "English"], ["de", "Deutsch"]];
    const starts: [string, string][] = menuFor(session.role).map((page) => [page.path === "/" ? "" : page.path, t(page.title)]);
    return html`<div class="card padded form">${this.choice("language", t("Language"), languages)}${this.choice("theme", t("Appearance"), themes)}${this.choice("start", t("Start page"), starts)}
      <p class="quiet small">${t("This goes with you: every device on which you sign in takes it up.")}</p>${this.outcome()}</div>`;
  }

  private choice(name: keyof Preferred, label: string, rows: [string, string][]): TemplateResult {
    const now = this.now?.[name] ?? "";
    return html`<label><span>${label}</span><select class="field" name=${name} ?disabled=${!this.now} @change=${(event: Event) => this.choose(name, (event.target as HTMLSelectElement).value)}>
      ${rows.map(([value, word]) => html`<option value=${value} ?selected=${value === now}>${word}</option>`)}</select></label>`;
  }

  private async choose(name: keyof Preferred, value: string): Promise<void> {
    const anew = await this.answered(prefer(name, value));
    if (anew === null) return;
    if (anew) return location.reload();
    this.now = { ...this.now!, [name]: value };
    this.tell(t("Saved."));
  }
}

define("hs-manner", Manner);
