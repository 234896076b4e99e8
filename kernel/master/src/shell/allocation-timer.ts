/**
 * When allocations are made: at every interval, and soon after something changed, though no more
 * often than the spacing.
 */

import type { Instant } from "@tavola/base";
import type { Clock, Metrics, Timer } from "@tavola/host";

export interface AllocationTimerOptions {
  readonly clock: Clock;
  /** Gets Mesos's `allocator/mesos/allocation_run…`: how often, how long, how long after it was asked for. */
  readonly metrics: Metrics;
  readonly intervalMs: number;
  readonly spacingMs: number;
  readonly allocate: () => void;
}

export class AllocationTimer {
  readonly #options: AllocationTimerOptions;
  #interval: Timer;
  #soon: Timer | undefined;
  #lastAt: Instant | undefined;
  /** When the first asked for the next run, on the process's own fine clock. */
  #askedAtMs: number | undefined;

  constructor(options: AllocationTimerOptions) {
    this.#options = options;
    this.#interval = this.#nextInterval();
  }

  /** Asking again before it comes is asking once. */
  allocateSoon(): void {
    if (this.#soon !== undefined) return;
    this.#askedAtMs = performance.now();
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
    const { clock, metrics, allocate } = this.#options;
    this.#lastAt = clock.now();
    const beganAtMs = performance.now();
    allocate();
    metrics.counter("allocator/mesos/allocation_runs").increment();
    metrics.timer("allocator/mesos/allocation_run").record(performance.now() - beganAtMs);
    const latencyMs = beganAtMs - (this.#askedAtMs ?? beganAtMs);
    metrics.timer("allocator/mesos/allocation_run_latency").record(latencyMs);
    this.#askedAtMs = undefined;
  }
}
