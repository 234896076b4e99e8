/**
 * What processes cost: processor time and memory, as /proc tells it.
 */
import { readProcess, readProcessMemory, ticksPerSecond } from "@tavola/host";

/** Processor time used so far by living processes, user and system, in seconds. */
export function cpuSecondsOf(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const entry = readProcess(pid);
    if (entry !== undefined) ticks += entry.userTicks + entry.systemTicks;
  }
  return ticks / ticksPerSecond;
}

/** Proportional set size in bytes: pages shared by n processes count for a nth. */
export async function pssBytesOf(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const memory = await readProcessMemory(pid);
      if (memory !== undefined && memory.pssBytes === undefined) {
        throw new Error("this kernel does not tell proportional set sizes (smaps_rollup)");
      }
      return memory?.pssBytes ?? 0;
    }),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
