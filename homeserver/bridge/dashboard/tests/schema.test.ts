import assert from "node:assert/strict";
import { test } from "node:test";

import { argumentsOf, fieldOf, fieldsOf, missing, nameOfWay, type Schema } from "../source/kinds/schema.js";

const SCHEMA: Schema = {
  type: "object",
  required: ["entity", "role", "shelf"],
  $defs: {
    Role: { enum: ["owner", "adult"] },
    Shelf: { type: "object", required: ["row"], properties: { row: { type: "integer" }, under: { $ref: "#/$defs/Shelf" } } },
  },
  properties: {
    hold_for: { anyOf: [{ type: "number", minimum: 0 }, { type: "null" }], default: null, description: "seconds" },
    hidden: { type: "boolean", default: false },
    entity: { type: "string", maxLength: 255 },
    role: { $ref: "#/$defs/Role" },
    shelf: { $ref: "#/$defs/Shelf", description: "where" },
    labels: { type: "array", items: { type: "string" }, default: [] },
    most: { type: "integer", default: 10 },
    when: { anyOf: [{ type: "string" }, { type: "array", items: { type: "number" } }] },
    data: { type: "object", additionalProperties: true },
    text: { type: "string", maxLength: 5000 },
  },
};

test("a schema becomes fields within fields, those that are needed first", () => {
  const fields = fieldsOf(SCHEMA);
  assert.deepEqual(fields.map(({ name, kind, needed }) => [name, kind, needed]), [
    ["entity", "text", true], ["role", "choice", true], ["shelf", "object", true], ["hold_for", "figure", false],
    ["hidden", "check", false], ["labels", "list", false], ["most", "figure", false], ["when", "ways", false], ["data", "json", false], ["text", "long", false],
  ]);
  assert.deepEqual(fields[1]!.options, ["owner", "adult"]);
  assert.equal(fields[2]!.about, "where");
  assert.equal(fields[3]!.nullable, true);
  const inner = fieldsOf(fields[2]!.schema, SCHEMA.$defs);
  assert.deepEqual(inner.map(({ name, kind }) => [name, kind]), [["row", "figure"], ["under", "object"]]);
  assert.deepEqual(fields[7]!.schema.anyOf!.map((way) => nameOfWay(way, {})), ["string", "list"]);
});

test("a schema that names itself ends somewhere", () => {
  let field = fieldOf("shelf", SCHEMA.properties!.shelf!, SCHEMA.$defs!, true);
  let depth = 0;
  for (; field.kind === "object" && depth < 50; depth += 1) field = fieldsOf(field.schema, SCHEMA.$defs, depth + 1).find(({ name }) => name === "under")!;
  assert.equal(field.kind, "json");
  assert.ok(depth < 10);
});

test("what was left as it is is not sent, and what is needed and empty is named", () => {
  const fields = fieldsOf(SCHEMA);
  const given = { entity: "light.a", role: "adult", shelf: { row: 2 }, hold_for: 90, labels: [], most: 10 };
  assert.deepEqual(argumentsOf(fields, given), { entity: "light.a", role: "adult", shelf: { row: 2 }, hold_for: 90 });
  assert.deepEqual(argumentsOf(fields, { ...given, hidden: true, labels: ["x"] }), { entity: "light.a", role: "adult", shelf: { row: 2 }, hold_for: 90, hidden: true, labels: ["x"] });
  assert.equal(missing(fields, given, SCHEMA.$defs!), "");
  assert.equal(missing(fields, { entity: "light.a" }, SCHEMA.$defs!), "role");
  assert.equal(missing(fields, { ...given, shelf: {} }, SCHEMA.$defs!), "shelf.row");
});
