// The devices of the home: what each is, when it was last heard, what is wrong with it; what nobody owns; what people changed.

import { html, nothing, type TemplateResult } from "lit";

import { stretches } from "../parts/chunk.js";
import { openList } from "../parts/dialogs.js";
import { Asking } from "../parts/load.js";
import { define } from "../parts/plain.js";
import { icon } from "../words/icons.js";
import { many, moment, since, t } from "../words/text.js";

interface Device {
  id: string;
  name: string;
  manufacturer: string | null;
  model: string | null;
  area: string | null;
  entities: string[];
  available: boolean;
  silent: number | null;
  signal: string | null;
  battery: string | null;
  problems: string[];
}
interface Deed {
  deed: number;
  at: string;
  by: string;
  did: string[];
  undid: number | null;
}
interface Orphan {
  [name: string]: unknown;
}
type Shown = "all" | "problems" | "orphans" | "deeds";

const STRETCH = 30; // devices that are drawn together
const HIGH = 86; // pixels of one, before it was ever drawn
const MOST = 200; // devices that are asked for at once

class Devices extends Asking {
  static override properties = { ...Asking.properties, words: { state: true }, shown: { state: true } };
  declare words: string;
  declare shown: Shown;
  private devices: Device[] = [];
  private deeds: Deed[] = [];
  private orphans: Orphan[] = [];

  constructor() {
    super();
    Object.assign(this, { words: "", shown: "all" });
  }

  protected async load(): Promise<void> {
    this.devices = [];
    for (let offset = 0; ; offset += MOST) {
      const page = await this.ask<{ devices: Device[]; next?: number | null }>("home", "devices", { offset, limit: MOST });
      this.devices.push(...(page?.devices ?? []));
      if (!page?.next || page.devices.length === 0) break;
    }
    this.deeds = (await this.ask<{ deeds: Deed[] }>("home", "deeds"))?.deeds ?? [];
    this.orphans = (await this.ask<{ orphans: Orphan[] }>("home", "orphans"))?.orphans ?? [];
  }

  override render(): TemplateResult {
    const troubled = this.devices.filter((device) => device.problems.length > 0 || !device.available);
    const tabs: [Shown, string, number][] = [
      ["all", t("All"), this.devices.length], ["problems", t("To look at"), troubled.length],
      ["orphans", t("Owned by nobody"), this.orphans.length], ["deeds", t("Changes"), this.deeds.length],
    ];
    return html`${this.head(t("Devices"))}
      <div class="chips" role="group" aria-label=${t("Which")}>${tabs.map(([shown, word, count]) => html`<button type="button" aria-pressed=${this.shown === shown ? "true" : "false"} @click=${() => (this.shown = shown)}>${word} <span class="quiet">${count}</span></button>`)}</div>
      ${this.shown === "deeds" ? this.changes() : this.shown === "orphans" ? this.lost() : this.list(this.shown === "all" ? this.devices : troubled)}`;
  }

  private list(devices: Device[]): TemplateResult {
    const words = this.words.toLowerCase();
    const fits = (device: Device): boolean => `${device.name} ${device.area} ${device.manufacturer} ${device.model} ${device.id}`.toLowerCase().includes(words);
    const found = devices.filter(fits);
    return html`<input class="field" type="search" placeholder=${t("Search")} aria-label=${t("Search devices")} .value=${this.words} @input=${(event: InputEvent) => (this.words = (event.target as HTMLInputElement).value)}>
      <div class="list card">${stretches(found, STRETCH).map((some) => {
        const draw = (): TemplateResult => html`<ul>${some.map((device) => line(device))}</ul>`;
        return found.length > STRETCH ? html`<hs-chunk .draw=${draw} .tall=${some.length * HIGH}></hs-chunk>` : draw();
      })}</div>
      ${found.length === 0 && !this.busy ? html`<p class="quiet">${t("None. A device that does not appear: is it connected to the broker, with its own login? What it said and nobody understood stands under Calls, home refusals.")}</p>` : nothing}`;
  }

  private changes(): TemplateResult {
    return html`<ul class="list card">${this.deeds.map((one) => html`<li><div class="words"><strong>${one.did.join("; ")}</strong><span class="quiet small">${one.by} · ${moment(one.at)}</span></div>
      <button class="plain" type="button" @click=${() => this.deed("home", "undo", { deed: one.deed }, t("Taken back."))}>${icon("undo")}${t("Undo")}</button></li>`)}</ul>
      ${this.deeds.length === 0 ? html`<p class="quiet">${t("Nobody changed a name or a place yet.")}</p>` : nothing}`;
  }

  private lost(): TemplateResult {
    if (this.orphans.length === 0) return html`<p class="quiet">${t("Nothing: all that is known is announced by somebody.")}</p>`;
    return html`<ul class="list card">${this.orphans.map((one) => html`<li><div class="words"><strong>${String(one.name ?? one.thing ?? one.id ?? "?")}</strong><span class="quiet small">${Object.values(one).filter((part) => typeof part === "string").join(" · ")}</span></div></li>`)}</ul>
      <p><button class="strong" type="button" @click=${() => this.deed("home", "clear_orphans", {}, t("Forgotten. It can be undone under Changes."))}>${t("Forget all of them")}</button></p>`;
  }
}

function line(device: Device): TemplateResult {
  const what = [device.area, [device.manufacturer, device.model].filter(Boolean).join(" ")].filter(Boolean).join(" · ");
  const heard = device.silent === null ? t("not heard yet") : t("heard {0}", since(Date.now() - device.silent * 1000));
  const facts = [heard, device.signal, device.battery && t("battery {0}", device.battery), many(device.entities.length, "{0} entity", "{0} entities")].filter(Boolean).join(" · ");
  return html`<li data-mood=${device.problems.length ? "alarm" : device.available ? "" : "away"}>
    <span class="badge">${icon(device.available ? "devices" : "signal")}</span>
    <div class="words"><strong>${device.name}</strong><span class="quiet small">${what}</span><span class="quiet small">${facts}</span>
      ${device.available ? nothing : html`<span class="trouble small">${t("not reachable")}</span>`}${device.problems.map((problem) => html`<span class="trouble small">${problem}</span>`)}</div>
    <button class="round" type="button" aria-label=${t("Entities of {0}", device.name)} @click=${() => openList(device.entities, device.name)}>${icon("forward")}</button></li>`;
}

define("hs-devices", Devices);
