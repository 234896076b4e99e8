/**
 * The machine's processes, as /proc shows them.
 *
 * A pid is used again after its process is gone; with the time at which it started it is not. What
 * outlives a daemon is therefore remembered as a `ProcessIdentity`.
 */

import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** Survives being written to disk and read by another process on the same boot of the machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the machine's boot to the process's start. */
  readonly startTicks: number;
}

export interface ProcessEntry extends ProcessIdentity {
  /** At most 15 bytes of the program's name. */
  readonly name: string;
  /** R, S, D, T, Z (dead, not yet reaped), X. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly threads: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly rssBytes: number;
}

/** What /proc counts times in on every Linux that runs Node: USER_HZ. */
export const ticksPerSecond = 100;
const pageBytes = 4096;

/** undefined when there is no such process. */
export function readProcess(pid: number): ProcessEntry | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    // ENOENT, or ESRCH when it went away while it was read.
    return undefined;
  }
}

/** One line of /proc/<pid>/stat, proc_pid_stat(5). The name may hold spaces and brackets. */
export function parseProcessStat(line: string): ProcessEntry | undefined {
  const open = line.indexOf("(");
  const close = line.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = line.slice(close + 2).split(" ");
  const at = (index: number): number => Number(fields[index - 3]);
  return {
    pid: Number(line.slice(0, open)),
    name: line.slice(open + 1, close),
    state: fields[0] ?? "X",
    parent: at(4),
    group: at(5),
    session: at(6),
    userTicks: at(14),
    systemTicks: at(15),
    threads: at(20),
    startTicks: at(22),
    rssBytes: at(24) * pageBytes,
  };
}

/** Every process at about this time. PERF: one file a process, 10 µs each. */
export function readProcesses(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const entry = readProcess(pid);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

export function identityOf(pid: number): ProcessIdentity | undefined {
  const entry = readProcess(pid);
  return entry && { pid, startTicks: entry.startTicks };
}

/** Whether it still runs: not gone, not dead and waiting to be reaped, not another one under its pid. */
export function isRunning(identity: ProcessIdentity): boolean {
  const entry = readProcess(identity.pid);
  return (
    entry !== undefined &&
    entry.startTicks === identity.startTicks &&
    entry.state !== "Z" &&
    entry.state !== "X"
  );
}

/** `root` and all below it, parents before children. Pure. */
export function descendantsOf(root: number, processes: readonly ProcessEntry[]): ProcessEntry[] {
  const children = Map.groupBy(processes, (entry) => entry.parent);
  const tree = processes.filter((entry) => entry.pid === root);
  for (const entry of tree) tree.push(...(children.get(entry.pid) ?? []));
  return tree;
}

export interface ProcessMemory {
  readonly rssBytes: number;
  /** Its share of what it has in common with others; undefined where the kernel does not say. */
  readonly pssBytes: number | undefined;
}

/** undefined when there is no such process, or it is not ours to look into. */
export async function readProcessMemory(pid: number): Promise<ProcessMemory | undefined> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  const field = (name: string): number | undefined => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  };
  const rssBytes = field("Rss") ?? readProcess(pid)?.rssBytes;
  return rssBytes === undefined ? undefined : { rssBytes, pssBytes: field("Pss") };
}
