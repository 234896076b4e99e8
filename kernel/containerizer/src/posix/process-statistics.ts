/**
 * A container's statistics from its processes, where no cgroup counts them.
 *
 * Times of processes that have ended are not in it, as in Mesos's posix isolators. Pure.
 */

import { type ProcessEntry, ticksPerSecond } from "@tavola/host";
import type { ResourceStatistics } from "@tavola/protocol";

export function cpuTimeOf(processes: readonly ProcessEntry[]): Partial<ResourceStatistics> {
  const ticks = (pick: (entry: ProcessEntry) => number): number =>
    processes.reduce((sum, entry) => sum + pick(entry), 0) / ticksPerSecond;
  return {
    processes: processes.length,
    threads: processes.reduce((sum, entry) => sum + entry.threads, 0),
    cpus_user_time_secs: ticks((entry) => entry.userTicks),
    cpus_system_time_secs: ticks((entry) => entry.systemTicks),
  };
}

export function memoryOf(processes: readonly ProcessEntry[]): Partial<ResourceStatistics> {
  return { mem_rss_bytes: processes.reduce((sum, entry) => sum + entry.rssBytes, 0) };
}
