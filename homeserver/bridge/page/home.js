// What the page knows of the home: entities by id, as the stream tells them, and what people asked for but is not yet so.

export const entities = new Map();

const wishes = new Map();
const watchers = new Set();

/** Called with the ids of what changed, at most once for each frame of the screen. */
export const watch = (watcher) => watchers.add(watcher);

let waiting = new Set();

function changed(id) {
  if (waiting.size === 0) requestAnimationFrame(tell);
  waiting.add(id);
}

function tell() {
  const ids = waiting;
  waiting = new Set();
  for (const watcher of watchers) watcher(ids);
}

/** The whole home; what is not in it is gone. */
export function replace(all) {
  const ids = new Set(all.map((entity) => entity.entity_id));
  for (const id of entities.keys()) if (!ids.has(id)) remove(id);
  all.forEach(put);
}

export function put(entity) {
  const id = entity.entity_id;
  entities.set(id, entity);
  const wish = wishes.get(id);
  if (wish && wish.fits(entity)) wishes.delete(id);
  changed(id);
}

export function remove(id) {
  entities.delete(id);
  wishes.delete(id);
  changed(id);
}

export const nameOf = (id) => entities.get(id)?.attributes.friendly_name ?? id;

// -- wishes

const CONFIRMED_WITHIN = 6000; // milliseconds
const TOLD_FOR = 8000;

/** The entity as it will be if what was asked for comes true. */
export function wished(entity) {
  const wish = wishes.get(entity.entity_id);
  return wish?.look ? { ...entity, ...wish.look, attributes: { ...entity.attributes, ...wish.look.attributes } } : entity;
}

/** "asked" while a command is under way, "failed" for a while after it came to nothing, else "". */
export const wishOf = (id) => wishes.get(id)?.phase ?? markOf(entities.get(id));
export const faultOf = (id) => wishes.get(id)?.fault ?? "Not confirmed";

/** What the home itself tells of commands of anybody: one is on its way, or came to nothing. */
function markOf(entity) {
  if (entity?.attributes.wanted) return "asked";
  return entity?.attributes.not_confirmed ? "failed" : "";
}

/**
 * Ask for a service. `look` is what the entity will be like, shown at once; `fits` tells whether a new state confirms it. Where
 * `fits` is missing, the owner's word that he accepted is enough. What is not confirmed in time is shown as such.
 */
export async function ask(id, service, data = {}, look = null, fits = null) {
  const wish = { phase: "asked", look, fault: "", fits: fits ?? (() => false) };
  wishes.set(id, wish);
  changed(id);
  const fault = await post(id, service, data);
  if (wishes.get(id) !== wish) return;
  if (fault) fail(id, wish, fault);
  else if (!fits || fits(entities.get(id))) settle(id, wish);
  else setTimeout(() => giveUp(id, wish), CONFIRMED_WITHIN);
}

async function post(id, service, data) {
  try {
    const answer = await fetch(`/api/services/${id.split(".")[0]}/${service}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...data, entity_id: id }),
    });
    if (answer.ok) return "";
    const { code, message } = await answer.json();
    return code === "timeout" ? "Not confirmed" : message;
  } catch {
    return "Not sent: no connection";
  }
}

/** What the home still tries is its own to tell from now on. */
function giveUp(id, wish) {
  if (markOf(entities.get(id))) settle(id, wish);
  else fail(id, wish, "Not confirmed");
}

function settle(id, wish) {
  if (wishes.get(id) !== wish) return;
  wishes.delete(id);
  changed(id);
}

function fail(id, wish, fault) {
  if (wishes.get(id) !== wish) return;
  Object.assign(wish, { phase: "failed", look: null, fault });
  changed(id);
  setTimeout(() => settle(id, wish), TOLD_FOR);
}
