// Notifications: the part of the service worker that shows them, tells the home that it did, and what was pressed.
//
// The build puts it into the service worker: trusted types forbid importScripts. The message was encrypted for this browser
// alone; the token in it proves to the home that this device has read it, so no session is needed when the browser wakes.

/** Tell the home; a few tries, since a phone that wakes may not have its network yet. */
async function acknowledge(told, action) {
  const body = JSON.stringify({ id: told.id, token: told.token, action: action ?? "" });
  const request = { method: "POST", headers: { "content-type": "application/json" }, body, credentials: "omit", keepalive: true };
  for (const wait of [0, 1000, 5000, 15000]) {
    await new Promise((done) => setTimeout(done, wait));
    try {
      const answer = await fetch("/api/push/acknowledge", request);
      if (answer.status < 500 && answer.status !== 429) return;
    } catch {
      // no network yet
    }
  }
}

/** Show it; only then is it delivered. */
async function show(told) {
  const { title, message, actions = [], tag = "", urgent = false } = told;
  const more = { body: message, data: told, actions, icon: "/icon.svg", requireInteraction: urgent };
  await self.registration.showNotification(title, tag ? { ...more, tag, renotify: true } : more);
  await acknowledge(told);
}

/** Open a page of this home: in a window that is there, else in a new one. */
async function open(url) {
  const target = new URL(url || "/", self.location.origin);
  if (target.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => "navigate" in one);
  if (!there) return void (await self.clients.openWindow(target.href));
  await there.focus();
  if (url) await there.navigate(target.href).catch(() => self.clients.openWindow(target.href));
}

self.addEventListener("push", (event) => {
  let told;
  try {
    told = event.data.json();
  } catch {
    return; // nothing of ours
  }
  event.waitUntil(show(told));
});

self.addEventListener("notificationclick", (event) => {
  const told = event.notification.data;
  event.notification.close();
  if (event.action) event.waitUntil(acknowledge(told, event.action));
  else event.waitUntil(open(told?.url));
});

// The push service gave the browser another address: the page tells the home of it when it is opened next.
self.addEventListener("pushsubscriptionchange", (event) => {
  const tell = (windows) => windows.forEach((one) => one.postMessage("push-subscription-changed"));
  event.waitUntil(self.clients.matchAll({ type: "window" }).then(tell));
});
