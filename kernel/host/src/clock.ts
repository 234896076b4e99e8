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

/** What setTimeout() takes; above it, it would fire at once. */
const timerDelayMsMax = 2 ** 31 - 1;

/**
 * The machine's clock as this process found it when it started, and what has passed since then on a
 * clock that nobody sets. A daemon plans by it: were the time set back by an hour under it, whatever it
 * has planned would come an hour late. (A time that is set is seen by whoever starts afterwards.)
 * Timers keep the process alive, as a daemon's should.
 */
export function systemClock(): Clock {
  return {
    now: () => instant(Math.floor(performance.timeOrigin + performance.now())),
    after(delayMs, run) {
      let handle = arm(Math.max(0, delayMs));
      function arm(remainingMs: number): NodeJS.Timeout {
        if (remainingMs <= timerDelayMsMax) return setTimeout(run, remainingMs);
        return setTimeout(() => {
          handle = arm(remainingMs - timerDelayMsMax);
        }, timerDelayMsMax);
      }
      return { cancel: () => clearTimeout(handle) };
    },
  };
}
