/**
 * Everything that is to happen later, by key: one agenda, so that the shell needs one timer.
 *
 * A binary heap of (time, key) beside a map of what each key stands for. Replacing or cancelling only
 * changes the map; what the heap still holds of it is skipped when its time comes. PERF: O(log n).
 */

import { type Instant, popFromHeap, pushOntoHeap } from "@tavola/base";

interface Entry {
  readonly at: Instant;
  readonly key: string;
}

interface Planned<T> {
  readonly at: Instant;
  readonly what: T;
}

export class Deadlines<T> {
  readonly #planned = new Map<string, Planned<T>>();
  #heap: Entry[] = [];

  get size(): number {
    return this.#planned.size;
  }

  /** Replaces what was planned under `key`. */
  set(key: string, at: Instant, what: T): void {
    this.#planned.set(key, { at, what });
    pushOntoHeap(this.#heap, { at, key }, isBefore);
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#planned.size) this.#rebuild();
  }

  /** Idempotent. */
  cancel(key: string): void {
    this.#planned.delete(key);
  }

  has(key: string): boolean {
    return this.#planned.has(key);
  }

  /** The earliest time at which something is planned. */
  get nextAt(): Instant | undefined {
    this.#dropStale();
    return this.#heap[0]?.at;
  }

  /** Removes and returns the earliest of what is due, if anything is. */
  takeDue(now: Instant): T | undefined {
    this.#dropStale();
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const what = this.#planned.get(first.key)?.what;
    this.#planned.delete(first.key);
    popFromHeap(this.#heap, isBefore);
    return what;
  }

  #isStale({ key, at }: Entry): boolean {
    return this.#planned.get(key)?.at !== at;
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!this.#isStale(first)) return;
      popFromHeap(this.#heap, isBefore);
    }
  }

  /** So that what was cancelled long before its time does not pile up. */
  #rebuild(): void {
    const live = [...this.#planned].map(([key, { at }]) => ({ at, key }));
    this.#heap = live.sort((a, b) => a.at - b.at);
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at;
}
