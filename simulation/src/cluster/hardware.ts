/**
 * What every simulated machine has, whatever its agent offers of it.
 */

import type { MachineLoad } from "@tavola/host";

const gib = 1024 ** 3;

export const hardware = { cpus: 8, memoryBytes: 8 * gib, diskBytes: 100 * gib } as const;

/** While nothing runs there that anybody counts. */
export const idleLoad: MachineLoad = {
  cpus: hardware.cpus,
  averages: [0, 0, 0],
  memoryBytes: hardware.memoryBytes,
  freeMemoryBytes: hardware.memoryBytes,
};
