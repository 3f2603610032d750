// The pages that workers bring: which there are for who looks. Their code comes when one is opened.

import { format } from "../words/text.js";
import { get } from "./http.js";
import { session, watchSession } from "./session.js";

export interface BroughtPage {
  worker: string;
  title: string;
  titles: Record<string, string>;
  icon: string;
  /** The address of its module, which changes with its content. */
  module: string;
}

const EVERY = 30_000; // milliseconds between looks: workers come and go

export const brought: { pages: readonly BroughtPage[]; known: boolean } = { pages: [], known: false };
const watchers = new Set<() => void>();

export const watchBrought = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export const titleOf = (page: BroughtPage): string => page.titles[(format.language ?? "en").slice(0, 2)] ?? page.title;

let who = "";

async function learn(): Promise<void> {
  const answer = session.place === "in" && session.login ? await get<BroughtPage[]>("/api/pages") : null;
  const pages = answer?.ok ? answer.value : session.place === "in" ? brought.pages : [];
  const changed = JSON.stringify(pages) !== JSON.stringify(brought.pages) || (answer !== null && !brought.known);
  Object.assign(brought, { pages, known: brought.known || answer !== null });
  if (changed) watchers.forEach((watcher) => watcher());
}

watchSession(() => {
  const now = session.link === "live" ? `${session.place} ${session.login}` : who;
  if (now === who) return;
  who = now;
  void learn();
});
setInterval(() => document.visibilityState === "visible" && void learn(), EVERY);
