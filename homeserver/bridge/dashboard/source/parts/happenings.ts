// What happened lately, each line with its reason; devices that come or go together make one line.

import { html, nothing, type TemplateResult } from "lit";

import { entities, happened } from "../model/home.js";
import { because, deed } from "../words/deeds.js";
import { icon, iconOf } from "../words/icons.js";
import { clock, t } from "../words/text.js";
import { gathered, type Line } from "./crowds.js";
import { define, Plain } from "./plain.js";

const FEW = 8;
const MOST = 40;

class Happenings extends Plain {
  static override properties = { all: { state: true } };
  declare all: boolean;

  override connectedCallback(): void {
    super.connectedCallback();
    this.watchAll(500, (ids) => ids.has(""));
  }

  override render(): TemplateResult {
    const lines = gathered(happened, (line) => entities.get(line.entity_id)?.device ?? line.name).slice(0, MOST);
    return html`<aside class="feed" aria-labelledby="feed-title">
      <h2 id="feed-title">${t("What happened")}</h2>
      ${lines.length === 0 ? html`<p class="quiet">${t("Nothing yet. It is a calm home.")}</p>` : nothing}
      <ol id="feed" ?data-all=${this.all}>${lines.map(item)}</ol>
      ${lines.length > FEW ? html`<button class="plain" type="button" aria-expanded=${this.all ? "true" : "false"} @click=${() => (this.all = !this.all)}>${t(this.all ? "Show less" : "Show all")}</button>` : nothing}
    </aside>`;
  }
}

function item(line: Line): TemplateResult {
  const entity = entities.get(line.entity_id);
  const reason = because(line.why, (id) => entities.get(id));
  const crowd = line.devices.length > 0;
  const drawing = line.did ? "press" : line.failed ? "alert" : crowd ? "signal" : entity ? iconOf({ ...entity, state: line.to ?? "" }) : "info";
  return html`<li data-mood=${moodOf(line)}><span class="badge">${icon(drawing)}</span>
    <div><p><strong>${crowd ? line.devices[0] : line.name}</strong> ${whatOf(line)}</p>${reason ? html`<p class="quiet">${reason}</p>` : nothing}</div>
    <time datetime=${line.time}>${clock(line.time)}</time></li>`;
}

function whatOf(line: Line): string {
  const others = line.devices.length - 1;
  if (others > 0) return t(line.to === "unavailable" ? "and {0} more cannot be reached" : "and {0} more are back", others);
  if (line.did) return line.did;
  if (line.failed) return t("did not do it: {0}", line.failed);
  return deed(entities.get(line.entity_id), line.to ?? "", line.from);
}

function moodOf(line: Line): string {
  if (line.failed) return "alarm";
  if (line.did) return "active";
  if (line.to !== "on") return "";
  return line.entity_id.startsWith("light.") ? "glow" : "active";
}

define("hs-happenings", Happenings);
