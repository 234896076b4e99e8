/**
 * Where a container's processes are, so that whoever started them, or finds them later, can list,
 * signal and end them. Plain data: it travels to the executor host and lies on disk.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { descendantsOf, type ProcessEntry, readProcesses } from "@tavola/host";
import { readShimPid } from "./runtime-directory.ts";

export interface ProcessPlace {
  /** The container's runtime directory, with the shim's files. */
  readonly directory: string;
  /** Folders of the cgroups which its process enters; the first holds every process of it. */
  readonly cgroups: readonly string[];
  /** Of these cgroups; absent without any. */
  readonly cgroupVersion?: 1 | 2;
  /** Those which the shim enters itself. */
  readonly shimCgroups: readonly string[];
  /** File that counts the container's processes killed for memory; absent without a limit. */
  readonly oomFile?: string;
  readonly oomScoreAdjustment?: number;
}

/**
 * Pids of the container, the shim's left out. With a cgroup that is everybody; without one, what
 * descends from the process or is in its session, and what the native shim has inherited.
 *
 * PERF: with a cgroup one small file; else all of /proc, unless `snapshot` is given.
 */
export function processesOf(place: ProcessPlace, snapshot?: readonly ProcessEntry[]): number[] {
  const [cgroup] = place.cgroups;
  if (cgroup !== undefined) return processesBelow(cgroup);
  const pid = readShimPid(place.directory);
  if (pid === undefined && existsSync(place.directory)) return [];
  const all = snapshot ?? readProcesses();
  if (pid === undefined) return belowShimsOf(place.directory, all);
  return membersOf(pid, shimPidOf(pid, place.directory, all), all).map((entry) => entry.pid);
}

/**
 * Where the directory was deleted under a container nobody can read who its process is; the shim has its
 * name on its command line. PERF: reads every command line of the machine.
 */
function belowShimsOf(directory: string, all: readonly ProcessEntry[]): number[] {
  const shims = all.filter((entry) => commandLineOfProcess(entry.pid).includes(directory));
  const shimPids = new Set(shims.map((entry) => entry.pid));
  return shims
    .flatMap((shim) => descendantsOf(shim.pid, all))
    .filter((entry) => !shimPids.has(entry.pid) && entry.state !== "Z" && entry.state !== "X")
    .map((entry) => entry.pid);
}

/** Those of the cgroup and of all below it. */
function processesBelow(cgroup: string): number[] {
  try {
    const own = readFileSync(join(cgroup, "cgroup.procs"), "latin1").split("\n");
    const pids = own.filter((line) => line !== "").map(Number);
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory()) pids.push(...processesBelow(join(cgroup, entry.name)));
    }
    return [...new Set(pids)];
  } catch {
    // It is gone, and so is whatever was in it.
    return [];
  }
}

/** The tree and session of `pid`, with what came to a native shim when its parent died. Pure. */
function membersOf(
  pid: number,
  shimPid: number | undefined,
  all: readonly ProcessEntry[],
): ProcessEntry[] {
  const members = new Map<number, ProcessEntry>();
  const roots = [pid, ...(shimPid === undefined ? [] : orphansOf(shimPid, pid, all))];
  for (const root of roots) {
    for (const entry of descendantsOf(root, all)) members.set(entry.pid, entry);
  }
  for (const entry of all) {
    if (entry.session === pid && entry.pid !== shimPid) members.set(entry.pid, entry);
  }
  return [...members.values()].filter((entry) => entry.state !== "Z" && entry.state !== "X");
}

function orphansOf(shimPid: number, pid: number, all: readonly ProcessEntry[]): number[] {
  return all
    .filter((entry) => entry.parent === shimPid && entry.pid !== pid)
    .map((entry) => entry.pid);
}

/** The native shim above `pid`; undefined when it is gone, or a shell, which inherits nobody. */
function shimPidOf(
  pid: number,
  directory: string,
  all: readonly ProcessEntry[],
): number | undefined {
  const parent = all.find((entry) => entry.pid === pid)?.parent;
  if (parent === undefined || parent <= 1) return undefined;
  const words = commandLineOfProcess(parent);
  return words.includes(directory) && !words.includes("/bin/sh") ? parent : undefined;
}

/** Empty when there is no such process. */
export function commandLineOfProcess(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Sends a signal to every process of the container. Returns how many there were. */
export function signalContainer(place: ProcessPlace, signal: NodeJS.Signals): number {
  const pids = processesOf(place);
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // ESRCH: it is gone. EPERM: it became somebody whom we may not signal; it stays, and is counted.
      if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
  return pids.length;
}

/** How often the kernel has killed a process of the container for want of memory. */
export function oomKillsOf(place: ProcessPlace): number {
  if (place.oomFile === undefined) return 0;
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(place.oomFile, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
