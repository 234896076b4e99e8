/**
 * A list that remembers the newest items only: what is above its maximum falls out, oldest first.
 */

export class BoundedList<T> {
  readonly #itemsMax: number;
  /** Insertion order; a Set removes from the front and from the middle at no cost. */
  readonly #items = new Set<T>();

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  get size(): number {
    return this.#items.size;
  }

  /** PERF: O(1). An item that is there already is not added again. */
  add(item: T): void {
    this.#items.add(item);
    if (this.#items.size > this.#itemsMax) this.#items.delete(this.values().next().value as T);
  }

  /** PERF: O(items), at most the maximum. */
  deleteWhere(isUnwanted: (item: T) => boolean): void {
    for (const item of this.#items) if (isUnwanted(item)) this.#items.delete(item);
  }

  /** Oldest first. */
  values(): SetIterator<T> {
    return this.#items.values();
  }
}
