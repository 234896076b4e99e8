/**
 * What an agent that died could leave behind: executor hosts, shims, tasks, cgroups.
 *
 * An agent that ends in good order takes its containers with it. One that was killed leaves them
 * running, by design; a cluster that lives only as long as `tavola up` must not. They are known by
 * their environment or command line, which names a directory of this cluster, and by its cgroups.
 */

import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import {
  type Cgroup,
  cgroupTree,
  destroyCgroup,
  detectCgroupMounts,
  readProcesses,
  signalProcess,
  systemClock,
} from "@tavola/host";

/**
 * Kills every process that lives in a sandbox below `workDir`, or was started with the runtime
 * directory of one of its agents. Returns how many there were.
 */
export function killProcessesOf(workDir: string): number {
  const found = readProcesses().filter(
    ({ pid, state }) => pid !== process.pid && state !== "Z" && belongsTo(pid, workDir),
  );
  for (const identity of found) signalProcess(identity, "SIGKILL");
  return found.length;
}

function belongsTo(pid: number, workDir: string): boolean {
  const sandboxes = [`MESOS_SANDBOX=${workDir}/`, `MESOS_DIRECTORY=${workDir}/`];
  const isInSandbox = readStrings(pid, "environ").some((variable) =>
    sandboxes.some((start) => variable.startsWith(start)),
  );
  const runtimeDir = `${workDir}/agent-`;
  return (
    isInSandbox ||
    readStrings(pid, "cmdline").some(
      (word) => word.includes(runtimeDir) && /\/agent-\d+\/run(\/|$)/.test(word),
    )
  );
}

/** Empty for a process that has just ended, or belongs to somebody else. */
function readStrings(pid: number, name: "environ" | "cmdline"): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1").split("\0");
  } catch {
    return [];
  }
}

/** Removes this cluster's cgroups, in every hierarchy that has them, and kills what is in them. */
export async function removeCgroups(root: string): Promise<void> {
  const { v1, v2 } = detectCgroupMounts();
  const freezerMount = v1.get("freezer");
  for (const hierarchy of new Set(v1.values())) {
    const freezer =
      freezerMount === undefined
        ? {}
        : { freezer: { hierarchy: freezerMount, name: root, version: 1 as const } };
    await removeCgroup({ hierarchy, name: root, version: 1 }, freezer);
  }
  if (v2 !== undefined) await removeCgroup({ hierarchy: v2, name: root, version: 2 }, {});
}

async function removeCgroup(cgroup: Cgroup, freezer: { readonly freezer?: Cgroup }): Promise<void> {
  if ((await cgroupTree(cgroup)).length === 0) return;
  await destroyCgroup(cgroup, { clock: systemClock(), withinMs: 10_000, ...freezer });
}

/** Removes a directory tree that tasks may have written to a moment ago. */
export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
