// The table of pages: where each lives, what it is called, who may see it, and the code that comes when it is first opened.

export interface PageRow {
  path: string;
  tag: string;
  title: string;
  icon: string;
  /** The least role that finds it in the menu; the home itself refuses what somebody may not. */
  role: "guest" | "adult" | "owner";
  /** Whether it stands in the menu. */
  menu: boolean;
  load: () => Promise<unknown>;
}

const row = (path: string, title: string, icon: string, role: PageRow["role"], load: PageRow["load"], menu = true): PageRow => ({
  path, tag: `hs-${path.slice(1) || "home"}`, title, icon, role, menu, load,
});

export const PAGES: readonly PageRow[] = [
  row("/", "Home", "house", "guest", () => Promise.resolve()),
  row("/room", "Rooms", "sofa", "guest", () => import("./room.js")),
  row("/devices", "Devices", "devices", "adult", () => import("./devices.js")),
  row("/rules", "Rules", "rule", "adult", () => import("./rules.js")),
  row("/people", "People", "people", "owner", () => import("./people.js")),
  row("/account", "My account", "person", "guest", () => import("./account.js"), false),
  row("/audit", "What was done", "list", "guest", () => import("./audit.js"), false),
  row("/system", "System", "gear", "owner", () => import("./system.js")),
  row("/page", "Page", "code", "guest", () => import("./page.js"), false),
  row("/calls", "Calls", "code", "adult", () => import("./calls.js")),
];

const RANK = ["guest", "child", "adult", "owner"];

/** The pages in the menu of somebody with a role; before it is known, those for everybody. */
export const menuFor = (role: string): readonly PageRow[] =>
  PAGES.filter((page) => page.menu && RANK.indexOf(page.role) <= Math.max(0, RANK.indexOf(role)));
