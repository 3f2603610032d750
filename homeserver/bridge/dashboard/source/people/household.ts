// What the pages about people know of them, and how they are called.

import { entities } from "../model/home.js";
import { t } from "../words/text.js";

export interface Me {
  login: string;
  name: string;
  role: string;
  kind: string;
  password: boolean;
  second_factor: boolean;
  recovery_codes: number;
}
export interface User {
  id: string;
  name: string;
  role: string;
  active: boolean;
  let_in: boolean;
  expires: string | null;
  epoch: number;
  trackers: string[];
  picture: string | null;
  icon: string | null;
}
/** How somebody signs in. */
export interface Standing {
  login: string;
  password: boolean;
  second_factor: boolean;
  invited: string | null;
  sessions: number;
  programs: number;
  keys: number;
  used: string | null;
}
export const ROLES = ["owner", "adult", "child", "guest", "service"];
export const KEY_LOGIN = "person.owner"; // whoever has the key of the data folder
export const loginOf = (id: string): string => `person.${id}`;
export const idOf = (login: string): string => login.replace(/^person\./, "");

/** Whether nobody would be left who may come in for good and do everything. */
export function isLastOwner(user: User, all: readonly User[]): boolean {
  const lasting = (one: User): boolean => one.role === "owner" && one.active && one.expires === null;
  return lasting(user) && !all.some((other) => other.id !== user.id && lasting(other));
}

export const lastOwnerTold = (name: string): string =>
  t("{0} is the only owner who stays. A home needs one: make somebody else an owner first, then this can change.", name);

/** The state of somebody's entity: home, not_home, a zone; empty where nothing tells. */
export function whereabouts(id: string): string {
  const state = entities.get(`person.${id.replaceAll("-", "_")}`)?.state ?? "";
  return state === "unknown" || state === "unavailable" ? "" : state;
}
export const invitationLink = (secret: string): string => `${location.origin}/auth/welcome#invitation=${secret}`;
const HERE = /^(localhost|127\.|\[::1\])/;
/** Whether the address of this page opens on this machine only. */
export const isHereOnly = (): boolean => HERE.test(location.host);
