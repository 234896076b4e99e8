/**
 * When which request is to be looked at again, though nothing happens to it: one time for each.
 *
 * Rules that wait for a time say so each time they are asked, so the last word counts; what was said
 * before is passed over when it comes up. An idle cluster costs nothing between two of its times.
 */

import { type Instant, popFromHeap, pushOntoHeap } from "@tavola/base";

interface Entry {
  readonly at: number;
  readonly requestId: string;
}

/** Times that were superseded are thrown out when they are more than those that count, and so many. */
const supersededMin = 1024;

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at;

export class Agenda {
  readonly #times = new Map<string, number>();
  #heap: Entry[] = [];

  /** `undefined`: not before something happens to it. PERF: O(log n), spread over many calls. */
  plan(requestId: string, at: number | undefined): void {
    if (at === undefined) {
      this.#times.delete(requestId);
      return;
    }
    if (this.#times.get(requestId) === at) return;
    this.#times.set(requestId, at);
    pushOntoHeap(this.#heap, { at, requestId }, isBefore);
    if (this.#heap.length > 2 * this.#times.size + supersededMin) this.#compact();
  }

  /** Entries, superseded ones included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Times far ahead that were superseded would otherwise stay until they come up. */
  #compact(): void {
    this.#heap = [];
    for (const [requestId, at] of this.#times) {
      pushOntoHeap(this.#heap, { at, requestId }, isBefore);
    }
  }

  /** The next time at which anything is due. */
  get nextAt(): Instant | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#times.get(first.requestId) === first.at) return first.at as Instant;
      popFromHeap(this.#heap, isBefore);
    }
    return undefined;
  }

  /** Takes out what is due by now. */
  takeDue(now: Instant): string[] {
    const due: string[] = [];
    for (let at = this.nextAt; at !== undefined && at <= now; at = this.nextAt) {
      const entry = popFromHeap(this.#heap, isBefore);
      if (entry === undefined) break;
      this.#times.delete(entry.requestId);
      due.push(entry.requestId);
    }
    return due;
  }
}
