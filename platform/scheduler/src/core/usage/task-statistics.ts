/**
 * What an agent measures of a task, as Singularity hands it on.
 *
 * Its answer has the names of Java getters and 0 for what is not measured, while its own Java client
 * reads the agent's names: the answer has both.
 */

import type { MesosTaskStatisticsObject } from "../model/answers.ts";

/** `measured`: as the agent's `/monitor/statistics` has it. */
export function taskStatisticsOf(measured: MesosTaskStatisticsObject): MesosTaskStatisticsObject {
  return {
    ...measured,
    timestamp: measured.timestamp ?? 0,
    cpusLimit: measured.cpus_limit ?? 0,
    cpusNrPeriods: measured.cpus_nr_periods ?? 0,
    cpusNrThrottled: measured.cpus_nr_throttled ?? 0,
    cpusSystemTimeSecs: measured.cpus_system_time_secs ?? 0,
    cpusThrottledTimeSecs: measured.cpus_throttled_time_secs ?? 0,
    cpusUserTimeSecs: measured.cpus_user_time_secs ?? 0,
    memAnonBytes: measured.mem_anon_bytes ?? 0,
    memFileBytes: measured.mem_file_bytes ?? 0,
    memLimitBytes: measured.mem_limit_bytes ?? 0,
    memMappedFileBytes: measured.mem_mapped_file_bytes ?? 0,
    memRssBytes: measured.mem_rss_bytes ?? 0,
    memTotalBytes: measured.mem_total_bytes ?? 0,
    diskLimitBytes: measured.disk_limit_bytes ?? 0,
    diskUsedBytes: measured.disk_used_bytes ?? 0,
  };
}
