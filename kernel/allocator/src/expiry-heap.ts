/** What expires first comes out first: a binary heap by `expiresAt`. */
import type { Instant } from "@tavola/base";

interface Expiring {
  readonly expiresAt: Instant;
}

export class ExpiryHeap<T extends Expiring> {
  #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** PERF: O(log n). */
  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((items[parent] as T).expiresAt <= item.expiresAt) break;
      items[at] = items[parent] as T;
      at = parent;
    }
    items[at] = item;
  }

  /** The next item that is due at `now`, or undefined. PERF: O(log n); O(1) when none is due. */
  popDue(now: Instant): T | undefined {
    const items = this.#items;
    const first = items[0];
    if (first === undefined || first.expiresAt > now) return undefined;
    const last = items.pop() as T;
    if (items.length > 0) this.#sink(last);
    return first;
  }

  /** Throws away what is not to be kept. PERF: O(n log n). */
  retain(keep: (item: T) => boolean): void {
    // An ascending array is a heap.
    this.#items = this.#items.filter(keep).sort((a, b) => a.expiresAt - b.expiresAt);
  }

  /** Places `item` starting from the root, which is free. */
  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      const right = items[child + 1];
      if (right !== undefined && right.expiresAt < (items[child] as T).expiresAt) child += 1;
      if ((items[child] as T).expiresAt >= item.expiresAt) break;
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = item;
  }
}
