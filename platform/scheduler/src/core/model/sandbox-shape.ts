/**
 * How sandboxes, and what Mesos measures of a task, are given.
 */

import type {
  MesosFileChunkObject,
  MesosTaskStatisticsObject,
  Sandbox,
  SandboxFile,
} from "./answers.ts";
import { object, optional } from "./fields.ts";
import { decimal, list, type Shape, text, whole } from "./shape.ts";

export const sandboxFileShape: Shape<SandboxFile> = object("SingularitySandboxFile", {
  name: optional(text),
  mtime: optional(whole),
  size: optional(whole),
  mode: optional(text),
});

export const sandboxShape: Shape<Sandbox> = object("SingularitySandbox", {
  files: optional(list(sandboxFileShape)),
  fullPathToRoot: optional(text),
  currentDirectory: optional(text),
  agentHostname: optional(text, { also: ["slaveHostname"] }),
});

export const mesosFileChunkObjectShape: Shape<MesosFileChunkObject> = object(
  "MesosFileChunkObject",
  {
    data: optional(text),
    offset: optional(whole),
    nextOffset: optional(whole),
  },
);

export const mesosTaskStatisticsObjectShape: Shape<MesosTaskStatisticsObject> = object(
  "MesosTaskStatisticsObject",
  {
    cpus_limit: optional(whole),
    cpus_nr_periods: optional(whole),
    cpus_nr_throttled: optional(whole),
    cpus_system_time_secs: optional(decimal),
    cpus_throttled_time_secs: optional(decimal),
    cpus_user_time_secs: optional(decimal),
    mem_anon_bytes: optional(whole),
    mem_file_bytes: optional(whole),
    mem_limit_bytes: optional(whole),
    mem_mapped_file_bytes: optional(whole),
    mem_rss_bytes: optional(whole),
    mem_total_bytes: optional(whole),
    disk_limit_bytes: optional(whole),
    disk_used_bytes: optional(whole),
    timestamp: optional(decimal),
    cpusLimit: optional(whole),
    cpusNrPeriods: optional(whole),
    cpusNrThrottled: optional(whole),
    cpusSystemTimeSecs: optional(decimal),
    cpusThrottledTimeSecs: optional(decimal),
    cpusUserTimeSecs: optional(decimal),
    memAnonBytes: optional(whole),
    memFileBytes: optional(whole),
    memLimitBytes: optional(whole),
    memMappedFileBytes: optional(whole),
    memRssBytes: optional(whole),
    memTotalBytes: optional(whole),
    diskLimitBytes: optional(whole),
    diskUsedBytes: optional(whole),
  },
);
