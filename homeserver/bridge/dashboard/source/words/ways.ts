// The way to a step of a rule, `actions[0].choose[1].sequence[0]`, in words: where people would look for it.

import { capital, spaced, t } from "./text.js";

const WORDS: Record<string, string> = {
  triggers: "Trigger {0}", conditions: "Condition {0}", actions: "Step {0}", sequence: "Step {0}", choose: "option {0}", parallel: "branch {0}",
  default: "else, step {0}", then: "then, step {0}", else: "else, step {0}", if: "condition {0}", repeat: "repeat", while: "while {0}", until: "until {0}",
};

export interface Way {
  /** How deep it lies. */
  depth: number;
  /** Its last part, in words. */
  words: string;
}

export function wayOf(way: string): Way {
  const parts = way.split(".").filter(Boolean);
  const last = /^(\w+)(?:\[(\d+)\])?/.exec(parts.at(-1) ?? "");
  const said = last && WORDS[last[1]!];
  const number = last?.[2] === undefined ? "" : String(Number(last[2]) + 1);
  return { depth: Math.max(0, parts.length - 1), words: said ? capital(t(said, number).trim()) : spaced(way) };
}
