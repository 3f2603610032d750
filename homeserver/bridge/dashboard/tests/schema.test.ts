import assert from "node:assert/strict";
import { test } from "node:test";

import { argumentsOf, fieldsOf, type Schema } from "../source/kinds/schema.js";

const SCHEMA: Schema = {
  type: "object",
  required: ["entity", "role"],
  $defs: { Role: { enum: ["owner", "adult"] } },
  properties: {
    hold_for: { anyOf: [{ type: "number", minimum: 0 }, { type: "null" }], default: null, description: "seconds" },
    hidden: { type: "boolean", default: false },
    entity: { type: "string", maxLength: 255 },
    role: { $ref: "#/$defs/Role" },
    labels: { type: "array", default: [] },
    most: { type: "integer", default: 10 },
  },
};

test("a schema becomes fields, those that are needed first", () => {
  const fields = fieldsOf(SCHEMA);
  assert.deepEqual(fields.map(({ name, kind, needed }) => [name, kind, needed]), [
    ["entity", "text", true], ["role", "choice", true], ["hold_for", "figure", false],
    ["hidden", "check", false], ["labels", "json", false], ["most", "figure", false],
  ]);
  assert.deepEqual(fields[1]!.options, ["owner", "adult"]);
  assert.equal(fields[2]!.about, "seconds");
});

test("what was left as it is is not sent, and what is no JSON is named", () => {
  const typed = (given: Record<string, string>) => (name: string) => given[name] ?? null;
  const fields = fieldsOf(SCHEMA);
  const given = { entity: "light.a", role: "adult", hold_for: "90", labels: "[]", most: "10" };
  assert.deepEqual(argumentsOf(fields, typed(given)), { entity: "light.a", role: "adult", hold_for: 90 });
  const changed = { ...given, hidden: "on", labels: '["x"]', hold_for: "" };
  assert.deepEqual(argumentsOf(fields, typed(changed)), { entity: "light.a", role: "adult", hidden: true, labels: ["x"] });
  assert.throws(() => argumentsOf(fields, typed({ ...given, labels: "x" })), { message: "labels" });
});
