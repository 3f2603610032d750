import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { CONTROLS } from "../source/kinds/controls.js";
import { PAIRS } from "../source/words/states.js";

const ROOT = new URL("../../", import.meta.url).pathname;
const german = JSON.parse(readFileSync(join(ROOT, "source/messages/de.json"), "utf8")) as Record<string, string>;

/** All texts for people in the source: what is handed to `t`, `many` and the menu, and the words in the tables. */
function texts(): Set<string> {
  const found = new Set<string>();
  const files = readdirSync(join(ROOT, "source"), { recursive: true }).map(String).filter((name) => name.endsWith(".ts"));
  for (const name of files) {
    const source = readFileSync(join(ROOT, "source", name), "utf8");
    for (const [, said] of source.matchAll(/\bt\(\s*"((?:[^"\\]|\\.)+)"/g)) found.add(said!);
    for (const [, one, other] of source.matchAll(/\bt\([^"()]*\?\s*"([^"]+)"\s*:\s*"([^"]+)"/g)) found.add(one!).add(other!);
    for (const [, said] of source.matchAll(/\brow\("\/[a-z]*", "([^"]+)"/g)) found.add(said!);
  }
  for (const row of Object.values(CONTROLS).flat()) {
    for (const word of [row.what, row.word, ...(row.rows ?? []).map((one) => one.word), ...(row.fields ?? []).map((one) => one.what)]) {
      if (word) found.add(word);
    }
  }
  for (const pair of Object.values(PAIRS)) pair.forEach((word) => found.add(word));
  return found;
}

test("every text is there in German, with the same places to fill in", () => {
  const missing = [...texts()].filter((said) => !(said in german)).sort();
  assert.deepEqual(missing, []);
  for (const [said, told] of Object.entries(german)) {
    const places = (text: string): string => [...text.matchAll(/\{\d\}/g)].map(String).sort().join();
    assert.equal(places(told), places(said), said);
  }
});
