// What somebody sees and may do at this moment, by room: asked of the same permissions that every door asks.

import { html, nothing, type TemplateResult } from "lit";

import { NOWHERE } from "../kinds/rooms.js";
import { call } from "../model/http.js";
import { entities, nameOf } from "../model/home.js";
import { define } from "../parts/plain.js";
import { icon } from "../words/icons.js";
import { dated } from "../words/dates.js";
import { many, t } from "../words/text.js";
import { Panel } from "./panel.js";

interface Sight {
  let_in: boolean;
  see: string[];
  control: string[];
  edit: string[];
  left_off: number;
  until: string | null;
}
type Line = { id: string; name: string; word: string };
const WORDS = { see: "sees", control: "controls", edit: "may change" } as const;
const MOST = 40; // lines of one room that are shown at once

class SightOf extends Panel {
  static override properties = { ...Panel.properties, user: {}, sight: { state: true } };
  declare user: string;
  declare sight: Sight | null;

  constructor() {
    super();
    Object.assign(this, { user: "", sight: null });
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("user")) this.sight = null;
  }

  override render(): TemplateResult {
    return html`<div class="card padded"><div class="buttons"><button type="button" ?disabled=${this.busy} @click=${this.look}>${icon("eye")}${this.sight ? t("Look again") : t("Show what this person sees")}</button></div>
      ${this.outcome()}${this.sight ? this.shown(this.sight) : nothing}</div>`;
  }

  private async look(): Promise<void> {
    this.said = "";
    this.sight = (await this.answered(call<Sight>("people", "sight", { user: this.user }))) ?? this.sight;
  }

  private shown(sight: Sight): TemplateResult {
    if (!sight.let_in) return html`<p class="after">${t("Nothing: this person is not let in now.")}</p>`;
    const rooms = byRoom(sight);
    const count = [...rooms.values()].reduce((sum, lines) => sum + lines.length, 0) + sight.left_off;
    if (count === 0) return html`<p class="after">${t("Nothing yet. Add a line above to allow something.")}</p>`;
    return html`<p class="after">${many(count, "One thing.", "{0} things.")} ${sight.until ? t("By the clock alone it changes {0}.", dated(sight.until)) : ""}</p>
      <div class="sights">${[...rooms].map(([room, lines]) => html`<div><h3>${room === NOWHERE ? t(NOWHERE) : room}</h3><ul>${lines.slice(0, MOST).map((line) => html`<li><span>${line.name}</span><span class="quiet small">${line.word}</span></li>`)}
        ${lines.length > MOST ? html`<li class="quiet">${t("and {0} more", lines.length - MOST)}</li>` : nothing}</ul></div>`)}</div>`;
  }
}

function byRoom(sight: Sight): Map<string, Line[]> {
  const lines = (["edit", "control", "see"] as const).flatMap((verb) => sight[verb].map((id) => ({ id, name: nameOf(id), word: t(WORDS[verb]) })));
  const rooms = new Map<string, Line[]>();
  for (const line of lines.sort((one, two) => one.name.localeCompare(two.name))) {
    const room = entities.get(line.id)?.area ?? NOWHERE;
    (rooms.get(room) ?? rooms.set(room, []).get(room)!).push(line);
  }
  return new Map([...rooms].sort(([one], [two]) => Number(one === NOWHERE) - Number(two === NOWHERE) || one.localeCompare(two)));
}

define("hs-sight", SightOf);
