/**
 * What is written into a container's cgroups for its resources. Pure.
 *
 * Source: the cpu and memory subsystems of Mesos's cgroups isolator (version 1) and the controllers
 * of its cgroups2 isolator (version 2); the constants are theirs.
 */

import { unitsOf } from "@tavola/base";
import type { Resource } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { ResourceLimits } from "../containerizer.ts";
import type { Controller } from "./cgroup-layout.ts";

const megabyte = 1024 * 1024;

/** Of the kernel and of Mesos. */
const constants = {
  sharesPerCpu: 1024,
  sharesPerRevocableCpu: 10,
  sharesMin: 2,
  weightPerCpu: 100,
  weightPerRevocableCpu: 1,
  weightMin: 1,
  weightMax: 10_000,
  cfsPeriodUs: 100_000,
  cfsQuotaUsMin: 1000,
  memoryBytesMin: 32 * megabyte,
} as const;

/** What a container asks for and what it may have at most. */
export interface Bounds {
  readonly cpus: number | undefined;
  /** Its cpus may be taken back. */
  readonly isRevocable: boolean;
  /** Infinity: no limit; undefined: none given. */
  readonly cpusLimit: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly memoryLimitBytes: number | undefined;
}

export function boundsOf(resources: readonly Resource[], limits: ResourceLimits = {}): Bounds {
  const all = Resources.of(resources);
  const cpus = unitsOf(all.scalar("cpus"));
  // Mesos counts whole megabytes.
  const megabytes = Math.trunc(unitsOf(all.scalar("mem")));
  return {
    cpus: cpus === 0 ? undefined : cpus,
    isRevocable: unitsOf(all.revocable().scalar("cpus")) > 0,
    cpusLimit: limits["cpus"]?.value,
    memoryBytes: megabytes === 0 ? undefined : megabytes * megabyte,
    memoryLimitBytes:
      limits["mem"] === undefined ? undefined : Math.trunc(limits["mem"].value) * megabyte,
  };
}

export interface CgroupWrite {
  readonly controller: Controller;
  readonly control: string;
  readonly value: string | number;
}

export interface LimitOptions {
  readonly version: 1 | 2;
  /** `--cgroups_enable_cfs`: what was asked for is also the limit. */
  readonly enableCfs: boolean;
}

/**
 * Differs: a container without cpus gets the smallest share and one without memory no limit, until
 * tasks bring some; under Mesos's cgroups isolators it would not start.
 */
export function cpuWrites(bounds: Bounds, { version, enableCfs }: LimitOptions): CgroupWrite[] {
  const cpus = bounds.cpus ?? 0;
  const writes: CgroupWrite[] = [];
  if (version === 1) {
    const perCpu = bounds.isRevocable ? constants.sharesPerRevocableCpu : constants.sharesPerCpu;
    const shares = Math.max(Math.trunc(perCpu * cpus), constants.sharesMin);
    writes.push({ controller: "cpu", control: "cpu.shares", value: shares });
  } else {
    const perCpu = bounds.isRevocable ? constants.weightPerRevocableCpu : constants.weightPerCpu;
    const weight = Math.max(Math.trunc(perCpu * cpus), constants.weightMin);
    const value = Math.min(weight, constants.weightMax);
    writes.push({ controller: "cpu", control: "cpu.weight", value });
  }
  const limit = bounds.cpusLimit ?? (enableCfs ? bounds.cpus : undefined);
  return limit === undefined ? writes : [...writes, ...quotaWrites(limit, version)];
}

function quotaWrites(cpus: number, version: 1 | 2): CgroupWrite[] {
  const period = constants.cfsPeriodUs;
  const quota = Number.isFinite(cpus)
    ? Math.max(Math.trunc(cpus * period), constants.cfsQuotaUsMin)
    : undefined;
  if (version === 2) {
    const value = `${quota ?? "max"} ${period}`;
    return [{ controller: "cpu", control: "cpu.max", value }];
  }
  return [
    { controller: "cpu", control: "cpu.cfs_period_us", value: period },
    { controller: "cpu", control: "cpu.cfs_quota_us", value: quota ?? -1 },
  ];
}

export interface MemoryOptions {
  readonly version: 1 | 2;
  /** `--cgroups_limit_swap`, version 1. */
  readonly limitSwap: boolean;
  /** The limit in force; undefined before the first one, Infinity: none. */
  readonly currentLimitBytes: number | undefined;
}

/** The hard limit that these bounds mean; Infinity: none; undefined: nothing is said. */
function memoryLimitOf(bounds: Bounds): number | undefined {
  const wanted = bounds.memoryLimitBytes ?? bounds.memoryBytes;
  return wanted === undefined ? undefined : Math.max(wanted, constants.memoryBytesMin);
}

/**
 * The soft limit always follows; the hard one is only ever raised once it is set, because lowering it
 * below what is in use would kill the container.
 */
export function memoryWrites(bounds: Bounds, options: MemoryOptions): CgroupWrite[] {
  const writes: CgroupWrite[] = [];
  if (bounds.memoryBytes !== undefined) {
    const control = options.version === 1 ? "memory.soft_limit_in_bytes" : "memory.low";
    const value = Math.max(bounds.memoryBytes, constants.memoryBytesMin);
    writes.push({ controller: "memory", control, value });
  }
  const limit = memoryLimitOf(bounds);
  const isFirst = options.currentLimitBytes === undefined;
  const isRaised = (limit ?? 0) > (options.currentLimitBytes ?? 0);
  if (limit === undefined || !(isFirst || isRaised)) return writes;
  const hard = memoryLimitWrites(limit, options);
  // The limit without swap may never be above the one with it.
  return [...writes, ...(isFirst ? hard : hard.reverse())];
}

function memoryLimitWrites(limit: number, { version, limitSwap }: MemoryOptions): CgroupWrite[] {
  const isLimited = Number.isFinite(limit);
  if (version === 2) {
    const value = isLimited ? limit : "max";
    return [{ controller: "memory", control: "memory.max", value }];
  }
  const value = isLimited ? limit : -1;
  const names = ["memory.limit_in_bytes", ...(limitSwap ? ["memory.memsw.limit_in_bytes"] : [])];
  return names.map((control) => ({ controller: "memory", control, value }));
}

/**
 * Makes a task that uses more than it asked for the first to go when the machine itself runs out of
 * memory; undefined where request and limit are the same. Source: calculateOOMScoreAdj in Mesos.
 */
export function oomScoreAdjustmentOf(bounds: Bounds, machineBytes: number): number | undefined {
  const { memoryBytes } = bounds;
  const limit = memoryLimitOf(bounds);
  if (memoryBytes === undefined || limit === undefined) return undefined;
  const soft = Math.max(memoryBytes, constants.memoryBytesMin);
  if (soft >= limit) return undefined;
  return 1000 - Math.trunc((1000 * soft) / machineBytes);
}
