// What happened and why, in sentences: "opened", "by Anna", "rule Hall light, because Hall motion saw movement".

import { domainOf, kindOf, type Entity, type Link } from "../model/entity.js";
import { stateWord, valueLine } from "./states.js";
import { capital, spaced, t } from "./text.js";

const VERBS: Record<string, [string, string]> = {
  battery: ["has a low battery", "has a good battery"], connectivity: ["is connected", "lost its connection"],
  door: ["opened", "closed"], garage_door: ["opened", "closed"], lock: ["was unlocked", "was locked"],
  moisture: ["became wet", "is dry"], motion: ["saw motion", "sees no motion any more"],
  occupancy: ["became occupied", "became empty"], opening: ["opened", "closed"], presence: ["came home", "left"],
  running: ["started", "stopped"], smoke: ["detected smoke", "is clear of smoke"], window: ["opened", "closed"],
};


type Deed = string | undefined;

const ALARM: Record<string, string> = {
  disarmed: "was disarmed", arming: "is being armed", triggered: "raised the alarm", pending: "waits for its code",
};
const LOCK: Record<string, string> = {
  locked: "was locked", unlocked: "was unlocked", jammed: "is jammed", locking: "is locking", unlocking: "is unlocking",
};
const COVER: Record<string, string> = { open: "is open", closed: "is closed", opening: "is opening", closing: "is closing" };
const TIMER: Record<string, string> = { active: "was started", paused: "was paused", idle: "has ended" };
const one = (words: Record<string, string>) => (_: Entity, to: string): Deed => words[to] && t(words[to]);

const DEEDS: Record<string, (entity: Entity, to: string) => Deed> = {
  alarm_control_panel: (_, to) => (to.startsWith("armed") ? t("was {0}", t(spaced(to))) : ALARM[to] && t(ALARM[to])),
  button: () => t("was pressed"),
  input_button: () => t("was pressed"),
  script: one({ on: "began", off: "is done" }),
  timer: one(TIMER),
  climate: (entity, to) => t("was set to {0}", stateWord(entity, to)),
  cover: one(COVER),
  device_tracker: one({ home: "came home", not_home: "left" }),
  person: one({ home: "came home", not_home: "left" }),
  event: ({ attributes }) => t("told: {0}", spaced(attributes.event_type ?? t("something happened"))),
  image: () => t("has a new picture"),
  infrared: () => t("saw or sent a signal"),
  lock: one(LOCK),
  notify: () => t("was sent a message"),
  scene: () => t("was activated"),
  siren: one({ on: "sounds", off: "is silent again" }),
  update: one({ on: "is ready to be installed", off: "is up to date" }),
};
const RULES = new Set(["automation", "script"]);

/** What an entity did, as the end of a sentence that begins with its name. */
export function deed(entity: Entity | undefined, to: string, from?: string): string {
  if (to === "unavailable") return t(entity && RULES.has(domainOf(entity)) ? "was refused" : "cannot be reached");
  if (from === "unavailable") return t("is back");
  if (!entity) return t("changed to {0}", spaced(to));
  const told = DEEDS[domainOf(entity)];
  if (told) return told(entity, to) ?? t("changed to {0}", stateWord(entity, to));
  const pair = VERBS[kindOf(entity)];
  if (pair && (to === "on" || to === "off")) return t(pair[to === "on" ? 0 : 1]);
  if (to === "on") return t("turned on");
  if (to === "off") return t("turned off");
  return t("changed to {0}", valueLine(entity, to));
}

const ACTORS: [RegExp, (name: string) => string][] = [
  [/^person\.owner$/, () => t("by the owner")],
  [/^person\.(.+)$/, (name) => t("by {0}", capital(spaced(name)))],
  [/^rule:([^#]+)/, (name) => t("by the rule {0}", capital(spaced(name)))],
  [/^prediction:(.+)$/, (name) => t("by the prediction {0}", capital(spaced(name)))],
  [/^assistant:?(.*)$/, () => t("by the assistant")],
  [/^process\.cli$/, () => t("from the command line")],
];

type Lookup = (id: string) => Entity | undefined;

/** Why something happened, in words; empty where the chain knows no more than the device itself. */
export function because(why: readonly Link[], entityOf: Lookup): string {
  const told = why.map((link) => actor(link.by));
  const index = told.findIndex(Boolean);
  if (index < 0) return "";
  const origin = why.slice(index + 1).find((link) => link.entity_id);
  if (!origin?.entity_id) return told[index]!;
  const source = entityOf(origin.entity_id);
  const name = source?.attributes.friendly_name ?? origin.entity_id;
  return t("{0}, because {1} {2}", told[index]!, name, deed(source, origin.state ?? ""));
}

/** The cause of the present state as a whole sentence. */
export function causeOf(entity: Entity, why: readonly Link[], entityOf: Lookup): string {
  const reason = because(why, entityOf);
  const did = capital(deed(entity, entity.state));
  return reason ? `${did} ${reason}.` : t("{0} at the device itself.", did);
}

/** Who did something, as the end of a sentence; empty for a device. */
export function actor(by: string): string {
  for (const [pattern, words] of ACTORS) {
    const found = pattern.exec(by);
    if (found) return words(found[1] ?? "");
  }
  return "";
}
