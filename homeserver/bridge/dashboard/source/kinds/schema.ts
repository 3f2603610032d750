// The fields of a form out of the JSON Schema of a call, and the arguments out of what was typed. What a simple field cannot hold is JSON.

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
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

export interface Field {
  name: string;
  kind: "text" | "figure" | "check" | "choice" | "json";
  needed: boolean;
  about: string;
  options: string[];
  whole: boolean;
  min?: number;
  max?: number;
  initial: string;
}

/** The fields that a request has, those that are needed first. */
export function fieldsOf(schema: Schema): Field[] {
  const needed = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, one]) => fieldOf(name, one, schema.$defs ?? {}, needed.has(name)));
  return [...fields.filter((field) => field.needed), ...fields.filter((field) => !field.needed)];
}

function fieldOf(name: string, given: Schema, known: Record<string, Schema>, needed: boolean): Field {
  const one = plain(given, known);
  const type = Array.isArray(one.type) ? one.type.find((some) => some !== "null") : one.type;
  const options = (one.enum ?? []).map(String);
  const kind = options.length ? "choice" : type === "boolean" ? "check" : type === "number" || type === "integer" ? "figure" : type === "string" ? "text" : "json";
  const start = given.default ?? null;
  return {
    name, kind, needed, options, about: given.description ?? one.description ?? "", whole: type === "integer",
    min: one.minimum, max: one.maximum ?? one.maxLength, initial: start === null ? "" : kind === "json" ? JSON.stringify(start) : String(start),
  };
}

/** Without references, and without the "or nothing" that a field which may be left out has. */
function plain(one: Schema, known: Record<string, Schema>): Schema {
  if (one.$ref) return plain(known[one.$ref.split("/").at(-1) ?? ""] ?? {}, known);
  const ways = one.anyOf?.filter((way) => way.type !== "null") ?? [];
  return ways.length === 1 ? plain(ways[0]!, known) : one;
}

/** The arguments of a call; what was left empty is not sent. Throws a sentence about the first field that is no JSON. */
export function argumentsOf(fields: Field[], typed: (name: string) => string | null): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const field of fields) {
    const text = typed(field.name);
    if (field.kind === "check") {
      if (field.needed || (text !== null) !== (field.initial === "true")) found[field.name] = text !== null;
    } else if (text !== null && text !== "" && (text !== field.initial || field.needed)) found[field.name] = valueOf(field, text);
  }
  return found;
}

function valueOf(field: Field, text: string): unknown {
  if (field.kind === "figure") return Number(text);
  if (field.kind !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(field.name);
  }
}
