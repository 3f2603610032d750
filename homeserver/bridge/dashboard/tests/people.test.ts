import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import encode from "qr";
import decode from "qr/decode.js";

import { initials } from "../source/people/avatar.js";
import { isLastOwner, type User } from "../source/people/household.js";
import { drawn } from "../source/people/qr.js";
import { ROLE_WORDS } from "../source/people/invite.js";
import { agentName, programName } from "../source/words/agents.js";
import { AUDIT_WORDS, auditTold, CALL_WORDS, OUTCOMES, type AuditRow } from "../source/words/audits.js";
import { DOMAIN_WORDS } from "../source/words/domains.js";
import { faultIn } from "../source/words/faults.js";
import { daysTold, policyTold, type Policy } from "../source/words/policies.js";

const line = (part: Partial<Policy>): Policy => ({
  id: 1, who: "gina", scope: "all", what: "", verb: "see", allow: true, weekdays: [], begins: null, ends: null, until: null, in_force: true, ...part,
});
const NAMES: Record<string, string> = { "area kitchen": "Kitchen", "entity light.hall": "Hall lamp", "label kids": "Kids" };
const named = (scope: string, id: string): string => NAMES[`${scope} ${id}`] ?? id;

test("a line is told as a sentence", () => {
  const told: [Partial<Policy>, string][] = [
    [{}, "may see everything"],
    [{ scope: "area", what: "kitchen", verb: "control", weekdays: ["mon", "tue", "wed", "thu", "fri"], begins: "08:00", ends: "18:00" }, "may see and control everything in Kitchen, Mon–Fri, 08:00–18:00"],
    [{ scope: "domain", what: "light", verb: "control", allow: false, begins: "20:00" }, "may not control all lights, 20:00–24:00"],
    [{ scope: "domain", what: "tts", verb: "edit" }, "may see, control and change everything of the kind tts"],
    [{ scope: "label", what: "kids", allow: false }, "may not see everything labelled Kids"],
    [{ scope: "entity", what: "light.hall", weekdays: ["sat", "sun"] }, "may see Hall lamp, Sat, Sun"],
    [{ scope: "call", what: "rules.*" }, "may make all calls of rules"],
    [{ scope: "call", what: "rules.check", allow: false }, "may not make the call rules.check"],
    [{ scope: "call", what: "*", allow: false }, "may make no call"],
  ];
  for (const [part, wanted] of told) assert.equal(policyTold(line(part), named), wanted);
});

test("days that follow one another are a span, all days are none", () => {
  const told: [string[], string][] = [
    [["mon", "tue", "wed", "fri", "sun"], "Mon–Wed, Fri, Sun"], [["sun", "mon"], "Mon, Sun"], [[], ""], [["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ""],
  ];
  for (const [days, wanted] of told) assert.equal(daysTold(days), wanted);
});

test("what is drawn for a camera says the text", () => {
  const text = "http://192.168.1.20:8321/auth/welcome#invitation=9g6TTdgEln3kPEmCXEGtjD6yj8QRJV0Drw7MKdHb_RQ";
  const { path, size } = drawn(text);
  const scale = 4;
  const data = new Uint8Array((size * scale) ** 2 * 4).fill(255);
  const dark = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  for (const [x, y] of dark) {
    for (let at = 0; at < scale * scale; at += 1) {
      const row = y * scale + Math.floor(at / scale);
      data.fill(0, (row * size * scale + x * scale + (at % scale)) * 4, (row * size * scale + x * scale + (at % scale)) * 4 + 3);
    }
  }
  assert.equal(decode({ width: size * scale, height: size * scale, data }), text);
  assert.equal(size, encode(text, "raw", { ecc: "medium", border: 4 }).length);
});

test("browsers, apps and people are called as one knows them", () => {
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
  assert.deepEqual([firefox, safari, "curl/8.5", "", "<b>odd"].map(agentName), ["Firefox on Linux", "Safari on iPhone", "curl", "Unknown device", "<b>odd"]);
  assert.deepEqual(["https://home-assistant.io/android", "http://panel.local:8080/x", "odd", ""].map(programName), ["Home Assistant", "panel.local:8080", "odd", "Unknown program"]);
  assert.deepEqual(["Anna Maria Müller", "bert", "  ", "Ödön von Horváth"].map(initials), ["AM", "B", "?", "ÖH"]);
});

test("the last owner who stays is known", () => {
  const user = (id: string, part: Partial<User> = {}): User => ({
    id, name: id, role: "owner", active: true, let_in: true, expires: null, epoch: 1, trackers: [], picture: null, icon: null, ...part,
  });
  const anna = user("anna");
  for (const other of [user("bert", { active: false }), user("bert", { expires: "2027-01-01T00:00:00Z" }), user("bert", { role: "adult" })]) {
    assert.equal(isLastOwner(anna, [anna, other]), true);
  }
  assert.equal(isLastOwner(anna, [anna, user("bert")]), false);
  assert.equal(isLastOwner(user("carl", { role: "child" }), [anna]), false);
});

test("what was done is told by who did it", () => {
  const row = (part: Partial<AuditRow>): AuditRow => ({
    id: 1, at: "2026-01-05T07:00:00Z", kind: "call", who: "person.anna", what: "people.set_policy", outcome: "ok", where: "", entities: [], details: {}, cause: "", parent: "", by: "", ...part,
  });
  const people: Record<string, string> = { "person.anna": "Anna", "person.bert": "Bert", "light.hall": "Hall lamp" };
  const called = (id: string): string => people[id] ?? id;
  const told: [Partial<AuditRow>, string][] = [
    [{}, "Anna changed what somebody may"],
    [{ what: "people.erase_user", details: { user: "person.bert" } }, "Anna erased Bert"],
    [{ outcome: "refused" }, "Anna asked for people.set_policy"],
    [{ what: "rules.reload" }, "Anna asked for rules.reload"],
    [{ kind: "command", what: "light.hall", details: { service: "turn_on" } }, "Anna commanded Hall lamp (turn on)"],
    [{ kind: "token_ended", what: "a1b2", details: { of: "person.bert" } }, "A session, program or key of Bert ended"],
    [{ kind: "sign_in_failed", who: "", what: "person.bert" }, "Somebody failed to sign in as Bert"],
    [{ kind: "odd_thing", who: "", what: "x" }, "The home: odd thing x"],
  ];
  for (const [part, wanted] of told) assert.equal(auditTold(row(part), called), wanted);
});

test("a fault has a remedy: the page's own words, or the home's", () => {
  const fault = (part: object): Parameters<typeof faultIn>[0] => ({ ok: false, status: 409, code: "conflict", message: "No.", ...part });
  assert.equal(faultIn(fault({}), { conflict: "Take another." }), "Take another.");
  assert.equal(faultIn(fault({ field: "id" }), { conflict: "Other.", "conflict/id": "Taken." }), "Taken.");
  assert.match(faultIn(fault({ status: 0 }), { conflict: "Take another." }), /^Nothing was sent/);
  assert.match(faultIn(fault({ code: "too_many", status: 429 })), /^Too many attempts. Wait a minute/);
  assert.equal(faultIn(fault({})), "No.");
});

test("the words of the tables are there in German", () => {
  const german = JSON.parse(readFileSync(join(new URL("../../", import.meta.url).pathname, "source/messages/de.json"), "utf8")) as Record<string, string>;
  const words = [DOMAIN_WORDS, AUDIT_WORDS, CALL_WORDS, ROLE_WORDS, OUTCOMES].flatMap((table) => Object.values(table));
  assert.deepEqual(words.filter((word) => !(word in german)), []);
});
