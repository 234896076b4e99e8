/**
 * When this server last heard of each announcement, and which of them it might let expire.
 *
 * Renewals are kept here and nowhere else; that costs the store nothing. Every announcement is looked
 * after by one server, computed from its id and who is there, so that it expires once; and that server
 * asks all the others before, because a renewal may have reached any of them. Whenever it is not known
 * what the others have heard (one came or went, the store was away, this process stood still), all
 * leases count as renewed at that moment: to live a lease longer is the smaller harm.
 */

import type { Instant } from "@tavola/base";
import { later } from "@tavola/base";

export class Leases {
  readonly #leaseMs: number;
  readonly #heardAt = new Map<string, Instant>();
  #allRenewedAt: Instant;

  constructor(leaseMs: number, now: Instant) {
    this.#leaseMs = leaseMs;
    this.#allRenewedAt = now;
  }

  /** Its owner was heard of: it was announced, renewed, or another server says so. */
  renewed(id: string, at: Instant): void {
    const before = this.#heardAt.get(id);
    if (before === undefined || before < at) this.#heardAt.set(id, at);
  }

  /** It is known from now on; nobody was heard of. */
  forget(id: string): void {
    this.#heardAt.delete(id);
  }

  allRenewed(now: Instant): void {
    this.#allRenewedAt = now;
  }

  /** How long ago its owner was heard of here; undefined: not since it came, or not within a lease. */
  ageMs(id: string, now: Instant): number | undefined {
    const heardAt = this.#heardAt.get(id);
    if (heardAt === undefined || now - heardAt >= this.#leaseMs) return undefined;
    return Math.max(0, now - heardAt);
  }

  isOver(id: string, now: Instant): boolean {
    const heardAt = this.#heardAt.get(id) ?? this.#allRenewedAt;
    return now - Math.max(heardAt, this.#allRenewedAt) >= this.#leaseMs;
  }

  /** Whether nothing at all can be over, so that nobody need look. */
  isQuiet(now: Instant): boolean {
    return now - this.#allRenewedAt < this.#leaseMs;
  }
}

/** An instant `ageMs` before `now`. */
export function heardBefore(now: Instant, ageMs: number): Instant {
  return later(now, -ageMs);
}
