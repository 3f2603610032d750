// Notifications: on this device or not, on which others, and a message to try it.

import { html, nothing, type TemplateResult } from "lit";

import { call, get, type Answer } from "../model/http.js";
import { pushState, subscribe, unsubscribe, type PushState } from "../model/push.js";
import { session } from "../model/session.js";
import { define } from "../parts/plain.js";
import { Sure } from "../parts/wishes.js";
import { agentName } from "../words/agents.js";
import { icon } from "../words/icons.js";
import { dated } from "../words/dates.js";
import { since, t } from "../words/text.js";
import { Panel, valuesOf } from "./panel.js";

interface Device {
  id: string;
  device: string;
  service: string;
  created: number;
  used: number;
}
const SUBSCRIPTIONS = "/api/push/subscriptions";

class Notices extends Panel {
  static override properties = { ...Panel.properties, state: { state: true }, devices: { state: true } };
  declare state: PushState | "";
  declare devices: Device[];
  private readonly sure = new Sure(() => this.requestUpdate());

  constructor() {
    super();
    Object.assign(this, { state: "", devices: [] });
  }

  protected override firstUpdated(): void {
    void this.again();
  }

  private async again(): Promise<void> {
    this.state = await pushState();
    this.devices = (await this.answered(get<Device[]>(SUBSCRIPTIONS))) ?? this.devices;
  }

  override render(): TemplateResult {
    return html`<div class="card padded">${this.here()}${this.outcome()}</div>
      <ul class="list card">${this.devices.map((one) => this.line(one))}</ul>
      ${this.devices.length ? html`<p class="after"><button type="button" class="plain" ?disabled=${this.busy} @click=${this.test}>${icon("bell")}${t("Send a message to try it")}</button></p>` : nothing}`;
  }

  private here(): TemplateResult | typeof nothing {
    if (this.state === "") return nothing;
    if (this.state === "unsupported") {
      return html`<p>${window.isSecureContext ? t("This browser knows no notifications. On an iPhone or iPad, add this page to the home screen first and open it from there.") : t("Notifications need the page over https (or on this machine itself): ask whoever keeps the home for its address with https.")}</p>`;
    }
    if (this.state === "denied") return html`<p>${t("This browser was told to show none of this page. Allow notifications in its settings for this page, then come back.")}</p>`;
    const on = this.state === "on";
    return html`<form class="form stacked" @submit=${this.switch}><p>${on ? t("On: this device shows notifications of the home.") : t("Off on this device.")}</p>
      <label><span>${t("This device is called")}</span><input class="field" name="device" maxlength="100" required autocomplete="off" value=${agentName(navigator.userAgent)}></label>
      <div class="buttons">${on ? html`<button type="button" @click=${this.off}>${t("Switch off here")}</button>` : nothing}<button type="submit" class="first" ?disabled=${this.busy}>${on ? t("Save the name") : t("Switch on")}</button></div></form>`;
  }

  private line(one: Device): TemplateResult {
    const asked = this.sure.asked === one.id;
    return html`<li><span class="badge">${icon("bell")}</span><div class="words"><strong>${one.device}</strong>
      <span class="quiet small">${t("since {0}", dated(one.created * 1000))} · ${t("used {0}", since(one.used * 1000))}</span></div>
      <button type="button" class=${asked ? "plain asked" : "plain"} aria-label=${asked ? t("Sure?") : t("Remove {0}", one.device)} @click=${() => void (this.sure.press(one.id) && this.forget(one))}>${asked ? t("Sure?") : t("Remove")}</button></li>`;
  }

  /** What the browser does may fail in its own words. */
  private async done(work: () => Promise<PushState>, words: string): Promise<void> {
    this.busy = true;
    try {
      this.state = await work();
      this.tell(this.state === "denied" ? t("The browser did not allow it.") : words, this.state === "denied");
    } catch (fault) {
      this.tell(t("It did not work: {0}", (fault as Error).message), true);
    }
    this.busy = false;
    await this.again();
  }

  private switch(event: SubmitEvent): void {
    const { device = "" } = valuesOf(event);
    const was = this.state === "on";
    void this.done(() => subscribe(device), was ? t("Saved.") : t("On. Try it with a message."));
  }

  private off(): void {
    void this.done(unsubscribe, t("Off on this device."));
  }

  private async forget(one: Device): Promise<void> {
    const gone = await this.answered(removeDevice(one.id));
    if (gone) this.tell(t("{0} gets none any more.", one.device));
    await this.again();
  }

  private async test(): Promise<void> {
    const message = { title: session.home, message: t("This is how the home will tell you something.") };
    const own = { unavailable: t("No device of yours has notifications switched on.") };
    if (await this.answered(call("bridge", "try_notification", message), own)) this.tell(t("Sent. It should show within seconds, on the device that you used last."));
  }
}

async function removeDevice(id: string): Promise<Answer<unknown>> {
  try {
    const answer = await fetch(SUBSCRIPTIONS, { method: "DELETE", headers: { "content-type": "application/json" }, body: JSON.stringify({ id }) });
    const told = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
    return answer.ok ? { ok: true, value: told } : { ok: false, status: answer.status, code: told.code ?? "", message: told.message ?? String(answer.status) };
  } catch {
    return { ok: false, status: 0, code: "offline", message: "" };
  }
}

define("hs-notices", Notices);
