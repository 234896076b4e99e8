/**
 * A list that remembers its newest items only: what is above its maximum falls out, oldest first.
 */

export class BoundedList<T> implements Iterable<T> {
  readonly #itemsMax: number;
  /** Insertion order; a Set removes from the front and from the middle at no cost. */
  readonly #items = new Set<T>();

  /** 0 remembers nothing. */
  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  get size(): number {
    return this.#items.size;
  }

  /**
   * Adds as the newest and returns what fell out, if something did. An item that is there already
   * stays where it is. PERF: O(1).
   */
  add(item: T): T | undefined {
    this.#items.add(item);
    if (this.#items.size <= this.#itemsMax) return undefined;
    const oldest = this.#items.values().next().value as T;
    this.#items.delete(oldest);
    return oldest;
  }

  /** Whether it was there. PERF: O(1). */
  delete(item: T): boolean {
    return this.#items.delete(item);
  }

  /** Oldest first. Removing what it has come to does not disturb it. */
  values(): SetIterator<T> {
    return this.#items.values();
  }

  [Symbol.iterator](): SetIterator<T> {
    return this.#items.values();
  }
}
