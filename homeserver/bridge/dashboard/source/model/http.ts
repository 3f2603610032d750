// What the page asks of the bridge: JSON there and back; every refusal and every silence becomes one kind of answer.

import { t } from "../words/text.js";

export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; code: string; message: string; field?: string };

async function send<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
  try {
    const headers = body ? { "content-type": "application/json" } : undefined;
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return { ok: true, value: told as T };
    const { code = "", field } = told;
    const message = answer.status === 429 ? patience(answer) : (told.message ?? `${answer.status} ${answer.statusText}`);
    return { ok: false, status: answer.status, code, message, field };
  } catch {
    return { ok: false, status: 0, code: "offline", message: "Not sent: no connection" };
  }
}

/** How long to wait before asking again, where the home has been asked too often. */
function patience(answer: Response): string {
  const seconds = Number(answer.headers.get("retry-after"));
  if (!seconds) return t("Too much at once. Wait a moment, then try again.");
  return seconds < 90 ? t("Too much at once. Try again in {0} seconds.", seconds) : t("Too much at once. Try again in {0} minutes.", Math.ceil(seconds / 60));
}

export const get = <T>(path: string): Promise<Answer<T>> => send<T>("GET", path);
export const post = <T = unknown>(path: string, body: object): Promise<Answer<T>> => send<T>("POST", path, body);
export const remove = (path: string): Promise<Answer<unknown>> => send("DELETE", path);

/** Make a call of a worker, such as `call("home", "edit_entity", {...})`. */
export const call = <T = unknown>(worker: string, verb: string, args: object = {}): Promise<Answer<T>> =>
  post<T>(`/api/calls/${worker}/${verb}`, args);
