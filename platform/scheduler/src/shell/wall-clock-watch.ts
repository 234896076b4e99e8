/**
 * Notices when somebody sets the machine's time.
 *
 * The scheduler's own clock never steps, so that nothing that lasts is cut short or drawn out; its
 * schedules go by the wall clock, and have to be told.
 */

import type { Clock, Timer } from "@tavola/host";

const limits = {
  lookEveryMs: 5_000,
  /** Less than this is drift, or being late. */
  stepMsMin: 500,
} as const;

export interface WallClockWatchOptions {
  readonly clock: Clock;
  /** Epoch ms by the machine's own clock. */
  readonly wallNow: () => number;
  /** How far the wall is ahead of the scheduler's clock now; called when that has changed. */
  readonly stepped: (offsetMs: number) => void;
}

export function watchWallClock({ clock, wallNow, stepped }: WallClockWatchOptions): {
  close(): void;
} {
  let offsetMs = 0;
  let timer: Timer;
  const look = (): void => {
    const now = wallNow() - clock.now();
    if (Math.abs(now - offsetMs) >= limits.stepMsMin) {
      offsetMs = now;
      stepped(offsetMs);
    }
    timer = clock.after(limits.lookEveryMs, look);
  };
  timer = clock.after(limits.lookEveryMs, look);
  return { close: () => timer.cancel() };
}
