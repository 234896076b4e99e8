/**
 * A list that remembers its newest items only.
 */

export class BoundedHistory<T> implements Iterable<T> {
  readonly #itemsMax: number;
  readonly #items = new Set<T>();

  /** 0 remembers nothing. */
  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Adds as the newest and returns what fell out, if something did. PERF: O(1). */
  push(item: T): T | undefined {
    this.#items.add(item);
    if (this.#items.size <= this.#itemsMax) return undefined;
    const oldest = this.#items.values().next().value as T;
    this.#items.delete(oldest);
    return oldest;
  }

  delete(item: T): boolean {
    return this.#items.delete(item);
  }

  /** Oldest first. */
  [Symbol.iterator](): SetIterator<T> {
    return this.#items.values();
  }
}
