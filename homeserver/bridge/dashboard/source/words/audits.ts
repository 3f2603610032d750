// A row of the audit as a sentence: who did what, to what, and how it ended.

import { spaced, t } from "./text.js";

export interface AuditRow {
  id: number;
  at: string;
  kind: string;
  who: string;
  what: string;
  outcome: string;
  where: string;
  entities: string[];
  details: Record<string, string>;
  cause: string;
  parent: string;
  by: string;
}
/** How a login or an entity is called. */
export type Caller = (id: string) => string;

/** `{0}` is who did it, `{1}` what it was about. */
export const AUDIT_WORDS: Record<string, string> = {
  call: "{0} asked for {1}", command: "{0} commanded {1}", sign_in: "{0} signed in", sign_in_failed: "Somebody failed to sign in as {1}",
  locked_out: "Too many wrong attempts for {1}", token_made: "{0} made a key or let a program in", token_ended: "A session, program or key of {1} ended",
  password_changed: "{0} changed the password", password_set: "{0} set a password", second_factor_on: "{0} switched the second factor on",
  second_factor_off: "{0} took the second factor of {1} away", second_factor_recovery_used: "{0} came in with a recovery code",
  invitation_made: "{0} invited {1}", invitation_used: "{0} came by an invitation", proofs_erased: "All passwords and keys of {1} were erased",
  pruned: "Rows that were too old were taken away", missing: "Rows may be missing before this", broken: "The chain of the audit was found broken",
  blob_read: "{0} fetched a file of {1}", policy_changed: "{0} changed what somebody may",
  event: "{0} told the event {1}", proof_refused: "A wrong key or link was turned away",
};
/** The same for calls that were answered. */
export const CALL_WORDS: Record<string, string> = {
  "people.create_user": "{0} let somebody in", "people.update_user": "{0} changed the record of {1}", "people.remove_user": "{0} removed {1}",
  "people.erase_user": "{0} erased {1}", "people.end_sessions": "{0} ended all sessions of {1}", "people.export_user": "{0} took out the data of {1}",
  "people.set_policy": "{0} changed what somebody may", "people.remove_policy": "{0} took away a line of what somebody may",
  "people.set_preferences": "{0} changed preferences", "people.mqtt_login": "{0} decided about a broker login of {1}",
};
const PEOPLE = ["token_ended", "second_factor_off", "sign_in_failed", "locked_out", "invitation_made", "proofs_erased"];

const about = (row: AuditRow, called: Caller): string => {
  if (row.kind === "token_ended") return called(row.details.of ?? row.who);
  if (row.kind === "command") return [called(row.what), row.details.service ? `(${spaced(row.details.service)})` : ""].filter(Boolean).join(" ");
  return PEOPLE.includes(row.kind) ? called(row.what) : row.what;
};

export function auditTold(row: AuditRow, called: Caller): string {
  const who = row.who ? called(row.who) : t("The home");
  const answered = row.kind === "call" && row.outcome === "ok" ? CALL_WORDS[row.what] : undefined;
  if (answered) return t(answered, who, called(row.details.user ?? ""));
  const words = AUDIT_WORDS[row.kind];
  return words ? t(words, who, about(row, called)) : `${who}: ${spaced(row.kind)} ${row.what}`.trim();
}

export const OUTCOMES: Record<string, string> = { ok: "done", refused: "refused", failed: "failed" };
