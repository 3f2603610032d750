// A form for anything that a JSON Schema describes: fields within fields, lists that grow, one of several ways, and entities to choose from.

import { html, nothing, type TemplateResult } from "lit";

import { emptyOf, fieldOf, fieldsOf, nameOfWay, type Field, type Known, type Schema } from "../kinds/schema.js";
import { entities } from "../model/home.js";
import { icon } from "../words/icons.js";
import { capital, spaced, t } from "../words/text.js";
import { define, Plain } from "./plain.js";

type Values = Record<string, unknown>;
type Put = (value: unknown) => void;

const PICKED: Record<string, string> = { entity: "entities", entity_id: "entities", entities: "entities", area: "areas", area_id: "areas", rule: "rules" };
const RULES = "automation.";

export class Form extends Plain {
  static override properties = { schema: { attribute: false }, values: { attribute: false } };
  declare schema: Schema;
  declare values: Values;
  /** Fields whose text is no JSON yet, by their way. */
  readonly broken = new Map<string, string>();

  constructor() {
    super();
    Object.assign(this, { schema: {}, values: {} });
  }

  private get known(): Known {
    return this.schema.$defs ?? {};
  }

  override render(): TemplateResult {
    const fields = fieldsOf(this.schema, this.known);
    return html`${fields.map((field) => this.field(field, field.name, this.values[field.name], (value) => this.put(field.name, value)))}
      ${fields.length === 0 ? html`<p class="quiet">${t("It needs nothing.")}</p>` : nothing}${this.lists()}`;
  }

  private put(name: string, value: unknown): void {
    this.values = withValue(this.values, name, value);
    this.dispatchEvent(new CustomEvent("filled"));
  }

  /** What may be chosen, once for the whole form. */
  private lists(): TemplateResult {
    const all = [...entities.values()];
    const areas = [...new Set(all.map((one) => one.area).filter(Boolean))] as string[];
    const rules = all.filter((one) => one.entity_id.startsWith(RULES));
    return html`<datalist id="pick-entities">${all.map((one) => html`<option value=${one.entity_id}>${one.attributes.friendly_name}</option>`)}</datalist>
      <datalist id="pick-areas">${areas.sort().map((one) => html`<option value=${one}></option>`)}</datalist>
      <datalist id="pick-rules">${rules.map((one) => html`<option value=${String(one.attributes.id ?? one.entity_id.slice(RULES.length))}>${one.attributes.friendly_name}</option>`)}</datalist>`;
  }

  // -- one field; `way` tells it from all others

  private field(field: Field, way: string, value: unknown, put: Put, depth = 0): TemplateResult {
    const id = `field-${way}`;
    const name = capital(spaced(field.name));
    const about = field.about ? html`<span class="quiet small" id=${`${id}-about`}>${field.about}</span>` : nothing;
    const described = field.about ? `${id}-about` : nothing;
    if (field.kind === "check") return this.check(field, id, name, value, put, about, described);
    if (["object", "list", "ways"].includes(field.kind)) return this.group(field, way, name, value, put, depth, about);
    const star = field.needed ? html`<span aria-hidden="true"> *</span>` : nothing;
    return html`<div class="field-of"><label for=${id}><span>${name}${star}</span></label>${about}${this.input(field, way, id, value, put, described)}</div>`;
  }

  private check(field: Field, id: string, name: string, value: unknown, put: Put, about: unknown, described: string | typeof nothing): TemplateResult {
    if (field.needed || typeof field.initial === "boolean") {
      return html`<div class="field-of"><label class="check"><input type="checkbox" id=${id} aria-describedby=${described} .checked=${Boolean(value ?? field.initial)} @change=${(event: Event) => put((event.target as HTMLInputElement).checked)}><span>${name}</span></label>${about}</div>`;
    }
    const chosen = (event: Event): void => put({ yes: true, no: false }[(event.target as HTMLSelectElement).value]);
    return html`<div class="field-of"><label for=${id}><span>${name}</span></label>${about}<select class="field" id=${id} aria-describedby=${described} @change=${chosen}>
      <option value="">–</option><option value="yes" ?selected=${value === true}>${t("yes")}</option><option value="no" ?selected=${value === false}>${t("no")}</option></select></div>`;
  }

  private input(field: Field, way: string, id: string, value: unknown, put: Put, described: string | typeof nothing): TemplateResult {
    const { schema } = field;
    const now = value ?? field.initial;
    if (field.kind === "choice") {
      const chosen = (event: Event): void => put(field.options[Number((event.target as HTMLSelectElement).value)]);
      return html`<select class="field" id=${id} aria-describedby=${described} ?required=${field.needed} @change=${chosen}>
        ${now === undefined || now === null || !field.needed ? html`<option value="">–</option>` : nothing}${field.options.map((option, place) => html`<option value=${place} ?selected=${option === now}>${String(option)}</option>`)}</select>`;
    }
    if (field.kind === "json") return this.json(way, id, now, put, described, field.needed);
    const typed = (event: Event): void => {
      const { value: text } = event.target as HTMLInputElement;
      put(text === "" ? undefined : field.kind === "figure" ? Number(text) : text);
    };
    const shown = now === undefined || now === null ? "" : String(now);
    if (field.kind === "long") return html`<textarea class="field" rows="4" id=${id} maxlength=${schema.maxLength ?? nothing} aria-describedby=${described} ?required=${field.needed} .value=${shown} @input=${typed}></textarea>`;
    const figure = field.kind === "figure";
    const list = PICKED[field.name];
    return html`<input class="field" id=${id} type=${figure ? "number" : schema.format === "password" ? "password" : "text"} autocomplete="off" spellcheck="false" list=${!figure && list ? `pick-${list}` : nothing} aria-describedby=${described} ?required=${field.needed} .value=${shown}
      placeholder=${schema.format === "date-time" ? "2026-01-05T07:00:00+00:00" : nothing} min=${figure ? (schema.minimum ?? nothing) : nothing} max=${figure ? (schema.maximum ?? nothing) : nothing} step=${figure ? (field.whole ? 1 : "any") : nothing}
      minlength=${figure ? nothing : (schema.minLength ?? nothing)} maxlength=${figure ? nothing : (schema.maxLength ?? nothing)} @input=${typed}>`;
  }

  /** What no field can hold; a text that is no JSON is told, and not lost. */
  private json(way: string, id: string, now: unknown, put: Put, described: string | typeof nothing, needed: boolean): TemplateResult {
    const typed = (event: Event): void => {
      const { value: text } = event.target as HTMLTextAreaElement;
      try {
        const made = text.trim() ? (JSON.parse(text) as unknown) : undefined;
        this.broken.delete(way);
        put(made);
      } catch {
        this.broken.set(way, text);
        this.requestUpdate();
      }
    };
    const broken = this.broken.get(way);
    const shown = broken ?? (now === undefined || now === null ? "" : JSON.stringify(now, null, 1));
    return html`<textarea class="field code" rows="3" id=${id} spellcheck="false" placeholder="JSON" aria-invalid=${broken === undefined ? "false" : "true"} aria-describedby=${described} ?required=${needed} .value=${shown} @change=${typed}></textarea>
      ${broken === undefined ? nothing : html`<span class="trouble small">${t("This is no JSON yet.")}</span>`}`;
  }

  // -- fields within fields

  private group(field: Field, way: string, name: string, value: unknown, put: Put, depth: number, about: unknown): TemplateResult {
    const there = value !== undefined && value !== null;
    const star = field.needed ? html`<span aria-hidden="true"> *</span>` : nothing;
    const add = (): void => put(emptyOf(field) ?? (field.kind === "ways" ? this.start(field.schema.anyOf![0]!) : {}));
    const inner = field.kind === "list" ? this.list(field, way, (value ?? []) as unknown[], put, depth) : !there && !field.needed ? nothing
      : field.kind === "object" ? this.object(field, way, (value ?? {}) as Values, put, depth) : this.ways(field, way, value, put, depth);
    return html`<fieldset class="group"><legend>${name}${star}</legend>${about}${inner}
      ${field.kind === "list" || field.needed ? nothing : there ? html`<button class="plain" type="button" @click=${() => put(undefined)}>${icon("minus")}${t("Leave {0} out", name)}</button>` : html`<button class="plain" type="button" @click=${add}>${icon("plus")}${t("Give {0}", name)}</button>`}</fieldset>`;
  }

  private object(field: Field, way: string, values: Values, put: Put, depth: number): TemplateResult {
    return html`${fieldsOf(field.schema, this.known, depth + 1).map((one) => this.field(one, `${way}.${one.name}`, values[one.name], (value) => put(withValue(values, one.name, value)), depth + 1))}`;
  }

  private list(field: Field, way: string, items: unknown[], put: Put, depth: number): TemplateResult {
    const one = fieldOf(field.name, field.schema.items ?? {}, this.known, true, depth + 1);
    const at = (place: number, value: unknown): void => put(items.map((item, where) => (where === place ? value : item)));
    const drop = (place: number): void => {
      const left = items.filter((_, where) => where !== place);
      put(left.length || field.needed ? left : undefined);
    };
    const name = capital(spaced(field.name));
    return html`<ol class="items">${items.map((item, place) => html`<li><div>${this.field({ ...one, name: `${field.name} ${place + 1}` }, `${way}.${place}`, item, (value) => at(place, value ?? null), depth + 1)}</div>
        <button class="round" type="button" aria-label=${t("Take {0} away", `${name} ${place + 1}`)} @click=${() => drop(place)}>${icon("minus")}</button></li>`)}</ol>
      <button class="plain" type="button" @click=${() => put([...items, emptyOf(one) ?? (one.kind === "text" ? "" : null)])}>${icon("plus")}${t("Add to {0}", name)}</button>`;
  }

  private ways(field: Field, way: string, value: unknown, put: Put, depth: number): TemplateResult {
    const all = field.schema.anyOf ?? [];
    const chosen = Math.max(0, all.findIndex((one) => fits(one, value, this.known)));
    const one = { ...fieldOf(field.name, all[chosen]!, this.known, true, depth + 1) };
    return html`<label class="field-of"><span class="unseen">${t("Kind of {0}", field.name)}</span><select class="field" @change=${(event: Event) => put(this.start(all[Number((event.target as HTMLSelectElement).value)]!))}>
        ${all.map((some, place) => html`<option value=${place} ?selected=${place === chosen}>${nameOfWay(some, this.known)}</option>`)}</select></label>
      ${this.field(one, `${way}.way`, value, put, depth + 1)}`;
  }

  /** What a way begins with. */
  private start(way: Schema): unknown {
    const one = fieldOf("", way, this.known, true);
    return emptyOf(one) ?? { text: "", long: "", figure: 0, json: {} }[one.kind as string] ?? null;
  }
}

const withValue = (values: Values, name: string, value: unknown): Values => {
  const made = { ...values, [name]: value };
  if (value === undefined) delete made[name];
  return made;
};

function fits(way: Schema, value: unknown, known: Known): boolean {
  const one = fieldOf("", way, known, true);
  if (one.kind === "choice") return one.options.includes(value);
  const kinds: Record<string, boolean> = { list: Array.isArray(value), object: typeof value === "object" && !Array.isArray(value), text: typeof value === "string", long: typeof value === "string", figure: typeof value === "number", check: typeof value === "boolean" };
  return kinds[one.kind] ?? (one.schema.type === "array" ? Array.isArray(value) : one.schema.type === "object" ? typeof value === "object" && !Array.isArray(value) : true);
}

define("hs-form", Form);
