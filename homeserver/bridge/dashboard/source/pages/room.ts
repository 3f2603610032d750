// One room with everything in it: what can be worked, what it tells, and the rest folded away.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { NOWHERE, roomsOf, type Room } from "../kinds/rooms.js";
import { domainOf, type Entity } from "../model/entity.js";
import { ask, entities } from "../model/home.js";
import { define, Plain } from "../parts/plain.js";
import "../parts/tile.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { heads } from "./home.js";

const nameOf = ({ name }: Room): string => (name === NOWHERE ? t(NOWHERE) : name);

class RoomPage extends Plain {
  static override properties = { rest: {} };
  declare rest: string;

  override connectedCallback(): void {
    super.connectedCallback();
    this.watchAll(250);
  }

  override render(): TemplateResult {
    const rooms = roomsOf(entities.values());
    if (!this.rest) return this.all(rooms);
    const room = rooms.find((one) => one.slug === this.rest);
    if (!room) {
      return html`<header class="top"><h1 tabindex="-1">${t("No such room")}</h1></header><p><a href="/">${t("Back to the home")}</a></p>`;
    }
    return html`<header class="top row"><a class="round" href="/" aria-label=${t("Back to the home")}>${icon("back")}</a><h1 tabindex="-1">${nameOf(room)}</h1>${heads(room)}</header>
      ${chips(rooms, room)}${lampsOff(room)}${inside(room)}`;
  }

  /** All rooms with all that is in them. */
  private all(rooms: Room[]): TemplateResult {
    return html`<header class="top"><h1 tabindex="-1">${t("Rooms")}</h1></header>${chips(rooms)}
      ${rooms.map((room) => html`<section class="room card all" aria-labelledby=${`room-${room.slug}`}>
        <header class="room-head"><h2 id=${`room-${room.slug}`}><a href=${`/room/${room.slug}`}>${nameOf(room)}${icon("forward")}</a></h2>${heads(room)}</header>
        ${inside(room)}</section>`)}`;
  }
}

const chips = (rooms: Room[], here?: Room): TemplateResult => html`<nav class="chips" aria-label=${t("Rooms")}>
  ${rooms.map((one) => html`<a href=${`/room/${one.slug}`} aria-current=${one === here ? "page" : nothing}>${nameOf(one)}</a>`)}</nav>`;

const inside = (room: Room): TemplateResult => html`${group(room.places.controls, room.name, "tiles")}
  ${group(room.places.readings, room.name, "readings")}
  ${room.places.more.length ? html`<details class="fold"><summary>${t("More")} <span>${room.places.more.length}</span></summary>${group(room.places.more, room.name, "readings")}</details>` : nothing}`;

const group = (list: Entity[], room: string, kind: string): TemplateResult => html`<div class="${kind} whole" ?hidden=${list.length === 0}>
  ${repeat(list, (entity) => entity.entity_id, (entity) => html`<hs-tile .entity=${entity.entity_id} .room=${room}></hs-tile>`)}</div>`;

/** One press for all lamps of the room, where several are on. */
function lampsOff(room: Room): TemplateResult | typeof nothing {
  const on = room.places.controls.filter((entity) => domainOf(entity) === "light" && entity.state === "on" && !Array.isArray(entity.attributes.entity_id));
  if (on.length < 2) return nothing;
  const off = (): void => on.forEach(({ entity_id: id }) => void ask(id, "turn_off", {}, { state: "off" }, (now) => now.state === "off"));
  return html`<p><button class="plain lamps-off" type="button" @click=${off}>${icon("bulb")}${t("Turn {0} lamps off", on.length)}</button></p>`;
}

define("hs-room", RoomPage);
