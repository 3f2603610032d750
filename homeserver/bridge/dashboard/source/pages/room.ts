// One room with everything in it: what can be worked, what it tells, and the rest folded away.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { NOWHERE, roomsOf, type Room } from "../kinds/rooms.js";
import { domainOf, type Entity } from "../model/entity.js";
import { isMoved } from "../kinds/places.js";
import { ask, entities, laid } from "../model/home.js";
import { stretches } from "../parts/chunk.js";
import { define, Plain } from "../parts/plain.js";
import "../parts/tile.js";
import { icon } from "../words/icons.js";
import { t } from "../words/text.js";
import { heads, roomHead } from "./home.js";

const nameOf = ({ name }: Room): string => (name === NOWHERE ? t(NOWHERE) : name);
const MANY = 150; // things from which those out of sight are not drawn
const FEW = 40;
const STRETCH = 48; // a multiple of 2, 3 and 4, so that rows of most widths are full

class RoomPage extends Plain {
  static override properties = { rest: {} };
  declare rest: string;
  private rooms: Room[] = [];
  private at = -1;

  override connectedCallback(): void {
    super.connectedCallback();
    this.needs(isMoved);
    this.watchAll(250, () => this.at !== laid);
  }

  protected override willUpdate(): void {
    if (this.at === laid) return;
    this.at = laid;
    this.rooms = roomsOf(entities.values());
  }

  override render(): TemplateResult {
    const { rooms } = this;
    if (!this.rest) return this.all(rooms);
    const room = rooms.find((one) => one.slug === this.rest);
    if (!room) {
      return html`<header class="top"><h1 tabindex="-1">${t("No such room")}</h1></header><p><a href="/">${t("Back to the home")}</a></p>`;
    }
    return html`<header class="top row"><a class="round" href="/" aria-label=${t("Back to the home")}>${icon("back")}</a><h1 tabindex="-1">${nameOf(room)}</h1>${heads(room)}</header>
      ${chips(rooms, room)}<hs-lamps-off .lamps=${lampsOf(room)}></hs-lamps-off>${inside(room, room.count > MANY)}`;
  }

  /** All rooms with all that is in them. */
  private all(rooms: Room[]): TemplateResult {
    const many = rooms.reduce((sum, room) => sum + room.count, 0) > MANY;
    return html`<header class="top"><h1 tabindex="-1">${t("Rooms")}</h1></header>${chips(rooms)}
      ${repeat(rooms, (room) => room.slug, (room) => html`<section class="room card all" aria-labelledby=${`room-${room.slug}`}>
        ${roomHead(room)}${inside(room, many)}</section>`)}`;
  }
}

const chips = (rooms: Room[], here?: Room): TemplateResult => html`<nav class="chips" aria-label=${t("Rooms")}>
  ${rooms.map((one) => html`<a href=${`/room/${one.slug}`} aria-current=${one === here ? "page" : nothing}>${nameOf(one)}</a>`)}</nav>`;

const inside = (room: Room, many: boolean): TemplateResult => html`${group(room.places.controls, room.name, "tiles", many)}
  ${group(room.places.readings, room.name, "readings", many)}
  ${room.places.more.length ? html`<hs-fold .list=${room.places.more.map((entity) => entity.entity_id).join(" ")} .room=${room.name}></hs-fold>` : nothing}`;

function group(list: Entity[], room: string, kind: "tiles" | "readings", many: boolean): TemplateResult {
  if (!many) return grid(list, room, kind);
  const tall = kind === "tiles" ? 75 : 30; // of a thing, where two stand beside each other
  return html`${stretches(list, STRETCH).map((some) => html`<hs-chunk class="stretch" .draw=${() => grid(some, room, kind)} .tall=${some.length * tall}></hs-chunk>`)}`;
}

const grid = (list: Entity[], room: string, kind: string): TemplateResult => html`<div class="${kind} whole" ?hidden=${list.length === 0}>
  ${repeat(list, (entity) => entity.entity_id, (entity) => html`<hs-tile .entity=${entity.entity_id} .room=${room}></hs-tile>`)}</div>`;

/** What is seldom looked for; where it is much, it is drawn only once it is unfolded. */
class Fold extends Plain {
  static override properties = { list: {}, room: {}, open: { state: true } };
  declare list: string;
  declare room: string;
  declare open: boolean;

  override render(): TemplateResult {
    const ids = this.list.split(" ");
    const known = ids.map((id) => entities.get(id)).filter((entity) => entity !== undefined);
    return html`<details class="fold" @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}>
      <summary>${t("More")} <span>${ids.length}</span></summary>${this.open || known.length <= FEW ? group(known, this.room, "readings", known.length > STRETCH) : nothing}</details>`;
  }
}

const lampsOf = (room: Room): string =>
  room.places.controls.filter((entity) => domainOf(entity) === "light").map((entity) => entity.entity_id).join(" ");

/** One press for all lamps of the room, where several are on. */
class LampsOff extends Plain {
  static override properties = { lamps: {} };
  declare lamps: string;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("lamps")) this.watchOnly(...this.lamps.split(" ").filter(Boolean));
  }

  override render(): TemplateResult | typeof nothing {
    const known = this.lamps.split(" ").map((id) => entities.get(id)).filter((entity) => entity !== undefined);
    const on = known.filter((entity) => entity.state === "on" && !Array.isArray(entity.attributes.entity_id));
    if (on.length < 2) return nothing;
    const off = (): void => on.forEach(({ entity_id: id }) => void ask(id, "turn_off", {}, { state: "off" }, (now) => now.state === "off"));
    return html`<p><button class="plain lamps-off" type="button" @click=${off}>${icon("bulb")}${t("Turn {0} lamps off", on.length)}</button></p>`;
  }
}

define("hs-fold", Fold);
define("hs-lamps-off", LampsOff);
define("hs-room", RoomPage);
