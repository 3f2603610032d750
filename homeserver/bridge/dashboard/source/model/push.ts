// Notifications on this device: on, off, and whether they are.

/** Whether this browser can, may and does: `denied` can be changed only in the browser's own settings. */
export type PushState = "unsupported" | "denied" | "off" | "on";

const SUBSCRIPTIONS = "/api/push/subscriptions";

async function registration(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return null;
  return (await navigator.serviceWorker.getRegistration()) ? navigator.serviceWorker.ready : null;
}

async function ask(method: string, body: unknown): Promise<void> {
  const answer = await fetch(SUBSCRIPTIONS, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok && !(method === "DELETE" && answer.status === 404)) {
    const told = (await answer.json().catch(() => null)) as { message?: string } | null;
    throw new Error(told?.message ?? `${answer.status}`);
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function isSame(one: ArrayBuffer | null | undefined, other: Uint8Array): boolean {
  const raw = new Uint8Array(one ?? new ArrayBuffer(0));
  return raw.length === other.length && raw.every((value, index) => value === other[index]);
}

export async function pushState(): Promise<PushState> {
  const worker = await registration();
  if (!worker) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await worker.pushManager.getSubscription()) ? "on" : "off";
}

/** Switch them on; call it from a tap, for the browser asks. `device` is what this device is called. Throws what the home says. */
export async function subscribe(device: string): Promise<PushState> {
  const worker = await registration();
  if (!worker) return "unsupported";
  if ((await Notification.requestPermission()) !== "granted") return pushState();
  const answer = await fetch("/api/push/key");
  if (!answer.ok) throw new Error(`${answer.status}`);
  const key = bytes(((await answer.json()) as { key: string }).key);
  const former = await worker.pushManager.getSubscription();
  if (former && !isSame(former.options.applicationServerKey, key)) await former.unsubscribe();
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await ask("POST", { ...made.toJSON(), device });
  return "on";
}

/** Switch them off here; on signing out too. */
export async function unsubscribe(): Promise<PushState> {
  const made = await (await registration())?.pushManager.getSubscription();
  if (made) {
    await ask("DELETE", { endpoint: made.endpoint }).finally(() => made.unsubscribe());
  }
  return pushState();
}
