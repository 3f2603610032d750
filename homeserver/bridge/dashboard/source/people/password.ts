// Another password of one's own.

import { html, type TemplateResult } from "lit";

import { post } from "../model/http.js";
import { define } from "../parts/plain.js";
import { t } from "../words/text.js";
import { idOf, type Me } from "./household.js";
import { Panel, valuesOf } from "./panel.js";

class Password extends Panel {
  static override properties = { ...Panel.properties, me: { attribute: false }, shown: { state: true } };
  declare me: Me;
  declare shown: boolean;

  constructor() {
    super();
    this.shown = false;
  }

  override render(): TemplateResult {
    const type = this.shown ? "text" : "password";
    return html`<form class="card padded form stacked" @submit=${this.change}>
      <input type="text" name="who" autocomplete="username" value=${idOf(this.me.login)} hidden>
      <label><span>${t("Present password")}</span><input class="field" name="old" type=${type} autocomplete="current-password" required maxlength="256"></label>
      <label><span>${t("New password")}</span><input class="field" name="new" type=${type} autocomplete="new-password" required minlength="8" maxlength="256" aria-describedby="about-password"></label>
      <p class="quiet small" id="about-password">${t("8 characters or more; a whole sentence is best. All other sessions and programs end; keys stay.")}</p>
      <label class="check"><input type="checkbox" .checked=${this.shown} @change=${() => (this.shown = !this.shown)}><span>${t("Show what I type")}</span></label>
      <button class="first" type="submit" ?disabled=${this.busy}>${t("Change the password")}</button>
      ${this.outcome()}</form>`;
  }

  private async change(event: SubmitEvent): Promise<void> {
    const { old = "", new: wanted = "" } = valuesOf(event);
    if (old === wanted) return this.tell(t("This is the present password: think of another one."), true);
    const own = { unauthorized: t("The present password is not right. Nothing was changed.") };
    if ((await this.answered(post("/api/auth/password", { old, new: wanted }), own)) === null) return;
    (event.target as HTMLFormElement).reset();
    this.tell(t("Changed. You stay signed in here; everywhere else it has ended."));
    this.dispatchEvent(new Event("changed", { bubbles: true }));
  }
}

define("hs-password", Password);
