// What happened lately, each line with its reason.

import { byId, el, setAttribute } from "/dom.js";
import { entities, nameOf } from "/home.js";
import { icon, iconOf } from "/icons.js";
import { because, clock, deed } from "/words.js";

const MOST = 40;
const TOGETHER = 60_000; // milliseconds in which devices that come or go make one line

let crowd = null; // the newest line, where it tells of devices that came or went

/** Begin the list anew. */
export function beginFeed(lines) {
  byId("feed").replaceChildren();
  crowd = null;
  addToFeed(lines);
}

/** Add lines, the newest last in `lines` and first on the page. */
export function addToFeed(lines) {
  const list = byId("feed");
  for (const line of lines) {
    if (joins(line)) continue;
    list.prepend(item(line));
  }
  while (list.children.length > MOST) list.lastChild.remove();
  setAttribute(byId("feed-empty"), "hidden", list.children.length > 0);
  setAttribute(byId("feed-all"), "hidden", list.children.length < 9);
}

/** Whether a line only adds a device to the newest one: a gateway takes all of its devices along. */
function joins(line) {
  const kind = line.to === "unavailable" ? "away" : line.from === "unavailable" ? "back" : "";
  const device = entities.get(line.entity_id)?.device ?? line.name;
  if (crowd && kind === crowd.kind && new Date(line.time) - crowd.begun < TOGETHER) {
    crowd.devices.add(device);
    const many = crowd.devices.size - 1;
    const what = kind === "away" ? "cannot be reached" : "are back";
    if (many > 0) crowd.words.replaceChildren(strong(crowd.first), ` and ${many} more ${what}`);
    return true;
  }
  crowd = kind ? { kind, begun: new Date(line.time), first: device, devices: new Set([device]) } : null;
  return false;
}

const strong = (text) => el("strong", { text });

function item(line) {
  const entity = entities.get(line.entity_id);
  const reason = because(line.why, nameOf, (id) => entities.get(id));
  const own = () => (entity ? iconOf({ ...entity, state: line.to }) : "info"); // only a change of state has a `to`
  const drawing = line.did ? "press" : line.failed ? "alert" : crowd ? "signal" : own();
  const what = line.did ? line.did : line.failed ? `did not do it: ${line.failed}` : deed(entity, line.to, line.from);
  const words = el("p", {}, strong(crowd ? crowd.first : line.name), ` ${what}`);
  if (crowd) crowd.words = words;
  return el("li", { "data-mood": moodOf(line) }, el("span", { class: "badge" }, icon(drawing)),
    el("div", {}, words, reason && el("p", { class: "quiet", text: reason })),
    el("time", { datetime: line.time, text: clock(line.time) }));
}

function moodOf(line) {
  if (line.failed) return "alarm";
  if (line.did) return "active";
  if (line.to !== "on") return "";
  return line.entity_id.startsWith("light.") ? "glow" : "active";
}

/** The reason of a state in a sentence, for the details of an entity. */
export function reasonOf(entity) {
  return because(entity.why ?? [], nameOf, (id) => entities.get(id));
}
