/**
 * When allocations are made: at every interval, and soon after something changed, though no more
 * often than the spacing.
 */

import type { Instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";

export interface AllocationTimerOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly spacingMs: number;
  readonly allocate: () => void;
}

export class AllocationTimer {
  readonly #options: AllocationTimerOptions;
  #interval: Timer;
  #soon: Timer | undefined;
  #lastAt: Instant | undefined;

  constructor(options: AllocationTimerOptions) {
    this.#options = options;
    this.#interval = this.#nextInterval();
  }

  /** Asking again before it comes is asking once. */
  allocateSoon(): void {
    if (this.#soon !== undefined) return;
    const { clock, spacingMs } = this.#options;
    const sinceMs = this.#lastAt === undefined ? spacingMs : clock.now() - this.#lastAt;
    this.#soon = clock.after(Math.max(0, spacingMs - sinceMs), () => {
      this.#soon = undefined;
      this.#run();
    });
  }

  close(): void {
    this.#interval.cancel();
    this.#soon?.cancel();
  }

  #nextInterval(): Timer {
    return this.#options.clock.after(this.#options.intervalMs, () => {
      this.#interval = this.#nextInterval();
      this.#run();
    });
  }

  #run(): void {
    this.#lastAt = this.#options.clock.now();
    this.#options.allocate();
  }
}
