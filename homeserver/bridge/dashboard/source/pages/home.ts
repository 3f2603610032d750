// The home at a glance, its rooms with their key tiles, and what happened of late.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { storeysOf, type Storey } from "../kinds/floors.js";
import { isMoved, keyTiles } from "../kinds/places.js";
import { NOWHERE, roomsOf, type Room } from "../kinds/rooms.js";
import { entities, floors, laid } from "../model/home.js";
import { session } from "../model/session.js";
import "../parts/chunk.js";
import "../parts/glance.js";
import "../parts/happenings.js";
import "../parts/heads.js";
import { define, Plain } from "../parts/plain.js";
import "../parts/tile.js";
import { icon } from "../words/icons.js";
import { t, today } from "../words/text.js";

const MOST = 4; // key tiles of a room
const MOST_READINGS = 2;
const MANY = 12; // rooms from which those out of sight are not drawn
const [HIGH, LOW] = [150, 60]; // of a row of tiles and of readings, in pixels, before they were ever drawn

class Home extends Plain {
  private rooms: Room[] = [];
  private at = -1;

  override connectedCallback(): void {
    super.connectedCallback();
    this.needs(isMoved);
    this.watchAll(250, () => this.at !== laid);
    this.every(60_000);
  }

  /** Rooms are sorted out anew only when something came, went or moved. */
  protected override willUpdate(): void {
    if (this.at === laid) return;
    this.at = laid;
    this.rooms = roomsOf(entities.values()).filter((one) => one.places.controls.length + one.places.readings.length + one.heads.length > 0);
  }

  override render(): TemplateResult {
    return html`<header class="top"><h1 tabindex="-1">${session.home}</h1><p class="quiet">${today(new Date())}</p></header>
      <hs-glance></hs-glance>
      <div class="body">
        <div>${storeysOf(this.rooms, floors).map((one) => storey(one, this.rooms.length > MANY))}
          ${this.rooms.length === 0 && session.heard > 0 ? welcome() : nothing}</div>
        <hs-happenings></hs-happenings>
      </div>`;
  }
}

function storey({ name, rooms }: Storey, many: boolean): TemplateResult {
  const list = html`<div class="rooms">${repeat(rooms, (one) => one.slug, (one) => room(one, many, name !== ""))}</div>`;
  return name ? html`<section class="floor"><h2>${name}</h2>${list}</section>` : list;
}

const welcome = (): TemplateResult => html`<section class="card empty"><h2>${t("No devices yet")}</h2>
  <p class="quiet">${t("Connect one to the broker: what announces itself appears here by itself.")}</p></section>`;

function room(one: Room, many: boolean, below: boolean): TemplateResult {
  const { controls, readings } = one.places;
  const keys = keyTiles(controls, MOST);
  const told = readings.slice(0, keys.length > 2 ? MOST_READINGS : MOST_READINGS * 2);
  const left = one.count - keys.length - told.length - one.heads.length;
  const name = one.name === NOWHERE ? t(NOWHERE) : one.name;
  const inside = (): TemplateResult => html`
    <div class="tiles" ?hidden=${keys.length === 0}>${repeat(keys, (entity) => entity.entity_id, (entity) => html`<hs-tile .entity=${entity.entity_id} .room=${one.name}></hs-tile>`)}</div>
    <div class="readings" ?hidden=${told.length === 0}>${repeat(told, (entity) => entity.entity_id, (entity) => html`<hs-tile .entity=${entity.entity_id} .room=${one.name}></hs-tile>`)}</div>`;
  const tall = Math.ceil(keys.length / 2) * HIGH + Math.ceil(told.length / 2) * LOW;
  return html`<section class="room card" aria-labelledby=${`room-${one.slug}`}>
    ${roomHead(one, below)}
    ${many ? html`<hs-chunk .draw=${inside} .tall=${tall}></hs-chunk>` : inside()}
    ${left > 0 ? html`<a class="rest" href=${`/room/${one.slug}`}>${t("{0} more", left)}<span class="unseen">: ${name}</span></a>` : nothing}
  </section>`;
}

/** The name of a room, which leads to its page, and its air. `below`: it stands under the name of a floor. */
export function roomHead(one: Room, below = false): TemplateResult {
  const link = html`<a href=${`/room/${one.slug}`}>${one.name === NOWHERE ? t(NOWHERE) : one.name}${icon("forward")}</a>`;
  const id = `room-${one.slug}`;
  return html`<header class="room-head">${below ? html`<h3 id=${id}>${link}</h3>` : html`<h2 id=${id}>${link}</h2>`}${heads(one)}</header>`;
}

export const heads = (one: Room): TemplateResult =>
  html`<hs-heads .ids=${one.heads.map((entity) => entity.entity_id).join(" ")}></hs-heads>`;

define("hs-home", Home);
