// What went wrong, in words with a remedy: the home's own sentence, or a better one where the page knows more.

import type { Answer } from "../model/http.js";
import { t } from "./text.js";

type Fault = Extract<Answer<unknown>, { ok: false }>;
/** By the code of an answer, or by `code/field`: the sentence that says it better here. */
export type Faults = Partial<Record<string, string>>;

export function faultIn({ status, code, field, message }: Fault, own: Faults = {}): string {
  if (status === 0) return t("Nothing was sent: there is no connection to the home. Try again when it is back.");
  const better = own[`${code}/${field}`] ?? own[code];
  if (better) return better;
  if (code === "too_many") return t("Too many attempts. Wait a minute, then try again.");
  if (code === "timeout" || code === "unavailable") return t("The home does not answer just now: {0}", message);
  return t(message);
}
