/**
 * A map that remembers the newest entries only: what is above its maximum falls out, oldest first.
 */

export class BoundedHistory<K, V> {
  readonly #entriesMax: number;
  readonly #entries = new Map<K, V>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Adds as the newest; returns what fell out, if something did. PERF: O(1). */
  set(key: K, value: V): V | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#entriesMax) return undefined;
    const [oldest, fallen] = this.#entries.entries().next().value as [K, V];
    this.#entries.delete(oldest);
    return fallen;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** Oldest first. */
  values(): MapIterator<V> {
    return this.#entries.values();
  }

  /** Oldest first. */
  keys(): MapIterator<K> {
    return this.#entries.keys();
  }
}
