/**
 * The simulated ensemble: one tree, the sessions that it grants and ends, and whom it tells of changes.
 *
 * It is what a ZooKeeper ensemble looks like from outside when it is right: linearizable, away at
 * times, and ending a session that it did not hear of for its timeout. Time is a given clock's.
 */

import type { Instant } from "@tavola/base";
import type { Clock } from "@tavola/host";
import type { Member, StorePath } from "../coordination.ts";
import { StoreTree, type Touched } from "./store-tree.ts";

/**
 * How much longer than its timeout a session lives, as a share of it: what a real ensemble's ticks
 * amount to, and what allows a client's clock to be that much slower.
 */
const graceShare = 0.05;

export interface EnsembleSession {
  readonly id: number;
  readonly timeoutMs: number;
  heardAt: Instant;
  /** Counts the client's connections; what comes on an older one is not obeyed. */
  connection: number;
  readonly watched: Set<StorePath>;
  /** Answers to `join` by the client's own number, so that asking again adds none. */
  readonly joined: Map<number, Member>;
  /** Tells the client, as far as its link carries it. */
  tell: { changed(paths: readonly StorePath[]): void; expired(): void };
}

export class MemoryEnsemble {
  readonly tree = new StoreTree();
  readonly clock: Clock;
  readonly #sessions = new Map<number, EnsembleSession>();
  #lastSession = 0;
  #available = true;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  now(): Instant {
    return this.clock.now();
  }

  get available(): boolean {
    return this.#available;
  }

  /** While it is away it hears nothing and ends no session; afterwards each gets its timeout anew. */
  set available(available: boolean) {
    if (available && !this.#available) {
      for (const session of this.#sessions.values()) session.heardAt = this.clock.now();
    }
    this.#available = available;
  }

  openSession(timeoutMs: number, tell: EnsembleSession["tell"]): EnsembleSession {
    this.#lastSession += 1;
    const session: EnsembleSession = {
      id: this.#lastSession,
      timeoutMs,
      heardAt: this.clock.now(),
      connection: 0,
      watched: new Set(),
      joined: new Map(),
      tell,
    };
    this.#sessions.set(session.id, session);
    this.#expireLater(session, timeoutMs * (1 + graceShare));
    return session;
  }

  session(id: number): EnsembleSession | undefined {
    return this.#sessions.get(id);
  }

  endSession(session: EnsembleSession): void {
    if (!this.#sessions.delete(session.id)) return;
    this.notify(this.tree.removeOwnedBy(session.id));
  }

  notify(touched: Touched): void {
    for (const session of this.#sessions.values()) {
      const changed = [...session.watched].filter((path) => touched.has(path));
      if (changed.length > 0) session.tell.changed(changed);
    }
  }

  #expireLater(session: EnsembleSession, inMs: number): void {
    this.clock.after(inMs, () => {
      if (!this.#sessions.has(session.id)) return;
      const now = this.clock.now();
      const leftMs = session.heardAt + session.timeoutMs * (1 + graceShare) - now;
      if (leftMs > 0) return this.#expireLater(session, leftMs);
      if (!this.#available) return this.#expireLater(session, session.timeoutMs);
      this.endSession(session);
      session.tell.expired();
    });
  }
}
