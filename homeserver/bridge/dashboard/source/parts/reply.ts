// What a call answered, so that people can read it: things as names and values, rows of the same shape as a table, bytes as a link.

import { html, nothing, type TemplateResult } from "lit";

import { capital, spaced, t } from "../words/text.js";

type Thing = Record<string, unknown>;

const ROWS = 200; // of a table; the rest is in the text
const is = (value: unknown): value is Thing => typeof value === "object" && value !== null && !Array.isArray(value);
const short = (value: unknown): boolean => !is(value) && !(Array.isArray(value) && value.some((one) => typeof one === "object" && one !== null));

export function shownReply(value: unknown): TemplateResult {
  return html`<div class="reply card padded">${shown(value, 0)}</div>
    <details class="fold"><summary>${t("As JSON")}</summary><pre class="card padded" tabindex="0">${JSON.stringify(value, null, 2)}</pre></details>`;
}

function shown(value: unknown, depth: number): TemplateResult {
  if (value === null || value === undefined || value === "") return html`<span class="quiet">–</span>`;
  if (typeof value === "boolean") return html`${value ? t("yes") : t("no")}`;
  if (typeof value !== "object") return html`<span class="told">${String(value)}</span>`;
  if (Array.isArray(value)) return value.length === 0 ? html`<span class="quiet">${t("none")}</span>` : rows(value, depth);
  const thing = value as Thing;
  if (typeof thing.url === "string" && thing.url.startsWith("/api/blobs/")) return html`<a href=${`${thing.url}?download`} download>${String(thing.filename ?? t("Save as a file"))}</a>`;
  const fields = Object.entries(thing);
  if (fields.length === 0) return html`<span class="quiet">${t("nothing")}</span>`;
  return html`<dl class="values">${fields.map(([name, one]) => html`<div class=${short(one) ? "" : "tall"}><dt>${capital(spaced(name))}</dt><dd>${depth > 5 ? html`<code>${JSON.stringify(one)}</code>` : shown(one, depth + 1)}</dd></div>`)}</dl>`;
}

function rows(list: unknown[], depth: number): TemplateResult {
  const [first] = list;
  const columns = is(first) ? Object.keys(first) : [];
  const flat = columns.length > 0 && columns.length < 12 && list.every((one) => is(one) && Object.values(one).every(short));
  if (flat) return table(list as Thing[], columns);
  if (list.every(short)) return html`<span class="told">${list.map(String).join(", ")}</span>`;
  return html`<ol class="entries">${list.slice(0, ROWS).map((one) => html`<li>${shown(one, depth + 1)}</li>`)}</ol>${more(list.length)}`;
}

function table(list: Thing[], columns: string[]): TemplateResult {
  return html`<div class="wide-table" tabindex="0" role="region" aria-label=${t("Table")}><table><thead><tr>${columns.map((name) => html`<th scope="col">${capital(spaced(name))}</th>`)}</tr></thead>
    <tbody>${list.slice(0, ROWS).map((row) => html`<tr>${columns.map((name) => html`<td>${shown(row[name], 9)}</td>`)}</tr>`)}</tbody></table></div>${more(list.length)}`;
}

const more = (count: number): TemplateResult | typeof nothing => (count > ROWS ? html`<p class="quiet">${t("{0} more stand in the JSON.", count - ROWS)}</p>` : nothing);
