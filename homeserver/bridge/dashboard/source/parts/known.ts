// What can be put into a rule: entities, services, and the words of the language; for the editor to offer.

import type { Completion } from "@codemirror/autocomplete";

import { entities } from "../model/home.js";
import { get } from "../model/http.js";

const KEYS = [
  "alias", "description", "id", "mode", "triggers", "conditions", "actions", "trigger", "condition", "action", "target", "data", "entity_id", "area_id", "device_id",
  "from", "to", "for", "above", "below", "at", "before", "after", "weekday", "offset", "event", "event_type", "topic", "payload", "value_template", "choose", "sequence",
  "default", "if", "then", "else", "repeat", "count", "while", "until", "delay", "wait_for_trigger", "wait_template", "timeout", "variables", "parallel", "stop", "state",
  "numeric_state", "time", "sun", "template", "mqtt", "single", "restart", "queued", "explain",
].map((label): Completion => ({ label, type: "keyword" }));

let services: Completion[] = [];
let asked: Promise<void> | null = null;

/** Fetch the services once; `knownWords.now` is all that is known at the moment. */
export const knownWords = Object.assign(
  (): Promise<void> =>
    (asked ??= get<{ domain: string; services: Record<string, { name?: string }> }[]>("/api/services").then((answer) => {
      if (answer.ok) services = answer.value.flatMap(({ domain, services: own }) => Object.keys(own).map((name) => ({ label: `${domain}.${name}`, type: "function" })));
      else asked = null;
    })),
  { now: [] as readonly Completion[] },
);

Object.defineProperty(knownWords, "now", {
  get: (): Completion[] => [...[...entities.values()].map((one) => ({ label: one.entity_id, detail: one.attributes.friendly_name, type: "variable" })), ...services, ...KEYS],
});
