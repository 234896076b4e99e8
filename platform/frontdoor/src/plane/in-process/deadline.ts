/**
 * A time by which something must have happened, moved on and on without a timer for each move.
 *
 * A connection's deadline is set several times in a request and hardly ever reached, so its timer is
 * left as it is when the deadline moves away, and looks again when it fires.
 */

import { type Instant, later } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";

export class Deadline {
  readonly #clock: Clock;
  readonly #passed: () => void;
  #at: Instant | undefined;
  #timer: Timer | undefined;
  #timerAt: Instant | undefined;

  constructor(clock: Clock, passed: () => void) {
    this.#clock = clock;
    this.#passed = passed;
  }

  /** Takes the place of the former one. */
  set(inMs: number): void {
    const at = later(this.#clock.now(), inMs);
    this.#at = at;
    if (this.#timerAt !== undefined && this.#timerAt <= at) return;
    this.#timer?.cancel();
    this.#arm(at, inMs);
  }

  clear(): void {
    this.#at = undefined;
  }

  /** For good. */
  end(): void {
    this.#at = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = undefined;
  }

  #arm(at: Instant, inMs: number): void {
    this.#timerAt = at;
    this.#timer = this.#clock.after(inMs, () => {
      this.#timer = undefined;
      this.#timerAt = undefined;
      if (this.#at === undefined) return;
      const left = this.#at - this.#clock.now();
      if (left > 0) return this.#arm(this.#at, left);
      this.#at = undefined;
      this.#passed();
    });
  }
}
