// The shell of the dashboard without a network: its own files and nothing of the home. What is known of the home the page keeps.

const CACHE = "shell-__VERSION__";
const FILES = [/* files */];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(["/", ...FILES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("shell-") && name !== CACHE);
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && !/^\/(api|auth|openapi)/.test(url.pathname)) event.respondWith(fresh(event.request));
  else if (FILES.includes(url.pathname)) event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(event.request)));
});

const SOON = 250; // milliseconds: as long as nobody notices

/** The page from the home where it answers at once, else the one that is kept; a newer one comes with the next worker. */
async function fresh(request) {
  const kept = await caches.match("/");
  if (!kept) return fetch(request);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(SOON) });
    if (answer.ok) return answer;
  } catch {
    // no network, or a slow one: below
  }
  return kept;
}

/* notifications: source/push-worker.js */
