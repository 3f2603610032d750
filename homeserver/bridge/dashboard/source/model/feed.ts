// Where news of the home come from. `Feed` is all that the page knows of it; this one reads the bridge's server-sent events.

import type { Entity, Happening } from "./entity.js";

export interface Begun {
  name: string;
  language: string;
  time_zone: string;
  entities: Entity[];
  happened: Happening[];
}

export interface Listener {
  begun(home: Begun): void;
  news(entities: Entity[], gone: string[], happened: Happening[]): void;
  /** The connection broke; the feed tries again by itself. */
  lost(): void;
  /** The session ended: nothing more will come. */
  ended(): void;
}

export interface Feed {
  open(): void;
  close(): void;
}

const SILENCE = 45_000; // milliseconds without a word after which the connection is taken for lost
const SOON = 1_500;
const LATEST = 15_000;

export class EventFeed implements Feed {
  private source: EventSource | null = null;
  private heard = 0;
  private failures = 0;
  private due = 0;
  private guard = 0;

  constructor(private readonly listener: Listener) {}

  open(): void {
    this.close();
    this.heard = Date.now();
    this.guard = window.setInterval(() => this.look(), 5_000);
    const source = new EventSource("/api/stream");
    this.source = source;
    const on = <T>(kind: string, then: (told: T) => void): void =>
      source.addEventListener(kind, (event) => {
        this.heard = Date.now();
        this.failures = 0;
        then(JSON.parse((event as MessageEvent<string>).data));
      });
    on<Begun>("home", (home) => this.listener.begun(home));
    on<{ entities: Entity[]; gone: string[]; happened: Happening[] }>("news", (told) =>
      this.listener.news(told.entities, told.gone, told.happened),
    );
    on("beat", () => undefined);
    source.addEventListener("error", () => void this.broken());
  }

  close(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.due);
    clearInterval(this.guard);
  }

  private look(): void {
    if (Date.now() - this.heard > SILENCE) void this.broken();
  }

  /** Ask whether it is the session or the line, and come back: soon at first, then less often. */
  private async broken(): Promise<void> {
    this.close();
    this.listener.lost();
    const answer = await fetch("/api/session").catch(() => null);
    if (this.source) return;
    if (answer?.status === 401) return this.listener.ended();
    const wait = Math.min(LATEST, SOON * 2 ** this.failures++);
    this.due = window.setTimeout(() => this.open(), wait);
  }
}
