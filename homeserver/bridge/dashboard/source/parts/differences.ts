// What differs between two texts, line by line, and how that is shown.

import { html, nothing, type TemplateResult } from "lit";

import { t } from "../words/text.js";

export interface DiffLine {
  sign: "+" | "-" | " " | "@";
  text: string;
}

const AROUND = 3; // lines that are shown around a change
const LARGEST = 4_000_000; // cells of the table: beyond it whole passages are told as changed

/** The lines of a unified diff, its head left out. */
export function linesOf(unified: string): DiffLine[] {
  return unified.split("\n").filter((line) => line && !/^(---|\+\+\+) /.test(line)).map((line) => ({
    sign: "+- @".includes(line[0]!) ? (line[0] as DiffLine["sign"]) : " ", text: line[0] === "@" ? "" : line.slice(1),
  }));
}

/** What must be done to `old` for it to be `fresh`, with a few lines around each change. */
export function differences(old: string, fresh: string): DiffLine[] {
  const [a, b] = [old.split("\n"), fresh.split("\n")];
  let [head, tail] = [0, 0];
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const middle = compared(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (lines: string[]): DiffLine[] => lines.map((text) => ({ sign: " ", text }));
  return shortened([...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))]);
}

/** By the longest common sequence of lines. */
function compared(a: string[], b: string[]): DiffLine[] {
  const all = (sign: "+" | "-", lines: string[]): DiffLine[] => lines.map((text) => ({ sign, text }));
  if (a.length * b.length > LARGEST) return [...all("-", a), ...all("+", b)];
  const width = b.length + 1;
  const size = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      size[i * width + j] = a[i] === b[j] ? size[(i + 1) * width + j + 1]! + 1 : Math.max(size[(i + 1) * width + j]!, size[i * width + j + 1]!);
    }
  }
  const found: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) found.push({ sign: " ", text: a[i]! }), i += 1, j += 1;
    else if (size[(i + 1) * width + j]! >= size[i * width + j + 1]!) found.push({ sign: "-", text: a[i]! }), i += 1;
    else found.push({ sign: "+", text: b[j]! }), j += 1;
  }
  return [...found, ...all("-", a.slice(i)), ...all("+", b.slice(j))];
}

function shortened(lines: DiffLine[]): DiffLine[] {
  const near = lines.map((_, place) => lines.slice(Math.max(0, place - AROUND), place + AROUND + 1).some((line) => line.sign !== " "));
  return lines.flatMap((line, place) => (near[place] ? [line] : place > 0 && near[place - 1] ? [{ sign: "@" as const, text: "" }] : []));
}

/** A screen reader hears what goes and what comes; colours only say it again. */
export function shownDiff(lines: DiffLine[]): TemplateResult {
  if (lines.every((line) => line.sign === " " || line.sign === "@")) return html`<p class="quiet">${t("Nothing differs.")}</p>`;
  return html`<div class="diff card" tabindex="0" role="region" aria-label=${t("What differs")}><ol>${lines.map(({ sign, text }) =>
    sign === "@" ? html`<li class="gap" aria-hidden="true">⋯</li>` : html`<li data-sign=${sign}><span class="sign" aria-hidden="true">${sign}</span>${
      sign === " " ? nothing : html`<span class="unseen">${t(sign === "+" ? "new:" : "gone:")}</span>`}<code>${text}</code></li>`)}</ol></div>`;
}
