// What happened lately, each line with its reason.

import { byId, el, setAttribute } from "/dom.js";
import { entities, nameOf } from "/home.js";
import { icon, iconOf } from "/icons.js";
import { because, clock, deed } from "/words.js";

const MOST = 40;

/** Begin the list anew. */
export function beginFeed(lines) {
  byId("feed").replaceChildren();
  addToFeed(lines);
}

/** Add lines, the newest last in `lines` and first on the page. */
export function addToFeed(lines) {
  const list = byId("feed");
  for (const line of lines.slice(-MOST)) list.prepend(item(line));
  while (list.children.length > MOST) list.lastChild.remove();
  setAttribute(byId("feed-empty"), "hidden", list.children.length > 0);
}

function item(line) {
  const entity = entities.get(line.entity_id);
  const reason = because(line.why, nameOf, (id) => entities.get(id));
  const badge = el("span", { class: "badge" }, icon(line.failed ? "alert" : entity ? iconOf({ ...entity, state: line.to }) : "info"));
  const deedText = line.failed ? `did not do it: ${line.failed}` : deed(entity, line.to, line.from);
  const sentence = el("p", {}, el("strong", { text: line.name }), ` ${deedText}`);
  const time = el("time", { datetime: line.time, text: clock(line.time) });
  const made = el("li", { "data-mood": line.failed ? "alarm" : "" }, badge, el("div", {}, sentence, reason && el("p", { class: "quiet", text: reason })), time);
  return made;
}

/** The reason of a state in a sentence, for the details of an entity. */
export function reasonOf(entity) {
  return because(entity.why ?? [], nameOf, (id) => entities.get(id));
}

