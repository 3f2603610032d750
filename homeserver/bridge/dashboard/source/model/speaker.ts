// Who asks the home: the one whose page this is, by the session of the browser, or somebody else by a token that is only in this page's
// memory. The two never mix: a request with a token carries no cookie.

import { call, type Answer } from "./http.js";

export type Part = (value: unknown) => void;

export interface Speaker {
  name: string;
  role: string;
  get<T>(path: string): Promise<Answer<T>>;
  call<T>(worker: string, verb: string, args: object): Promise<Answer<T>>;
  /** A streamed call: each part as it comes, until it ends or `signal` ends it. */
  stream(worker: string, verb: string, args: object, part: Part, signal: AbortSignal): Promise<Answer<null>>;
}

type Refused = Answer<never> & { ok: false };
const offline: Refused = { ok: false, status: 0, code: "offline", message: "Not sent: no connection" };

async function refusedBy(answer: Response): Promise<Refused> {
  const told = await answer.json().catch(() => ({}));
  const { code = "", message = `${answer.status} ${answer.statusText}`, field } = told;
  return { ok: false, status: answer.status, code, message, field };
}

export class Voice implements Speaker {
  role = "";

  /** Without a token it is the session of the browser. */
  constructor(public name: string, private readonly token = "") {}

  private send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), ...(this.token ? { authorization: `Bearer ${this.token}` } : {}) };
    return fetch(path, { ...init, headers, credentials: this.token ? "omit" : "same-origin", cache: "no-store" });
  }

  async get<T>(path: string): Promise<Answer<T>> {
    try {
      const answer = await this.send(path);
      return answer.ok ? { ok: true, value: (await answer.json()) as T } : await refusedBy(answer);
    } catch {
      return offline;
    }
  }

  async call<T>(worker: string, verb: string, args: object): Promise<Answer<T>> {
    if (!this.token) return call<T>(worker, verb, args);
    try {
      const answer = await this.post(worker, verb, args);
      return answer.ok ? { ok: true, value: (await answer.json()) as T } : await refusedBy(answer);
    } catch {
      return offline;
    }
  }

  private post(worker: string, verb: string, args: object, more: RequestInit = {}, accept = "application/json"): Promise<Response> {
    return this.send(`/api/calls/${worker}/${verb}`, { method: "POST", headers: { "content-type": "application/json", accept }, body: JSON.stringify(args), ...more });
  }

  async stream(worker: string, verb: string, args: object, part: Part, signal: AbortSignal): Promise<Answer<null>> {
    try {
      const answer = await this.post(worker, verb, args, { signal }, "application/x-ndjson");
      if (!answer.ok || !answer.body) return await refusedBy(answer);
      return await partsOf(answer.body, part);
    } catch {
      return signal.aborted ? { ok: true, value: null } : offline;
    }
  }
}

/** Lines of JSON: a `part` with its `result`, an `error`, or the `last`. */
async function partsOf(body: ReadableStream<Uint8Array>, part: Part): Promise<Answer<null>> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { ok: false, status: 0, code: "broken", message: "It broke off." };
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((one) => one.trim())) {
      const told = JSON.parse(line) as { part?: number; result?: unknown; last?: boolean; error?: { code: string; message: string; field?: string } };
      if (told.error) return { ok: false, status: 200, ...told.error };
      if (told.last) return { ok: true, value: null };
      part(told.result);
    }
  }
}

export const ours = new Voice("");
