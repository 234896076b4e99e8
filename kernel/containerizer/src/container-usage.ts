/**
 * A container's ResourceStatistics: what was measured, and the bounds beside it. Pure.
 *
 * Source: _usage() in Mesos's containerizer.cpp.
 */

import type { Instant } from "@tavola/base";
import { epochSecondsOf } from "@tavola/base";
import type { ResourceStatistics } from "@tavola/protocol";
import type { Bounds } from "./cgroups/cgroup-limits.ts";

export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface UsageOptions {
  readonly now: Instant;
  readonly enableCfs: boolean;
  readonly machine: Machine;
}

export function usageOf(
  measured: Partial<ResourceStatistics>,
  bounds: Bounds,
  { now, enableCfs, machine }: UsageOptions,
): ResourceStatistics {
  const { cpus, cpusLimit, memoryBytes, memoryLimitBytes } = bounds;
  // An infinite limit is the whole machine.
  const hardCpus =
    cpusLimit === undefined ? (enableCfs ? cpus : undefined) : Math.min(cpusLimit, machine.cpus);
  const hardMemory =
    memoryLimitBytes === undefined ? memoryBytes : Math.min(memoryLimitBytes, machine.memoryBytes);
  return {
    ...measured,
    timestamp: epochSecondsOf(now),
    ...(cpus !== undefined && { cpus_soft_limit: cpus }),
    ...(hardCpus !== undefined && { cpus_limit: hardCpus }),
    ...(memoryBytes !== undefined && { mem_soft_limit_bytes: memoryBytes }),
    ...(hardMemory !== undefined && { mem_limit_bytes: hardMemory }),
  };
}
