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

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at;

export class Agenda {
  readonly #times = new Map<string, number>();
  readonly #heap: Entry[] = [];

  /** `undefined`: not before something happens to it. PERF: O(log n). */
  plan(requestId: string, at: number | undefined): void {
    if (at === undefined) {
      this.#times.delete(requestId);
      return;
    }
    if (this.#times.get(requestId) === at) return;
    this.#times.set(requestId, at);
    pushOntoHeap(this.#heap, { at, requestId }, isBefore);
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
