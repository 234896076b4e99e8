/**
 * One process's client of the simulated store: its steady clock, its death, and what is planted in it.
 */

import { instant } from "@tavola/base";
import type { Coordination, MemoryCoordination } from "@tavola/coordination";
import type { Clock } from "@tavola/host";
import type { SimulatedProcess } from "../world/process.ts";

export function openStoreOf(
  store: MemoryCoordination,
  process: SimulatedProcess,
  sessionTimeoutMs: number,
): Coordination {
  const steady: Clock = {
    now: () => instant(process.steadyMs()),
    after: (delayMs, run) => process.clock.after(delayMs, run),
  };
  const client = store.connect({ sessionTimeoutMs, clock: steady, name: process.name });
  process.onEnd(() => store.crash(client));
  return client;
}
