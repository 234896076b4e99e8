/**
 * The time, and being woken later. One real implementation here; the simulated one advances by hand.
 */

import { type Instant, instant } from "@tavola/base";

export interface Timer {
  /** Idempotent; after it `run` is not called. */
  cancel(): void;
}

export interface Clock {
  now(): Instant;
  /** Calls `run` once, `delayMs` from now or a little later. Never synchronously. */
  after(delayMs: number, run: () => void): Timer;
}

const timerDelayMsMax = 2 ** 31 - 1;

/** The machine's clock. Timers keep the process alive, as a daemon's should. */
export function systemClock(): Clock {
  return {
    now: () => instant(Date.now()),
    after(delayMs, run) {
      const handle = setTimeout(run, Math.min(Math.max(0, delayMs), timerDelayMsMax));
      return { cancel: () => clearTimeout(handle) };
    },
  };
}
