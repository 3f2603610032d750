// What the doctor found: what is bad first, then what is merely missing, each with what it costs or what to do.

import { html, nothing, type TemplateResult } from "lit";

import { icon } from "../words/icons.js";
import { many, t } from "../words/text.js";
import { Asking } from "./load.js";
import { define } from "./plain.js";

interface Finding {
  what: string;
  state: "good" | "missing" | "bad";
  found: string;
  cost: string;
}

const ORDER = ["bad", "missing", "good"];

class Doctor extends Asking {
  private findings: Finding[] = [];

  protected async load(): Promise<void> {
    this.findings = (await this.ask<{ findings: Finding[] }>("keeper", "doctor"))?.findings ?? [];
  }

  override render(): TemplateResult {
    const sorted = [...this.findings].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
    const bad = this.findings.filter((one) => one.state === "bad").length;
    const said = this.busy ? t("One moment …") : this.wrong ? this.said : bad ? many(bad, "{0} thing is bad.", "{0} things are bad.") : t("Nothing is bad.");
    return html`<div class="row-of"><p class=${bad || this.wrong ? "fault wrong" : "fault"} role="status">${said}</p><button class="plain" type="button" @click=${this.look}>${icon("undo")}${t("Look again")}</button></div>
      <ul class="list card">${sorted.map((one) => html`<li data-mood=${{ bad: "alarm", missing: "glow", good: "" }[one.state]}><span class="badge">${icon(one.state === "good" ? "info" : "alert")}</span>
        <div class="words"><strong>${one.what}</strong><span class="small">${one.found}</span>${one.cost ? html`<span class=${one.state === "bad" ? "trouble small" : "quiet small"}>${one.cost}</span>` : nothing}</div>
        <span class="tag small">${{ bad: t("bad"), missing: t("missing"), good: t("good") }[one.state]}</span></li>`)}</ul>`;
  }

  private look(): void {
    Object.assign(this, { busy: true, said: "", wrong: false });
    void this.again();
  }
}

define("hs-doctor", Doctor);
