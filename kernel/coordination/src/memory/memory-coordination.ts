/**
 * A store for unit tests and for the simulation: an ensemble in memory, several clients, and faults.
 *
 * Time and dice are given, so that the same calls give the same run. Nothing survives it.
 */

import { invariant, type Random } from "@tavola/base";
import type { Clock } from "@tavola/host";
import type { Coordination, StoredValue, StorePath } from "../coordination.ts";
import { MemoryClient } from "./memory-client.ts";
import { MemoryEnsemble } from "./memory-ensemble.ts";
import { type DelayMs, MemoryLink } from "./memory-link.ts";

export interface MemoryCoordinationOptions {
  /** The ensemble's and its links'. */
  readonly clock: Clock;
  readonly random: Random;
  /** One way, until changed for a client; 1 to 2 ms where absent. */
  readonly delayMs?: DelayMs;
}

export interface MemoryClientOptions {
  readonly sessionTimeoutMs: number;
  /** The client's process's, which may drift or be held; the ensemble's where absent. */
  readonly clock?: Clock;
  /** For messages; "memory" where absent. */
  readonly name?: string;
}

/** The clients given to the faults are those that its `connect` returned. */
export interface MemoryCoordination {
  /** Suspended until its first answer. */
  connect(options: MemoryClientOptions): Coordination;

  /** Cuts a client's link, or one direction of it, or mends it. What was lost stays lost. */
  setReachable(
    client: Coordination,
    reachable: boolean | { readonly requests: boolean; readonly answers: boolean },
  ): void;
  setDelay(client: Coordination, delayMs: DelayMs): void;
  /** The whole ensemble, as without a quorum: no session ends meanwhile. */
  setAvailable(available: boolean): void;
  /** The client's connection breaks now; its session lives on if it is back in time. */
  disconnect(client: Coordination): void;
  /** The client's next transaction breaks its connection: its outcome is unknown to it. */
  breakNextTransaction(client: Coordination, outcome: "applied" | "not applied"): void;
  /**
   * The ensemble ends the client's session now, before its time; the client hears of it as its link
   * allows. Until then its `isAlive` is wrong, which no real ensemble does on its own.
   */
  expire(client: Coordination): void;
  /** The client's process dies: no promise of it settles, nothing calls back; its session times out. */
  crash(client: Coordination): void;

  /** What the ensemble holds, by path, for checkers. */
  entries(): readonly (readonly [StorePath, StoredValue])[];
}

export function createMemoryCoordination(options: MemoryCoordinationOptions): MemoryCoordination {
  const { clock, random, delayMs = { min: 1, max: 2 } } = options;
  const ensemble = new MemoryEnsemble(clock);
  const links = new Map<MemoryClient, MemoryLink>();
  const partsOf = (client: Coordination): { client: MemoryClient; link: MemoryLink } => {
    const link = client instanceof MemoryClient ? links.get(client) : undefined;
    invariant(client instanceof MemoryClient && link !== undefined, "a client of this ensemble");
    return { client, link };
  };
  return {
    connect({ sessionTimeoutMs, clock: own = clock, name = "memory" }) {
      const link = new MemoryLink(clock, random, delayMs);
      const client = new MemoryClient({
        ensemble,
        link,
        random,
        clock: own,
        sessionTimeoutMs,
        description: name,
      });
      links.set(client, link);
      return client;
    },
    setReachable(client, reachable) {
      const { passes } = partsOf(client).link;
      const both = { requests: reachable === true, answers: reachable === true };
      Object.assign(passes, typeof reachable === "boolean" ? both : reachable);
    },
    setDelay(client, delay) {
      partsOf(client).link.delayMs = delay;
    },
    setAvailable(available) {
      ensemble.available = available;
    },
    disconnect: (client) => partsOf(client).client.disconnect(),
    breakNextTransaction(client, outcome) {
      partsOf(client).client.breakNextTransaction = outcome;
    },
    expire(client) {
      const id = partsOf(client).client.sessionId;
      const session = id === undefined ? undefined : ensemble.session(id);
      if (session === undefined) return;
      ensemble.endSession(session);
      session.tell.expired();
    },
    crash: (client) => partsOf(client).client.crash(),
    entries: () => ensemble.tree.entries(),
  };
}
