/**
 * When this server last heard of each announcement, and which of them it might let expire.
 *
 * Renewals are kept here and nowhere else; that costs the store nothing. Every announcement is looked
 * after by one server, computed from its id and who is there, so that it expires once; and that server
 * asks all the others before, because a renewal may have reached any of them. Whenever it is not known
 * what the others have heard (one came or went, the store was away, this process stood still), all
 * leases count as renewed at that moment: to live a lease longer is the smaller harm.
 *
 * Instants stand in one row of numbers, in which who looks for what is over walks through 100,000 of
 * them in less time than it takes to ask a map for a thousand.
 */

import type { Instant } from "@tavola/base";
import { later } from "@tavola/base";

const rowsMin = 1024;
const never = Number.NEGATIVE_INFINITY;

/** Who looks after an announcement, as far as that was asked. */
const keeper = { notAsked: 0, here: 1, elsewhere: 2 } as const;

export class Leases {
  readonly #leaseMs: number;
  readonly #rows = new Map<string, number>();
  /** By row, as the next two; undefined: the row is free. */
  readonly #ids: (string | undefined)[] = [];
  #heardAt = new Float64Array(rowsMin);
  #keepers = new Uint8Array(rowsMin);
  readonly #free: number[] = [];
  #allRenewedAt: Instant;

  constructor(leaseMs: number, now: Instant) {
    this.#leaseMs = leaseMs;
    this.#allRenewedAt = now;
  }

  /** There is such an announcement. What was heard of it before still counts. Idempotent. */
  known(id: string): void {
    if (!this.#rows.has(id)) this.#newRow(id);
  }

  /** Its owner was heard of: it was announced, renewed, or another server says so. */
  renewed(id: string, at: Instant): void {
    const row = this.#rows.get(id) ?? this.#newRow(id);
    if ((this.#heardAt[row] as number) < at) this.#heardAt[row] = at;
  }

  /** It is gone. */
  forget(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    this.#ids[row] = undefined;
    this.#free.push(row);
  }

  allRenewed(now: Instant): void {
    this.#allRenewedAt = now;
  }

  /** How long ago its owner was heard of here; undefined: not since it came, or not within a lease. */
  ageMs(id: string, now: Instant): number | undefined {
    const ageMs = now - this.#heard(id);
    return ageMs >= this.#leaseMs ? undefined : Math.max(0, ageMs);
  }

  isOver(id: string, now: Instant): boolean {
    return now - Math.max(this.#heard(id), this.#allRenewedAt) >= this.#leaseMs;
  }

  /**
   * Those that are over and kept here. What `isKeptHere` says of an id is remembered until
   * `keepersChanged`. PERF: O(all), some nanoseconds each.
   */
  *over(now: Instant, isKeptHere: (id: string) => boolean): Generator<string> {
    if (this.isQuiet(now)) return;
    const latest = now - this.#leaseMs;
    for (let row = 0; row < this.#ids.length; row += 1) {
      if ((this.#heardAt[row] as number) > latest || this.#keepers[row] === keeper.elsewhere) {
        continue;
      }
      const id = this.#ids[row];
      if (id === undefined) continue;
      if (this.#keepers[row] === keeper.notAsked) {
        this.#keepers[row] = isKeptHere(id) ? keeper.here : keeper.elsewhere;
      }
      if (this.#keepers[row] === keeper.here) yield id;
    }
  }

  keepersChanged(): void {
    this.#keepers.fill(keeper.notAsked);
  }

  /** Whether nothing at all can be over, so that nobody need look. */
  isQuiet(now: Instant): boolean {
    return now - this.#allRenewedAt < this.#leaseMs;
  }

  #heard(id: string): number {
    const row = this.#rows.get(id);
    return row === undefined ? never : (this.#heardAt[row] as number);
  }

  #newRow(id: string): number {
    const row = this.#free.pop() ?? this.#ids.length;
    if (row === this.#heardAt.length) {
      this.#heardAt = grown(this.#heardAt, new Float64Array(2 * row));
      this.#keepers = grown(this.#keepers, new Uint8Array(2 * row));
    }
    this.#rows.set(id, row);
    this.#ids[row] = id;
    this.#heardAt[row] = never;
    this.#keepers[row] = keeper.notAsked;
    return row;
  }
}

function grown<Row extends Float64Array | Uint8Array>(from: Row, into: Row): Row {
  into.set(from);
  return into;
}

/** An instant `ageMs` before `now`. */
export function heardBefore(now: Instant, ageMs: number): Instant {
  return later(now, -ageMs);
}
