// The home at a glance, its rooms with their key tiles, and what happened of late.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { glanceOf, type Chip } from "../kinds/glance.js";
import { keyTiles } from "../kinds/places.js";
import { NOWHERE, roomsOf, type Room } from "../kinds/rooms.js";
import { entities } from "../model/home.js";
import { session } from "../model/session.js";
import { openDetail, openList } from "../parts/dialogs.js";
import "../parts/happenings.js";
import { define, Plain } from "../parts/plain.js";
import "../parts/tile.js";
import { icon } from "../words/icons.js";
import { stateLine } from "../words/states.js";
import { t, today } from "../words/text.js";

const MOST = 4; // key tiles of a room
const MOST_READINGS = 2;

class Home extends Plain {
  private rooms: Room[] = [];
  private key = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.watchAll(250);
    this.every(60_000);
  }

  /** Rooms are sorted out anew only when an entity came, went or moved. */
  protected override willUpdate(): void {
    let key = "";
    for (const { entity_id, area, hidden, category, attributes } of entities.values()) {
      key += `${entity_id} ${area} ${hidden} ${category} ${attributes.friendly_name}\n`;
    }
    if (key === this.key) return;
    this.key = key;
    this.rooms = roomsOf(entities.values());
  }

  override render(): TemplateResult {
    return html`<header class="top"><h1 tabindex="-1">${session.home}</h1><p class="quiet">${today(new Date())}</p></header>
      <ul class="glance" aria-label=${t("At a glance")}>${glanceOf(entities.values()).map(chip)}</ul>
      <div class="body">
        <div class="rooms">${this.rooms.filter((one) => one.places.controls.length + one.places.readings.length + one.heads.length > 0).map(room)}
          ${this.rooms.length === 0 ? welcome() : nothing}</div>
        <hs-happenings></hs-happenings>
      </div>`;
  }
}

const welcome = (): TemplateResult => html`<section class="card empty"><h2>${t("No devices yet")}</h2>
  <p class="quiet">${t("Connect one to the broker: what announces itself appears here by itself.")}</p></section>`;

const chip = (one: Chip): TemplateResult => html`<li data-mood=${one.mood} data-key=${one.key}>
  <button type="button" @click=${() => openList(one.of.map((entity) => entity.entity_id), one.label)}>
    <span class="badge">${icon(one.icon)}</span><span class="words"><strong>${one.value}</strong><span class="quiet">${one.label}</span></span>
  </button></li>`;

function room(one: Room): TemplateResult {
  const { controls, readings } = one.places;
  const keys = keyTiles(controls, MOST);
  const told = readings.slice(0, keys.length > 2 ? MOST_READINGS : MOST_READINGS * 2);
  const left = one.count - keys.length - told.length - one.heads.length;
  const name = one.name === NOWHERE ? t(NOWHERE) : one.name;
  return html`<section class="room card" aria-labelledby=${`room-${one.slug}`}>
    <header class="room-head"><h2 id=${`room-${one.slug}`}><a href=${`/room/${one.slug}`}>${name}${icon("forward")}</a></h2>${heads(one)}</header>
    <div class="tiles" ?hidden=${keys.length === 0}>${repeat(keys, (entity) => entity.entity_id, (entity) => html`<hs-tile .entity=${entity.entity_id} .room=${one.name}></hs-tile>`)}</div>
    <div class="readings" ?hidden=${told.length === 0}>${repeat(told, (entity) => entity.entity_id, (entity) => html`<hs-tile .entity=${entity.entity_id} .room=${one.name}></hs-tile>`)}</div>
    ${left > 0 ? html`<a class="rest" href=${`/room/${one.slug}`}>${t("{0} more", left)}<span class="unseen">: ${name}</span></a>` : nothing}
  </section>`;
}

/** Warmth and humidity in the head of a room. */
export const heads = (one: Room): TemplateResult => html`<span class="summary">${one.heads.map(({ entity_id: id }) => {
  const entity = entities.get(id);
  if (!entity) return nothing;
  const label = `${entity.attributes.friendly_name}: ${stateLine(entity)}`;
  return html`<button class="plain" type="button" aria-label=${label} @click=${() => openDetail(id)}>${stateLine(entity)}</button>`;
})}</span>`;

define("hs-home", Home);
