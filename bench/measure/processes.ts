/**
 * What a cluster's processes cost: processor time and memory, as /proc tells it.
 */
import { readFileSync } from "node:fs";
import { readProcess, readProcesses, readProcessMemory, ticksPerSecond } from "@tavola/host";

/** Processor time used so far by those that live, user and system, in seconds. */
export function cpuSecondsOf(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const entry = readProcess(pid);
    if (entry !== undefined) ticks += entry.userTicks + entry.systemTicks;
  }
  return ticks / ticksPerSecond;
}

/** Proportional set size in bytes: a page that n processes share counts for a nth in each. */
export async function pssBytesOf(pids: readonly number[]): Promise<number> {
  let bytes = 0;
  for (const pid of pids) {
    const memory = await readProcessMemory(pid);
    if (memory !== undefined && memory.pssBytes === undefined) {
      throw new Error("this kernel does not tell proportional set sizes (smaps_rollup)");
    }
    bytes += memory?.pssBytes ?? 0;
  }
  return bytes;
}

export interface FoundProcess {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** Those whose command line or environment names something below `folder`: a cluster's own. */
export function processesOf(folder: string): readonly FoundProcess[] {
  return readProcesses()
    .filter(({ pid, state }) => pid !== process.pid && state !== "Z")
    .map(({ pid }) => ({ pid, argv: stringsOf(pid, "cmdline") }))
    .filter(({ pid, argv }) =>
      [...argv, ...stringsOf(pid, "environ")].some((text) => text.includes(`${folder}/`)),
    );
}

/** The one that runs `tavola COMMAND`. */
export function daemonOf(processes: readonly FoundProcess[], command: string): number {
  const pids = processes
    .filter(({ argv }) => /tavola|main\.[jt]s/.test(argv[1] ?? "") && argv[2] === command)
    .map(({ pid }) => pid);
  if (pids.length !== 1)
    throw new Error(`${pids.length} processes run tavola ${command}; wanted 1`);
  return pids[0] as number;
}

/** Empty for one that has just ended, or belongs to somebody else. */
function stringsOf(pid: number, name: "cmdline" | "environ"): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1").split("\0");
  } catch {
    return [];
  }
}

/** The part of one processor that processes use over `seconds` of waiting, in percent. */
export async function cpuShareOver(
  seconds: number,
  groups: readonly (readonly number[])[],
): Promise<readonly number[]> {
  const before = groups.map(cpuSecondsOf);
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const elapsed = (performance.now() - startedAt) / 1000;
  return groups.map((pids, i) => (100 * (cpuSecondsOf(pids) - (before[i] ?? 0))) / elapsed);
}
