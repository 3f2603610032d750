// What the page asks of the bridge: JSON there and back; every refusal and every silence becomes one kind of answer.

export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; code: string; message: string; field?: string };

async function send<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
  try {
    const headers = body ? { "content-type": "application/json" } : undefined;
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return { ok: true, value: told as T };
    const { code = "", message = `${answer.status} ${answer.statusText}`, field } = told;
    return { ok: false, status: answer.status, code, message, field };
  } catch {
    return { ok: false, status: 0, code: "offline", message: "Not sent: no connection" };
  }
}

export const get = <T>(path: string): Promise<Answer<T>> => send<T>("GET", path);
export const post = <T = unknown>(path: string, body: object): Promise<Answer<T>> => send<T>("POST", path, body);
export const remove = (path: string): Promise<Answer<unknown>> => send("DELETE", path);

/** Make a call of a worker, such as `call("home", "edit_entity", {...})`. */
export const call = <T = unknown>(worker: string, verb: string, args: object = {}): Promise<Answer<T>> =>
  post<T>(`/api/calls/${worker}/${verb}`, args);
