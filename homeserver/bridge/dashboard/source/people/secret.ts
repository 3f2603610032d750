// Something that is shown this once: a link or a key, to copy, to hand on, and as a picture for a phone.

import { html, nothing, type TemplateResult } from "lit";

import { define, Plain, say } from "../parts/plain.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";

class Secret extends Plain {
  static override properties = { label: {}, text: {}, picture: {}, copied: { state: true }, drawn: { state: true } };
  declare label: string;
  declare text: string;
  /** What the picture is called; empty for none. */
  declare picture: string;
  declare copied: string;
  declare drawn: boolean;

  constructor() {
    super();
    Object.assign(this, { label: "", text: "", picture: "", copied: "", drawn: false });
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("text")) this.copied = "";
    if (this.picture && !this.drawn) void import("./qr.js").then(() => (this.drawn = true));
  }

  override render(): TemplateResult {
    const canShare = "share" in navigator && this.picture !== "";
    return html`<div class="secret">
      <label><span>${this.label}</span><input class="field code" readonly spellcheck="false" value=${this.text} @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}></label>
      <div class="buttons"><button type="button" class="first" @click=${this.copy}>${icon("copy")}${t("Copy")}</button>
        ${canShare ? html`<button type="button" @click=${this.share}>${icon("share")}${t("Hand on …")}</button>` : nothing}</div>
      ${this.copied ? html`<p class="fault">${this.copied}</p>` : nothing}
      ${this.picture && this.drawn ? html`<hs-qr .text=${this.text} .label=${this.picture}></hs-qr>` : nothing}</div>`;
  }

  private async copy(): Promise<void> {
    const field = this.querySelector("input")!;
    field.select();
    try {
      await navigator.clipboard.writeText(this.text);
      this.copied = t("Copied.");
    } catch {
      this.copied = t("This browser does not let the page copy it: it is marked, press Ctrl+C, or hold it and choose Copy.");
    }
    say(this.copied);
  }

  private share(): void {
    void navigator.share({ text: this.text }).catch(() => undefined); // whoever changes his mind is told nothing
  }
}

define("hs-secret", Secret);
