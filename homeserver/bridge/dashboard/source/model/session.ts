// Who looks, and the one connection to the home that everybody on the page shares.

import { SocketFeed, type Begun, type Feed, type News } from "./feed.js";
import { entities, floors, happen, knows, lay, recall, remove as drop, replace, restore, setFloors, tellStates, wants } from "./home.js";
import { call, get, post, remove, type Answer } from "./http.js";
import { forget } from "./memory.js";
import { forgetDrafts } from "./drafts.js";
import { forgetSnapshot, keep, kept } from "./snapshot.js";
import type { Short, Told } from "./states.js";
import { format, speak } from "../words/text.js";

export type Link = "connecting" | "live" | "lost";

export interface Session {
  place: "starting" | "door" | "in";
  link: Link;
  /** What the door says: why somebody is not in. */
  fault: string;
  home: string;
  login: string;
  role: string;
  /** When the home last spoke, while what is shown may be old. */
  heard: number;
  /** The home spoke when the page opened, though there is no connection yet. */
  fresh: boolean;
}

export const session: Session = { place: "starting", link: "connecting", fault: "", home: "Home", login: "", role: "", heard: 0, fresh: false };

const watchers = new Set<() => void>();
const KEEP_EVERY = 60_000; // milliseconds
const KEEP_SOON = 1_500;
const PATIENCE = 1_500; // a shorter break is not worth a word

export const watchSession = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

function set(part: Partial<Session>): void {
  Object.assign(session, part);
  watchers.forEach((watcher) => watcher());
}

// -- coming in and going out

type Who = { login: string; role?: string };

/** Take the key out of the address, where it would stay in the history, and come in with it or with the session there is. */
export async function begin(): Promise<void> {
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get("token");
  if (token) history.replaceState(null, "", location.pathname);
  const old = token ? null : kept();
  if (!token && !old) void look();
  await speak(old?.language ?? "", old?.zone);
  if (old) {
    restore(old.entities, old.floors ?? []);
    feed.known = old.mark ?? "";
    set({ place: "in", home: old.name, heard: old.at });
  }
  if (!token) feed.open(); // the socket says by itself whether there is a session: it need not wait for that answer
  await enter(token ? await post<Who>("/api/session", { token }) : await get<Who>("/api/session"), token ? "This key does not fit." : "");
}

export const signIn = async (given: object): Promise<Answer<Who>> => {
  const answer = await post<Who>("/api/session", given);
  if (answer.ok) await enter(answer, "");
  return answer;
};

async function enter(answer: Answer<Who>, wrong: string): Promise<void> {
  if (answer.ok) {
    set({ place: "in", login: answer.value.login, role: answer.value.role ?? session.role, fault: "" });
    void look();
    if (!feed.isOpen) feed.open();
    if (!answer.value.role) await learn();
  } else if (answer.status === 401) leave(wrong);
  else if (entities.size > 0) listener.lost();
  else set({ place: "door", fault: answer.status === 0 ? "The home cannot be reached." : answer.message });
}

async function learn(): Promise<void> {
  const told = await call<{ role: string; user: { name: string } | null }>("people", "whoami");
  if (told.ok) set({ role: told.value.role });
}

/** Back before the door: nothing of the home stays in this browser. */
function leave(fault: string): void {
  feed.close();
  clearTimeout(lossDue);
  forgetSnapshot();
  forget();
  replace({});
  recall([]);
  setFloors([]);
  feed.known = "";
  set({ place: "door", fault, login: "", role: "", heard: 0, fresh: false });
}

export async function signOut(): Promise<void> {
  await remove("/api/session");
  forgetDrafts();
  leave("");
}

// -- what the home says

let lossDue = 0;

type First = Begun & { states: Record<string, Short> };

async function show({ home, floors: storeys, entities: cards, happened }: Begun, more: Partial<Session>): Promise<void> {
  await speak(home.language, home.time_zone);
  if (storeys) setFloors(storeys);
  if (cards) replace(cards);
  recall(happened);
  document.title = home.name;
  set({ place: "in", home: home.name, heard: Date.now(), ...more });
}

let looking = false;

/** The first visit, which has nothing to show, need not wait for the connection. */
async function look(): Promise<void> {
  if (looking || entities.size > 0) return;
  looking = true;
  const answer = await get<First>("/api/overview");
  looking = false;
  if (!answer.ok || session.link !== "connecting") return;
  feed.known = answer.value.mark;
  await show(answer.value, { fresh: true });
  tellStates({ a: answer.value.states });
}

const listener = {
  begun(told: Begun): void {
    clearTimeout(lossDue);
    lossDue = 0;
    void show(told, { link: "live", fresh: true }).then(() => void setTimeout(keepSoon, KEEP_SOON));
  },
  news({ floors: storeys, entities: cards, gone = [], happened = [] }: News): void {
    session.heard = Date.now();
    if (storeys) setFloors(storeys);
    if (cards) lay(cards);
    gone.forEach(drop);
    happen(happened);
  },
  states(told: Told): void {
    session.heard = Date.now();
    tellStates(told);
  },
  lost(): void {
    lossDue ||= window.setTimeout(() => set({ link: "lost", fresh: false }), PATIENCE);
  },
  ended(): void {
    leave(session.place === "in" ? "Your session has ended. Come in again." : session.fault);
  },
};
const feed: Feed = new SocketFeed(listener);
wants((ids) => feed.want(ids));
knows((id) => feed.why(id));

function keepNow(): void {
  if (session.place !== "in" || session.link !== "live") return;
  const { language = "en", zone = "UTC" } = format;
  const told = { name: session.home, language: language === "en-GB" ? "en" : language, zone, at: Date.now() };
  keep({ ...told, mark: feed.known, floors, entities: [...entities.values()] });
}

/** When there is time: a large home takes some milliseconds. */
const keepSoon = (): void => void ("requestIdleCallback" in window ? requestIdleCallback(keepNow) : keepNow());

setInterval(keepSoon, KEEP_EVERY);
addEventListener("pagehide", keepNow);
addEventListener("online", () => session.link === "lost" && feed.open());
