/**
 * Time that nobody sets: the clock that sessions go by.
 *
 * The wall clock jumps when somebody sets it, and a session measured by it would end early or, worse,
 * seem alive when it is over. This one counts from the start of the machine (CLOCK_MONOTONIC) and is
 * the same for all its processes. Its instants are no dates.
 *
 * It stands still while the machine is suspended; a server elsewhere goes on counting meanwhile.
 */

import { instant } from "@tavola/base";
import { type Clock, systemClock } from "@tavola/host";

export function steadyClock(): Clock {
  const timers = systemClock();
  return {
    now: () => {
      const [seconds, nanoseconds] = process.hrtime();
      return instant(seconds * 1000 + nanoseconds / 1e6);
    },
    after: (delayMs, run) => timers.after(delayMs, run),
  };
}
