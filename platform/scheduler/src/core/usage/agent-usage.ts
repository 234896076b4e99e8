/**
 * How much of an agent is reserved and used, by its own account and that of its tasks.
 */

import type { MesosResourcesObject } from "../model/machine.ts";
import type { AgentUsage } from "../model/usage.ts";
import type { AgentSample } from "./agent-sample.ts";

const bytesPerMb = 1024 * 1024;

/** What its tasks together reserve and use. */
export interface TaskSums {
  cpusUsed: number;
  memoryBytesUsed: number;
  diskBytesUsed: number;
  cpusReserved: number;
  memoryMbReserved: number;
  diskMbReserved: number;
  numTasks: number;
}

export function emptySums(): TaskSums {
  return {
    cpusUsed: 0,
    memoryBytesUsed: 0,
    diskBytesUsed: 0,
    cpusReserved: 0,
    memoryMbReserved: 0,
    diskMbReserved: 0,
    numTasks: 0,
  };
}

/** `resources`: all that it has, as the master told. */
export function agentUsageOf(
  { agentId, at, metrics }: AgentSample,
  sums: TaskSums,
  resources: MesosResourcesObject = {},
): AgentUsage {
  const amount = (name: string): number | undefined => {
    const value = resources[name];
    return typeof value === "number" ? value : undefined;
  };
  const memoryMb = amount("mem");
  const diskMb = amount("disk");
  const cpus = amount("cpus");
  return {
    agentId,
    timestamp: Math.floor(at),
    ...sums,
    ...(cpus === undefined ? {} : { cpusTotal: cpus }),
    ...(memoryMb === undefined
      ? {}
      : { memoryMbTotal: memoryMb, memoryBytesTotal: memoryMb * bytesPerMb }),
    ...(diskMb === undefined ? {} : { diskMbTotal: diskMb, diskBytesTotal: diskMb * bytesPerMb }),
    systemMemTotalBytes: metrics["system/mem_total_bytes"] ?? 0,
    systemMemFreeBytes: metrics["system/mem_free_bytes"] ?? 0,
    systemCpusTotal: metrics["system/cpus_total"] ?? 0,
    systemLoad1Min: metrics["system/load_1min"] ?? 0,
    systemLoad5Min: metrics["system/load_5min"] ?? 0,
    systemLoad15Min: metrics["system/load_15min"] ?? 0,
    diskUsed: metrics["slave/disk_used"] ?? 0,
    diskTotal: metrics["slave/disk_total"] ?? 0,
  };
}
