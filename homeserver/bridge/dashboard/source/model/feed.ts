// Where news of the home come from. `Feed` is all that the page knows of it; this one speaks Home Assistant's WebSocket,
// signed in by the session's cookie. Beside `subscribe_entities` it needs two commands of our own: the home without its
// states, and why something is as it is.

import { createConnection, createLongLivedTokenAuth, ERR_INVALID_AUTH, type Connection } from "home-assistant-js-websocket";

import type { Card, Floor, Happening, Link } from "./entity.js";
import type { Told } from "./states.js";
import { Views } from "./views.js";

/** Floors and entities are left out where they are the known ones. */
export interface Begun {
  home: { name: string; language: string; time_zone: string };
  mark: string;
  floors?: Floor[];
  entities?: Record<string, Card>;
  happened: Happening[];
}
/** What is different beside states. */
export interface News {
  floors?: Floor[];
  entities?: Record<string, Card>;
  gone?: string[];
  happened?: Happening[];
}

export interface Listener {
  begun(home: Begun): void;
  news(news: News): void;
  states(told: Told): void;
  /** The connection broke; the feed tries again by itself. */
  lost(): void;
  /** The session ended: nothing more will come. */
  ended(): void;
}

export interface Feed {
  open(): void;
  close(): void;
  /** Whether it is there or on its way, and will come back by itself. */
  readonly isOpen: boolean;
  /** The mark of the cards that the page has, as long as they are just those. */
  known: string;
  /** Tell the states of these, and of no others. */
  want(ids: ReadonlySet<string>): void;
  /** Why an entity is as it is, the nearest cause first. */
  why(id: string): Promise<Link[]>;
}

const COOKIE = "session"; // said in place of a token: the cookie came with the handshake
const SOON = 1_000; // milliseconds
const LATEST = 15_000;
const PULSE = 15_000; // a line that is dead without saying so is found out by asking
const PATIENCE = 6_000;

export class SocketFeed implements Feed {
  known = "";
  private connection: Connection | null = null;
  private views: Views | null = null;
  private wanted: ReadonlySet<string> = new Set();
  private turn = 0;
  private failures = 0;
  private due = 0;
  private pulse = 0;

  constructor(private readonly listener: Listener) {
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void this.feel());
    addEventListener("online", () => void this.feel());
  }

  open(): void {
    this.close();
    this.pulse = window.setInterval(() => void this.feel(), PULSE);
    void this.connect(this.turn);
  }

  get isOpen(): boolean {
    return this.pulse !== 0;
  }

  close(): void {
    this.turn += 1;
    clearTimeout(this.due);
    clearInterval(this.pulse);
    this.pulse = 0;
    this.connection?.close();
    this.connection = this.views = null;
  }

  want(ids: ReadonlySet<string>): void {
    this.wanted = ids;
    this.views?.want(ids);
  }

  async why(id: string): Promise<Link[]> {
    const told = await this.connection?.sendMessagePromise<{ why: Link[] }>({ type: "homeserver/why", entity_id: id }).catch(() => null);
    return told?.why ?? [];
  }

  // -- the line

  private async connect(turn: number): Promise<void> {
    const auth = createLongLivedTokenAuth(location.origin, COOKIE);
    const made = await createConnection({ auth }).catch((fault: number) => fault);
    if (turn !== this.turn) return typeof made === "number" ? undefined : made.close();
    if (typeof made === "number") return this.refused(made);
    this.failures = 0;
    this.connection = made;
    made.addEventListener("ready", () => this.begin(made));
    made.addEventListener("disconnected", () => this.lost());
    made.addEventListener("reconnect-error", (_, fault: number) => {
      this.connection = null;
      void this.refused(fault);
    });
    this.begin(made);
  }

  private lost(): void {
    this.views = null;
    this.listener.lost();
  }

  /** Ask whether it is the session or the line, and come back: soon at first, then less often. */
  private async refused(fault: number): Promise<void> {
    const turn = this.turn;
    this.lost();
    const answer = fault === ERR_INVALID_AUTH ? await fetch("/api/session").catch(() => null) : null;
    if (turn !== this.turn) return;
    if (answer?.status === 401) return this.listener.ended();
    this.due = window.setTimeout(() => void this.connect(turn), Math.min(LATEST, SOON * 2 ** this.failures++));
  }

  /** The library would subscribe anew by itself, but to what was in sight before. */
  private begin(connection: Connection): void {
    const once = { resubscribe: false };
    const subscribe = (ids: string[]): Promise<() => Promise<void>> =>
      connection.subscribeMessage<Told>((told) => this.listener.states(told), { type: "subscribe_entities", entity_ids: ids }, once);
    const home = { type: "homeserver/subscribe_home", known: this.known };
    connection.subscribeMessage<Begun | News>((told) => this.told(told), home, once).catch(() => undefined);
    this.views = new Views(subscribe);
    this.views.want(this.wanted);
  }

  private told(told: Begun | News): void {
    if ("home" in told) {
      this.known = told.mark;
      this.listener.begun(told);
      return;
    }
    if (told.entities || told.gone || told.floors) this.known = ""; // they differ from what the mark names
    this.listener.news(told);
  }

  private async feel(): Promise<void> {
    const connection = this.connection;
    if (!connection?.connected) return;
    const late = new Promise<"late">((done) => setTimeout(() => done("late"), PATIENCE));
    if ((await Promise.race([connection.ping().catch(() => null), late])) === "late" && connection === this.connection) connection.reconnect(true);
  }
}
