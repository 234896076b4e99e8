/**
 * A first-in first-out queue with a stated maximum, which tells the caller when it is reached.
 */

export class BoundedQueue<T> {
  readonly #itemsMax: number;
  #items: (T | undefined)[] = [];
  #head = 0;

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** "overflow" leaves the queue as it was; the caller decides what that means. */
  push(item: T): "queued" | "overflow" {
    if (this.length >= this.#itemsMax) return "overflow";
    this.#items.push(item);
    return "queued";
  }

  /** The oldest item, or undefined when empty. PERF: O(1) amortised. */
  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
