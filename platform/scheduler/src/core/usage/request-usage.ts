/**
 * How much of what a request reserves is used, from the last samples of its tasks.
 *
 * Sums are over samples, not over tasks: `numTasks` says over how many, and clients divide by it.
 */

import type { TaskResources } from "../model/deploy.ts";
import type { RequestUtilization, TaskUsage } from "../model/usage.ts";
import type { TaskRecord } from "../records.ts";
import { cpusUsedBetween } from "./agent-sample.ts";
import { UsageRange } from "./usage-range.ts";

const bytesPerMb = 1024 * 1024;

/** Greatest and least of the last day, kept over samples that have been dropped. */
export class RequestRanges {
  readonly cpu = new UsageRange();
  readonly memory = new UsageRange();
  readonly disk = new UsageRange();
  readonly throttled = new UsageRange();
}

/** What one interval between two samples of a task tells. */
interface Interval {
  readonly cpus: number;
  /** Share of the time that it was held back. */
  readonly throttled: number;
  readonly newer: TaskUsage;
}

export interface MeasuredTask {
  readonly task: TaskRecord;
  /** Oldest first. */
  readonly usages: readonly TaskUsage[];
}

/** The newest sample of a task goes into the ranges of its request. */
export function addToRanges(ranges: RequestRanges, { task, usages }: MeasuredTask): void {
  const last = intervalsOf(task, usages.slice(-2)).at(-1);
  if (last === undefined) return;
  const at = last.newer.timestamp ?? 0;
  ranges.cpu.add(last.cpus, at);
  ranges.throttled.add(last.throttled, at);
  ranges.memory.add(last.newer.memoryTotalBytes ?? 0, at);
  ranges.disk.add(last.newer.diskTotalBytes ?? 0, at);
}

/** Undefined: nothing of it has been measured. */
export function requestUtilizationOf(
  requestId: string,
  measured: readonly MeasuredTask[],
  ranges: RequestRanges,
): RequestUtilization | undefined {
  const sums = { cpu: 0, memory: 0, disk: 0, throttled: 0, samples: 0, overages: 0 };
  const reserved = { cpus: 0, memoryMb: 0, diskMb: 0 };
  for (const { task, usages } of measured) {
    const intervals = intervalsOf(task, usages);
    for (const { cpus, throttled, newer } of intervals) {
      sums.cpu += cpus;
      sums.throttled += throttled;
      sums.memory += newer.memoryTotalBytes ?? 0;
      sums.disk += newer.diskTotalBytes ?? 0;
      sums.samples++;
      if (cpus > task.resources.cpus) sums.overages++;
    }
    addReserved(reserved, task.resources, intervals.length);
  }
  const deployId = measured.at(-1)?.task.taskId.deployId;
  if (sums.samples === 0 || deployId === undefined) return undefined;
  return {
    requestId,
    deployId,
    memBytesUsed: Math.floor(sums.memory),
    memBytesReserved: Math.floor(reserved.memoryMb * bytesPerMb),
    cpuUsed: sums.cpu,
    cpuReserved: reserved.cpus,
    diskBytesUsed: Math.floor(sums.disk),
    diskBytesReserved: Math.floor(reserved.diskMb * bytesPerMb),
    numTasks: sums.samples,
    cpuBurstRating: sums.overages / sums.samples,
    percentCpuTimeThrottled: sums.throttled,
    ...extremes(ranges),
  };
}

function extremes({ cpu, memory, disk, throttled }: RequestRanges): Partial<RequestUtilization> {
  return {
    maxCpuUsed: cpu.max?.value ?? 0,
    maxCpusTimestamp: cpu.max?.at ?? 0,
    minCpuUsed: cpu.min?.value ?? 0,
    minCpusTimestamp: cpu.min?.at ?? 0,
    maxMemBytesUsed: memory.max?.value ?? 0,
    maxMemTimestamp: memory.max?.at ?? 0,
    minMemBytesUsed: memory.min?.value ?? 0,
    minMemTimestamp: memory.min?.at ?? 0,
    maxDiskBytesUsed: disk.max?.value ?? 0,
    maxDiskTimestamp: disk.max?.at ?? 0,
    minDiskBytesUsed: disk.min?.value ?? 0,
    minDiskTimestamp: disk.min?.at ?? 0,
    maxPercentCpuTimeThrottled: throttled.max?.value ?? 0,
    maxCpuThrottledTimestamp: throttled.max?.at ?? 0,
    minPercentCpuTimeThrottled: throttled.min?.value ?? 0,
    minCpuThrottledTimestamp: throttled.min?.at ?? 0,
  };
}

/** The first sample counts from the task's start, when it had used nothing. */
function intervalsOf(task: TaskRecord, usages: readonly TaskUsage[]): Interval[] {
  const intervals: Interval[] = [];
  let older: TaskUsage = {
    timestamp: task.taskId.startedAt,
    cpuSeconds: 0,
    cpusThrottledTimeSecs: 0,
  };
  for (const newer of usages) {
    const cpus = cpusUsedBetween(older, newer);
    if (cpus !== undefined) {
      const seconds = ((newer.timestamp ?? 0) - (older.timestamp ?? 0)) / 1000;
      const heldBack = (newer.cpusThrottledTimeSecs ?? 0) - (older.cpusThrottledTimeSecs ?? 0);
      intervals.push({ cpus, throttled: Math.max(0, heldBack / seconds), newer });
    }
    older = newer;
  }
  return intervals;
}

function addReserved(
  to: { cpus: number; memoryMb: number; diskMb: number },
  { cpus, memoryMb, diskMb }: TaskResources,
  samples: number,
): void {
  to.cpus += cpus * samples;
  to.memoryMb += memoryMb * samples;
  to.diskMb += diskMb * samples;
}
