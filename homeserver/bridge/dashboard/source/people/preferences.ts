// What somebody prefers on this page, kept by the home for him: each device takes it up when he signs in there.

import { preferTheme, takeTheme, type Theme } from "../look/theme.js";
import { call, type Answer } from "../model/http.js";
import { preferStart } from "../router.js";
import { chooseLanguage, preferLanguage } from "../words/text.js";

export interface Preferred {
  language: string;
  theme: Theme | "";
  start: string;
}
const PREFIX = "dashboard.";
const NAMES: (keyof Preferred)[] = ["language", "theme", "start"];

type Values = { values: Record<string, unknown> };

export async function preferred(): Promise<Answer<Preferred>> {
  const answer = await call<Values>("people", "preferences", { keys: NAMES.map((name) => PREFIX + name) });
  return answer.ok ? { ok: true, value: read(answer.value.values) } : answer;
}

function read(values: Record<string, unknown>): Preferred {
  const text = (name: string): string => (typeof values[PREFIX + name] === "string" ? String(values[PREFIX + name]) : "");
  const theme = text("theme");
  return { language: text("language"), theme: theme === "dark" || theme === "light" ? theme : "", start: text("start") };
}

/** Keep one, and do as it says at once on this device. Whether the page has to be loaded anew for it is told. */
export async function prefer(name: keyof Preferred, value: string): Promise<Answer<boolean>> {
  const answer = await call<Values>("people", "set_preferences", { values: { [PREFIX + name]: value || null } });
  if (!answer.ok) return answer;
  const now = read(answer.value.values);
  if (name === "theme") preferTheme(now.theme);
  if (name === "start") preferStart(now.start);
  if (name !== "language") return { ok: true, value: false };
  chooseLanguage("");
  preferLanguage(now.language);
  return { ok: true, value: true };
}

/** After signing in: what was preferred elsewhere holds here too, but for what was chosen on this device itself. */
export async function takeUp(): Promise<void> {
  const answer = await preferred();
  if (!answer.ok) return; // it is asked again next time
  takeTheme(answer.value.theme);
  preferStart(answer.value.start);
  if (preferLanguage(answer.value.language)) location.reload();
}
