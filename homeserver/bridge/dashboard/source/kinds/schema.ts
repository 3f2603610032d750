// What a JSON Schema of a call asks for, as fields within fields, and the arguments out of what was filled in.

export interface Schema {
  type?: string | string[];
  title?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  default?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}
export type Known = Record<string, Schema>;
export type Kind = "text" | "long" | "figure" | "check" | "choice" | "list" | "object" | "ways" | "json";

export interface Field {
  name: string;
  kind: Kind;
  needed: boolean;
  about: string;
  /** What it is without references and without the "or nothing" of what may be left out. */
  schema: Schema;
  /** Whether null means something of its own. */
  nullable: boolean;
  options: unknown[];
  whole: boolean;
  /** What it is where nobody says anything. */
  initial: unknown;
}

const LONG = 400; // characters from which a text has several lines
const DEEP = 6; // schemas may name themselves: below this it is JSON

/** The fields of an object, those that are needed first. */
export function fieldsOf(schema: Schema, known: Known = schema.$defs ?? {}, depth = 0): Field[] {
  const needed = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, one]) => fieldOf(name, one, known, needed.has(name), depth));
  return [...fields.filter((field) => field.needed), ...fields.filter((field) => !field.needed)];
}

export function fieldOf(name: string, given: Schema, known: Known, needed: boolean, depth = 0): Field {
  const [one, nullable] = plain(given, known);
  const type = typeOf(one);
  const options = one.enum ?? (one.const !== undefined ? [one.const] : []);
  return {
    name, needed, options, nullable, schema: one, about: given.description ?? one.description ?? "", whole: type === "integer",
    kind: kindOf(one, type, options, depth), initial: given.default ?? one.default,
  };
}

function kindOf(one: Schema, type: string | undefined, options: unknown[], depth: number): Kind {
  if (options.length) return "choice";
  if (depth > DEEP) return "json";
  if (one.anyOf || one.oneOf) return "ways";
  if (type === "object") return one.properties && Object.keys(one.properties).length ? "object" : "json";
  if (type === "array") return one.items && Object.keys(one.items).length ? "list" : "json";
  if (type === "string") return (one.maxLength ?? 0) > LONG ? "long" : "text";
  return type === "boolean" ? "check" : type === "number" || type === "integer" ? "figure" : "json";
}

const typeOf = (one: Schema): string | undefined => (Array.isArray(one.type) ? one.type.find((some) => some !== "null") : one.type);

/** Without references, and without the "or nothing"; and whether there was one. */
export function plain(one: Schema, known: Known): [Schema, boolean] {
  if (one.$ref) return plain({ ...known[one.$ref.split("/").at(-1) ?? ""], ...(one.description ? { description: one.description } : {}) }, known);
  if (one.allOf?.length === 1) return plain({ ...one.allOf[0], description: one.description ?? one.allOf[0]!.description }, known);
  const all = one.anyOf ?? one.oneOf;
  const ways = all?.filter((way) => way.type !== "null") ?? [];
  const nullable = (all?.length ?? 0) > ways.length || (Array.isArray(one.type) && one.type.includes("null"));
  if (ways.length === 1) return [plain(ways[0]!, known)[0], true];
  return [ways.length ? { ...one, anyOf: ways, oneOf: undefined } : one, nullable];
}

/** What one of several ways is called. */
export function nameOfWay(way: Schema, known: Known): string {
  const [one] = plain(way, known);
  const type = typeOf(one);
  return one.const !== undefined ? String(one.const) : type === "array" ? "list" : type === "object" ? (one.title ?? "object") : (type ?? one.title ?? "anything");
}

/** An empty value of a kind, for who adds one. */
export function emptyOf(field: Field): unknown {
  if (field.initial !== undefined && field.initial !== null) return structuredClone(field.initial);
  const empty: Partial<Record<Kind, unknown>> = { list: [], object: {}, check: false, choice: field.options[0] };
  return empty[field.kind];
}

/** What is sent of an object: what was left empty, or as it is anyway, is not, unless it is needed. */
export function argumentsOf(fields: Field[], values: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.name];
    if (field.needed && field.kind === "check") found[field.name] = value === true;
    else if (value !== undefined && (field.needed || JSON.stringify(value) !== JSON.stringify(field.initial))) found[field.name] = value;
  }
  return found;
}

/** Which needed field is empty, as its way: `shelf.row`; "" where none is. */
export function missing(fields: Field[], values: Record<string, unknown>, known: Known, way = ""): string {
  for (const field of fields) {
    const [value, here] = [values[field.name], `${way}${field.name}`];
    if (value === undefined && field.needed && field.kind !== "check" && field.initial === undefined) return here;
    if (field.kind === "object" && value && typeof value === "object") {
      const inner = missing(fieldsOf(field.schema, known), value as Record<string, unknown>, known, `${here}.`);
      if (inner) return inner;
    }
  }
  return "";
}
