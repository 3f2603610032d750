// Somebody else who asks from this page, side by side with its owner: to see what each may do. His token is in the memory of this page and
// nowhere else; it ends when he leaves, and with the page.

import type { Answer } from "./http.js";
import { Voice } from "./speaker.js";

const CLIENT = `${location.origin}/`;
const LATE = 60_000; // milliseconds before its end at which an access token is renewed

type Step = { flow_id: string; type: string; step_id?: string; result?: string; errors?: Record<string, string> };
type Tokens = { access_token: string; refresh_token?: string; expires_in: number };

export const second: { voice: Voice | null } = { voice: null };
let refresh = "";
let due = 0;

async function send<T>(path: string, body: object | URLSearchParams): Promise<T | null> {
  const form = body instanceof URLSearchParams;
  const init = { method: "POST", credentials: "omit" as const, body: form ? body : JSON.stringify(body), headers: form ? undefined : { "content-type": "application/json" } };
  const answer = await fetch(path, init).catch(() => null);
  return answer?.ok ? ((await answer.json().catch(() => null)) as T | null) : null;
}

/** Let somebody in with a password, and a code where one is asked for; "" or what is wrong: `code`, `denied`. */
export async function letIn(username: string, password: string, code: string): Promise<string> {
  const begun = await send<Step>("/auth/login_flow", { client_id: CLIENT, redirect_uri: CLIENT, handler: ["homeassistant", null] });
  if (!begun) return "denied";
  const flow = `/auth/login_flow/${begun.flow_id}`;
  let step = await send<Step>(flow, { client_id: CLIENT, username, password });
  if (step?.step_id === "mfa" && !code) return "code";
  if (step?.step_id === "mfa") step = await send<Step>(flow, { client_id: CLIENT, code });
  if (step?.type !== "create_entry" || !step.result) return "denied";
  const tokens = await send<Tokens>("/auth/token", new URLSearchParams({ grant_type: "authorization_code", code: step.result, client_id: CLIENT }));
  if (!tokens) return "denied";
  refresh = tokens.refresh_token ?? "";
  return take(tokens.access_token, tokens.expires_in);
}

/** The same with a key that he made for a program. */
export const letInByKey = (key: string): Promise<string> => take(key, 0);

async function take(token: string, seconds: number): Promise<string> {
  const voice = new Voice("", token);
  const me: Answer<{ login: string; role: string; user: { name: string } | null }> = await voice.call("people", "whoami", {});
  if (!me.ok) return "denied";
  Object.assign(voice, { name: me.value.user?.name || me.value.login.replace(/^person\./, ""), role: me.value.role });
  second.voice = voice;
  clearTimeout(due);
  if (refresh && seconds) due = window.setTimeout(() => void renew(), Math.max(LATE, seconds * 1000 - LATE));
  return "";
}

async function renew(): Promise<void> {
  const tokens = await send<Tokens>("/auth/token", new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh, client_id: CLIENT }));
  if (tokens) await take(tokens.access_token, tokens.expires_in);
  else letOut();
}

export function letOut(): void {
  clearTimeout(due);
  const gone = refresh;
  Object.assign(second, { voice: null });
  refresh = "";
  if (gone) void fetch("/auth/revoke", { method: "POST", credentials: "omit", keepalive: true, body: new URLSearchParams({ token: gone }) }).catch(() => null);
}

addEventListener("pagehide", letOut);
