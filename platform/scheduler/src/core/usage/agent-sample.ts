/**
 * What an agent says of itself and of its tasks at one moment.
 */

import type { MesosTaskStatisticsObject } from "../model/answers.ts";
import type { TaskUsage } from "../model/usage.ts";

export interface AgentSample {
  readonly agentId: string;
  /** When it was asked. */
  readonly at: number;
  /** `/metrics/snapshot`, as it is. */
  readonly metrics: Readonly<Record<string, number>>;
  /** By task. */
  readonly tasks: ReadonlyMap<string, MesosTaskStatisticsObject>;
}

/** The agent's statistics in the API's shape; `timestamp` is the agent's own, in ms. */
export function taskUsageOf(statistics: MesosTaskStatisticsObject, at: number): TaskUsage {
  const { timestamp } = statistics;
  return {
    timestamp: timestamp === undefined ? at : Math.floor(timestamp * 1000),
    memoryTotalBytes: statistics.mem_total_bytes ?? statistics.mem_rss_bytes ?? 0,
    cpuSeconds: (statistics.cpus_user_time_secs ?? 0) + (statistics.cpus_system_time_secs ?? 0),
    diskTotalBytes: statistics.disk_used_bytes ?? 0,
    cpusNrPeriods: statistics.cpus_nr_periods ?? 0,
    cpusNrThrottled: statistics.cpus_nr_throttled ?? 0,
    cpusThrottledTimeSecs: statistics.cpus_throttled_time_secs ?? 0,
  };
}

/** Cpus used on average between two samples; undefined when no time has passed between them. */
export function cpusUsedBetween(older: TaskUsage, newer: TaskUsage): number | undefined {
  const seconds = ((newer.timestamp ?? 0) - (older.timestamp ?? 0)) / 1000;
  if (seconds <= 0) return undefined;
  return Math.max(0, ((newer.cpuSeconds ?? 0) - (older.cpuSeconds ?? 0)) / seconds);
}
