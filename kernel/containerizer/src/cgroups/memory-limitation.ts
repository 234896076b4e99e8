/**
 * What is said of a container that ran into its memory limit.
 *
 * Source: MemorySubsystemProcess::oomWaited in Mesos; its version 2 says neither limit nor usage, ours
 * says the same for both.
 */

import { type Cgroup, formatBytes, readCgroup } from "@tavola/host";
import type { Limitation } from "../launcher.ts";

const megabyte = 1024 * 1024;

const controls = {
  1: { limit: "memory.limit_in_bytes", peak: ["memory.max_usage_in_bytes"] },
  // memory.peak came with Linux 5.19.
  2: { limit: "memory.max", peak: ["memory.peak", "memory.current"] },
} as const;

/** Reads the cgroup of a container whose process the kernel has just killed; it must still be there. */
export async function readMemoryLimitation(cgroup: Cgroup): Promise<Limitation> {
  const { limit, peak } = controls[cgroup.version];
  const limitBytes = await readNumber(cgroup, limit);
  let usedBytes: number | undefined;
  for (const control of peak) usedBytes ??= await readNumber(cgroup, control);
  const statistics = await readCgroup(cgroup, "memory.stat");
  return {
    message: formatMemoryLimitation(limitBytes, usedBytes, statistics),
    resources: [
      { name: "mem", type: "SCALAR", scalar: { value: (usedBytes ?? limitBytes ?? 0) / megabyte } },
    ],
  };
}

/** Pure. */
function formatMemoryLimitation(
  limitBytes: number | undefined,
  usedBytes: number | undefined,
  statistics: string | undefined,
): string {
  const requested = limitBytes === undefined ? "" : `Requested: ${formatBytes(limitBytes)} `;
  const used = usedBytes === undefined ? "" : `Maximum Used: ${formatBytes(usedBytes)}\n`;
  const details = statistics === undefined ? "" : `\nMEMORY STATISTICS: \n${statistics}\n`;
  return `Memory limit exceeded: ${requested}${used}${details}`;
}

async function readNumber(cgroup: Cgroup, control: string): Promise<number | undefined> {
  const text = (await readCgroup(cgroup, control))?.trim();
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}
