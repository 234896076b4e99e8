/**
 * Events between the stream that brings them and the loop that takes them, one at a time.
 *
 * Bounded: when it is full the producer waits (`room`), so that a slow framework slows its stream
 * down and loses nothing. One consumer.
 */

import { BoundedQueue, invariant } from "@tavola/base";

export class EventQueue<T> {
  readonly #items: BoundedQueue<T>;
  readonly #itemsMax: number;
  #end: { readonly error?: unknown } | undefined;
  #wakeConsumer: (() => void) | undefined;
  #wakeProducer: (() => void) | undefined;

  constructor(itemsMax: number) {
    this.#itemsMax = itemsMax;
    this.#items = new BoundedQueue(itemsMax);
  }

  /** After `end` or `fail` nothing is taken in any more. */
  push(item: T): "queued" | "overflow" {
    if (this.#end !== undefined) return "queued";
    const result = this.#items.push(item);
    this.#wake();
    return result;
  }

  /** Resolves once there is room for one more, or nobody takes events any more. */
  async room(): Promise<void> {
    if (this.#end !== undefined || this.#items.length < this.#itemsMax) return;
    invariant(this.#wakeProducer === undefined, "an event queue has one producer");
    await new Promise<void>((resolve) => {
      this.#wakeProducer = resolve;
    });
  }

  /** No more events; those that are queued are still taken. Idempotent; the first end stands. */
  end(): void {
    this.#finish({});
  }

  /** As `end`, but then `take` rejects with `error`, once. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** As `end`, and what is queued is not taken any more. */
  discard(): void {
    while (this.#items.shift() !== undefined);
    this.#end = undefined;
    this.#finish({});
  }

  /** The next event, or undefined at the end. */
  async take(): Promise<T | undefined> {
    while (true) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#wakeProducer?.();
        this.#wakeProducer = undefined;
        return item;
      }
      if (this.#end !== undefined) {
        const { error } = this.#end;
        this.#end = {};
        if (error !== undefined) throw error;
        return undefined;
      }
      invariant(this.#wakeConsumer === undefined, "an event queue has one consumer");
      await new Promise<void>((resolve) => {
        this.#wakeConsumer = resolve;
      });
    }
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#wake();
    this.#wakeProducer?.();
    this.#wakeProducer = undefined;
  }

  #wake(): void {
    const wake = this.#wakeConsumer;
    this.#wakeConsumer = undefined;
    wake?.();
  }
}
