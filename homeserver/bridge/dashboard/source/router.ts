// Which page is shown: the address is the only memory of it.

import { PAGES, type PageRow } from "./pages/pages.js";

export interface Route {
  row: PageRow;
  /** What follows the page's own path: the room's or the rule's name. */
  rest: string;
}

const START = "homeserver.start";

/** On which page one begins, where the address names none; empty: with the home. */
export function preferStart(path: string): void {
  if (path) localStorage.setItem(START, path);
  else localStorage.removeItem(START);
}

/** Begin there: when somebody comes, not when he loads the page anew or goes back to it. */
function start(): void {
  const [how] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const wanted = localStorage.getItem(START);
  if (location.pathname !== "/" || how?.type !== "navigate" || !PAGES.some((page) => page.path === wanted)) return;
  history.replaceState(null, "", wanted + location.hash);
}
start();

const watchers = new Set<() => void>();

export function routeOf(path: string): Route {
  const parts = path.split("/").filter(Boolean);
  const row = PAGES.find((page) => page.path === `/${parts[0] ?? ""}`) ?? PAGES[0]!;
  return { row, rest: decoded(parts.slice(1).join("/")) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

export function watchRoute(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

const tell = (): void => watchers.forEach((watcher) => watcher());

export function go(path: string): void {
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  scrollTo(0, 0);
  tell();
}

addEventListener("popstate", tell);

/** Links within the page change it without a reload; all others, and those opened elsewhere, stay links. */
addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest?.("a[href]");
  const path = link?.getAttribute("href") ?? "";
  if (!path.startsWith("/") || path.startsWith("/api") || link?.hasAttribute("target") || link?.hasAttribute("download")) return;
  event.preventDefault();
  go(path);
});
