// A line of the one table as a sentence: "may control everything in Kitchen, Mon–Fri, 08:00–18:00".

import { domainWord } from "./domains.js";
import { dated } from "./dates.js";
import { inZone, t } from "./text.js";

export interface Policy {
  id: number;
  who: string;
  scope: string;
  what: string;
  verb: string;
  allow: boolean;
  weekdays: string[];
  begins: string | null;
  ends: string | null;
  until: string | null;
  in_force: boolean;
}
/** How what a line names is called now: an area, a label, an entity. */
export type Namer = (scope: string, id: string) => string;

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONDAY = Date.UTC(2024, 0, 1);

export const dayName = (day: string): string =>
  inZone(MONDAY + WEEKDAYS.indexOf(day) * 86_400_000, { weekday: "short" }, "UTC");

/** "Mon–Fri", "Sat, Sun": three days or more that follow one another are a span. */
export function daysTold(days: string[]): string {
  const places = WEEKDAYS.map((_, place) => place).filter((place) => days.includes(WEEKDAYS[place]!));
  if (places.length === 0 || places.length === WEEKDAYS.length) return "";
  const spans: number[][] = [];
  for (const place of places) {
    const last = spans.at(-1);
    if (last && last.at(-1) === place - 1) last.push(place);
    else spans.push([place]);
  }
  const name = (place: number): string => dayName(WEEKDAYS[place]!);
  return spans.map((span) => (span.length > 2 ? `${name(span[0]!)}–${name(span.at(-1)!)}` : span.map(name).join(", "))).join(", ");
}

function thing({ scope, what }: Policy, named: Namer): string {
  if (scope === "all") return t("everything");
  if (scope === "domain") return domainWord(what);
  if (scope === "area") return t("everything in {0}", named(scope, what));
  if (scope === "label") return t("everything labelled {0}", named(scope, what));
  return named(scope, what);
}

function call({ what, allow }: Policy): string {
  if (what === "*") return t(allow ? "may make every call" : "may make no call");
  const [worker, verb] = what.split(".");
  if (verb === "*") return allow ? t("may make all calls of {0}", worker!) : t("may make no call of {0}", worker!);
  return allow ? t("may make the call {0}", what) : t("may not make the call {0}", what);
}

function may(line: Policy, named: Namer): string {
  if (line.scope === "call") return call(line);
  const what = thing(line, named);
  if (line.verb === "see") return line.allow ? t("may see {0}", what) : t("may not see {0}", what);
  if (line.verb === "control") return line.allow ? t("may see and control {0}", what) : t("may not control {0}", what);
  return line.allow ? t("may see, control and change {0}", what) : t("may not change {0}", what);
}

/** When it counts; empty for always. */
export function whenTold(line: Policy): string {
  const hours = line.begins || line.ends ? `${line.begins ?? "00:00"}–${line.ends ?? "24:00"}` : "";
  return [daysTold(line.weekdays), hours, line.until ? t("until {0}", dated(line.until)) : ""].filter(Boolean).join(", ");
}

export function policyTold(line: Policy, named: Namer): string {
  return [may(line, named), whenTold(line)].filter(Boolean).join(", ");
}
