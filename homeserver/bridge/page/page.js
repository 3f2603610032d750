// The live page: signs in, keeps one event stream open, and hands what it says to the parts of the page.

import { openDetail, openList, prepareDetail, refreshDetail } from "/detail.js";
import { byId, setAttribute, setText } from "/dom.js";
import { addToFeed, beginFeed } from "/feed.js";
import { showGlance } from "/glance.js";
import { put, remove, replace, watch } from "/home.js";
import { icon } from "/icons.js";
import { keepArranged, showRooms, showTimes } from "/rooms.js";
import { clock, speak, today } from "/words.js";

const SILENCE = 45_000; // milliseconds without a word after which the connection is taken for lost
const GLANCE = 250;
const PATIENCE = 1_500; // a shorter break is not worth a word

let stream = null;
let asked = 0; // when the stream was last opened
let heard = 0; // when the home last spoke; 0 before its first word
let noticeDue = null;

// -- signing in

/** Take the key out of the address, where it would stay in the history, and exchange it for a session. */
async function begin() {
  const key = new URLSearchParams(location.hash.slice(1)).get("token");
  if (key) history.replaceState(null, "", location.pathname);
  showConnecting();
  const answer = key ? await signIn(key) : await session();
  if (answer.ok) enter();
  else if (answer.status === 401) showDoor(key ? "This key does not fit." : "");
  else await refuse(answer);
}

const session = () => fetch("/api/session").catch(() => new Response(null, { status: 503 }));

const signIn = (token) => fetch("/api/session", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ token }),
}).catch(() => new Response(null, { status: 503 }));

async function refuse(answer) {
  const { message = "The home cannot be reached." } = await answer.json().catch(() => ({}));
  showDoor(message);
}

function showDoor(fault) {
  stream?.close();
  forgetNotice();
  setText(byId("door-fault"), fault);
  setAttribute(byId("home"), "hidden", true);
  setAttribute(byId("door"), "hidden", false);
  setAttribute(byId("notice"), "hidden", true);
  byId("key").focus();
}

function enter() {
  setAttribute(byId("door"), "hidden", true);
  setAttribute(byId("home"), "hidden", false);
  showConnecting();
  listen();
}

// -- the stream

function listen() {
  stream?.close();
  stream = new EventSource("/api/stream");
  asked = Date.now();
  stream.addEventListener("home", (event) => begun(JSON.parse(event.data)));
  stream.addEventListener("news", (event) => news(JSON.parse(event.data)));
  stream.addEventListener("beat", () => { heard = Date.now(); });
  stream.addEventListener("error", lost);
}

function begun(home) {
  heard = Date.now();
  speak(home.language, home.time_zone);
  document.documentElement.lang = home.language;
  document.title = home.name;
  setText(byId("name"), home.name);
  setText(byId("today"), today(new Date()));
  setText(byId("feed-empty"), "Nothing yet. It is a calm home.");
  replace(home.entities);
  glance();
  beginFeed(home.happened);
  forgetNotice();
  showLink("Live");
}

function news({ entities, gone, happened }) {
  heard = Date.now();
  entities.forEach(put);
  gone.forEach(remove);
  if (happened.length) addToFeed(happened);
}

async function lost() {
  noticeDue ??= setTimeout(showLoss, PATIENCE);
  if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
  const answer = await session();
  if (answer.status === 401) showDoor("Your session has ended. Come in again.");
  else setTimeout(listen, 2_000);
}

const showConnecting = () => showLink("Connecting", "Connecting to the home …");

function showLoss() {
  const words = heard ? `Connection lost. This is how it was at ${clock(heard)}.` : "The home does not answer.";
  showLink("Not connected", `${words} Trying again …`, heard > 0);
}

function forgetNotice() {
  clearTimeout(noticeDue);
  noticeDue = null;
}

/** How the connection is: in a word at the top, and in a sentence above all where there is more to say. */
function showLink(word, notice = "", stale = false) {
  setText(byId("live-word"), word);
  setAttribute(byId("live"), "data-live", word === "Live" ? "yes" : "no");
  setText(byId("notice"), notice);
  setAttribute(byId("notice"), "hidden", !notice);
  setAttribute(document.body, "data-stale", stale);
}

// -- the page

let glanceDue = null;

watch((ids) => {
  showRooms(byId("rooms"), ids, openDetail);
  refreshDetail(ids);
  glanceDue ??= setTimeout(glance, GLANCE);
});

/** The row at the top looks at the whole home, so not at every change. */
function glance() {
  glanceDue = null;
  showGlance(byId("glance"), openList);
}

setInterval(showTimes, 30_000);

setInterval(() => {
  setText(byId("today"), today(new Date()));
  if (stream && stream.readyState !== EventSource.CLOSED && Date.now() - Math.max(asked, heard) > SILENCE) {
    noticeDue ??= setTimeout(showLoss, 0);
    listen();
  }
}, 5_000);

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await signIn(byId("key").value);
  byId("key").value = "";
  if (answer.ok) enter();
  else if (answer.status === 401) showDoor("This key does not fit.");
  else await refuse(answer);
});

byId("sign-out").addEventListener("click", async () => {
  await fetch("/api/session", { method: "DELETE" }).catch(() => null);
  showDoor("");
});

byId("feed-all").addEventListener("click", () => {
  const all = byId("feed").toggleAttribute("data-all");
  setText(byId("feed-all"), all ? "Show less" : "Show all");
});

byId("door-icon").append(icon("house"));
prepareDetail();
keepArranged(byId("rooms"));
begin();
