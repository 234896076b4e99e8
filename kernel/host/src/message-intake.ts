/**
 * Hands libprocess messages to their daemon, a slice of the event loop's time at a turn.
 *
 * After a leader's death ten thousand agents speak at once. The system then reports a thousand readable
 * connections in one go, and a turn that took them all would last for seconds: no timer would run, a
 * store's session would end for want of a ping, and nobody else would be answered. So what a turn has
 * no time for waits in a queue, in the order in which it came, and its connection is not read any
 * further meanwhile: what waits is at most a read of each connection.
 *
 * PERF: two readings of the clock for each piece that was read, which holds many messages when it matters.
 */

export interface MessageIntakeOptions<T> {
  /** Called for every batch, in the order of `take`, never again before it has returned. */
  readonly handle: (batch: T) => void;
  /** Milliseconds that only grow. Default: the machine's. */
  readonly nowMs?: () => number;
}

/** A batch that has to wait; its source is asked to be quiet until it was handled. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
}

/** Handled batches that are kept in the queue before they are cut off it. */
const compactedAt = 1024;

/** As much as a timer may be late for, and nobody minds. */
const sliceMs = 20;

export class MessageIntake<T> {
  readonly #handle: (batch: T) => void;
  readonly #nowMs: () => number;
  #waiting: { readonly source: Source; readonly batch: T }[] = [];
  /** How much of `#waiting` was handled. */
  #handled = 0;
  /** When the time of this turn is used up; undefined before its first batch. */
  #turnEndsAt: number | undefined;

  constructor(options: MessageIntakeOptions<T>) {
    this.#handle = options.handle;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Batches that wait. */
  get waiting(): number {
    return this.#waiting.length - this.#handled;
  }

  /** Now, or when those before it were handled. */
  take(source: Source, batch: T): void {
    if (this.#turnEndsAt === undefined) this.#beginTurn();
    if (this.waiting === 0 && this.#hasTime()) {
      this.#handle(batch);
      return;
    }
    source.pause();
    this.#waiting.push({ source, batch });
  }

  /** Forgets what waits. */
  close(): void {
    this.#waiting = [];
    this.#handled = 0;
  }

  #beginTurn(): void {
    this.#turnEndsAt = this.#nowMs() + sliceMs;
    setImmediate(() => this.#nextTurn());
  }

  /** After all that was readable; what it leaves waits until everybody else has had a turn. */
  #nextTurn(): void {
    this.#turnEndsAt = undefined;
    if (this.waiting === 0) return;
    this.#beginTurn();
    while (this.waiting > 0 && this.#hasTime()) this.#handleNext();
    if (this.waiting > 0) return;
    this.#waiting = [];
    this.#handled = 0;
  }

  #handleNext(): void {
    const next = this.#waiting[this.#handled];
    this.#handled += 1;
    if (next === undefined) return;
    if (this.#handled === compactedAt) {
      this.#waiting.splice(0, this.#handled);
      this.#handled = 0;
    }
    next.source.resume();
    this.#handle(next.batch);
  }

  #hasTime(): boolean {
    return this.#nowMs() < (this.#turnEndsAt ?? 0);
  }
}
