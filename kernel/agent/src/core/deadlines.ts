/**
 * Everything that is to happen later, by key: one agenda, so that the shell needs one timer.
 *
 * A binary heap of (time, key) beside a map of what each key stands for. Replacing or cancelling only
 * changes the map; what the heap still holds of it is skipped when its time comes. PERF: O(log n).
 */

import type { Instant } from "@tavola/base";

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
    this.#push({ at, key });
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
    this.#pop();
    return what;
  }

  #isStale({ key, at }: Entry): boolean {
    return this.#planned.get(key)?.at !== at;
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!this.#isStale(first)) return;
      this.#pop();
    }
  }

  /** So that what was cancelled long before its time does not pile up. */
  #rebuild(): void {
    const live = [...this.#planned].map(([key, { at }]) => ({ at, key }));
    this.#heap = live.sort((a, b) => a.at - b.at);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Entry;
      if (above.at <= entry.at) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let hole = 0;
    for (;;) {
      const left = 2 * hole + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const leftEntry = heap[left] as Entry;
      const rightEntry = heap[right];
      const isRight = rightEntry !== undefined && rightEntry.at < leftEntry.at;
      const child = isRight ? rightEntry : leftEntry;
      if (child.at >= last.at) break;
      heap[hole] = child;
      hole = isRight ? right : left;
    }
    heap[hole] = last;
  }
}
