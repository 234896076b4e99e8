/**
 * The machine's own gauges, under the names that every libprocess has.
 */

import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import type { MetricReading } from "./metric-reading.ts";
import type { Metrics } from "./metrics.ts";

/** What a machine has, and how much of it is in use at the moment. */
export interface MachineLoad {
  readonly cpus: number;
  /** Load averages of the last minute, five and fifteen. */
  readonly averages: readonly number[];
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
}

/**
 * Adds `system/cpus_total`, `system/load_{1,5,15}min`, `system/mem_{total,free}_bytes`, read when
 * somebody asks. Default: of this machine.
 */
export function addSystemMetrics(metrics: Metrics, look: () => MachineLoad = lookAtLoad): void {
  metrics.source(() => readings(look()));
}

function lookAtLoad(): MachineLoad {
  return {
    cpus: availableParallelism(),
    averages: loadavg(),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
  };
}

function readings({ cpus, averages, memoryBytes, freeMemoryBytes }: MachineLoad): MetricReading[] {
  const gauges: Readonly<Record<string, number>> = {
    "system/cpus_total": cpus,
    "system/load_1min": averages[0] ?? 0,
    "system/load_5min": averages[1] ?? 0,
    "system/load_15min": averages[2] ?? 0,
    "system/mem_total_bytes": memoryBytes,
    "system/mem_free_bytes": freeMemoryBytes,
  };
  return Object.entries(gauges).map(([name, value]) => ({ kind: "gauge", name, value }));
}
