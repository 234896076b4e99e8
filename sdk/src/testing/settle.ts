/**
 * Lets promises run their course between the steps of a test.
 */

import { type SimulatedClock, simulatedClock } from "@tavola/host";

export interface SteppedClock extends SimulatedClock {
  /** Moves the time on; whatever is set off on the way happens before it resolves. */
  step(byMs: number): Promise<void>;
}

export function steppedClock(): SteppedClock {
  const clock = simulatedClock() as SteppedClock;
  clock.step = async (byMs) => {
    await clock.advanceSettling(byMs, settle);
    await settle();
  };
  return clock;
}

/** Lets everything that is ready to run do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
