// What people decide about an entity: its name, its room, and whether it is shown. Every change can be taken back.

import { html, nothing, type TemplateResult } from "lit";

import type { Entity } from "../model/entity.js";
import { entities } from "../model/home.js";
import { call, type Answer } from "../model/http.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { define, Plain } from "./plain.js";

type Edited = { deed: { deed: number } | null };

class Edit extends Plain {
  static override properties = { entity: { attribute: false }, open: { state: true }, said: { state: true }, deed: { state: true }, wrong: { state: true } };
  declare entity: Entity;
  declare open: boolean;
  declare said: string;
  declare wrong: boolean;
  declare deed: number | null;

  constructor() {
    super();
    Object.assign(this, { open: false, said: "", wrong: false, deed: null });
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get("entity") as Entity | undefined;
    if (before && before.entity_id !== this.entity.entity_id) Object.assign(this, { open: false, said: "", deed: null });
  }

  override render(): TemplateResult {
    const status = html`<p class=${this.wrong ? "fault wrong" : "fault"} role="status">${this.said}
      ${this.deed !== null ? html`<button class="plain" type="button" @click=${this.undo}>${t("Undo")}</button>` : nothing}</p>`;
    if (!this.open) {
      return html`<div class="edit"><button class="plain" type="button" @click=${() => (this.open = true)}>${icon("edit")}${t("Rename, move or hide")}</button>${status}</div>`;
    }
    const areas = [...new Set([...entities.values()].map((entity) => entity.area).filter((area) => area !== null))].sort();
    const { attributes, area, hidden } = this.entity;
    return html`<form class="edit form" @submit=${this.save}>
      <label><span>${t("Name")}</span><input class="field" name="name" maxlength="100" autocomplete="off" value=${attributes.friendly_name}></label>
      <label><span>${t("Room")}</span><input class="field" name="area" list="edit-areas" maxlength="100" autocomplete="off" value=${area ?? ""}></label>
      <datalist id="edit-areas">${areas.map((one) => html`<option value=${one}></option>`)}</datalist>
      <label class="check"><input type="checkbox" name="hidden" ?checked=${hidden}><span>${t("Hide it from the pages")}</span></label>
      <div class="buttons"><button type="button" @click=${() => (this.open = false)}>${t("Cancel")}</button><button type="submit" class="first">${t("Save")}</button></div>
      ${status}
    </form>`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const { entity_id, attributes, area, hidden } = this.entity;
    const wanted: Record<string, unknown> = {};
    const name = String(form.get("name")).trim();
    const room = String(form.get("area")).trim();
    if (name !== attributes.friendly_name) wanted.name = name || null;
    if (form.has("hidden") !== hidden) wanted.hidden = form.has("hidden");
    if (room !== (area ?? "")) wanted.area = room || null;
    if (Object.keys(wanted).length === 0) return void (this.open = false);
    let answer = await edit(entity_id, wanted);
    if (!answer.ok && answer.field === "area" && (await call("home", "edit_area", { name: room })).ok) answer = await edit(entity_id, wanted);
    if (!answer.ok) return this.tell(answer.message, true);
    this.deed = answer.value.deed?.deed ?? null;
    this.open = false;
    this.tell(t("Saved."));
  }

  private tell(said: string, wrong = false): void {
    Object.assign(this, { said, wrong });
  }

  private async undo(): Promise<void> {
    const answer = await call("home", "undo", { deed: this.deed });
    this.deed = null;
    this.tell(answer.ok ? t("Taken back.") : answer.message, !answer.ok);
  }
}

const edit = (entity: string, wanted: object): Promise<Answer<Edited>> => call<Edited>("home", "edit_entity", { entity, ...wanted });

define("hs-edit", Edit);
