/**
 * The tie that a service manager has to what it started: the cgroup. Stopping the agent's service
 * kills all that is in its cgroup; shims and the executor host must therefore not be in it.
 *
 * Only the hierarchies of version 2 and of systemd are used so. Where we are at the top of one there
 * is no tie and nothing to do.
 */

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Cgroup, type CgroupMounts, createCgroup, moveToCgroup } from "@tavola/host";

/** Folders of the cgroups which a process enters to be free of its starter. Empty: it is free. */
export function supervisionCgroups(
  mounts: CgroupMounts,
  ownCgroups: string,
  root: string,
): string[] {
  const ties: string[] = [];
  for (const line of ownCgroups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined || path === "/") continue;
    // Processes may not be beside cgroups with controllers in version 2, hence a leaf of their own.
    if (controllers === "" && mounts.v2 !== undefined) ties.push(join(mounts.v2, root, "shims"));
    const systemd = mounts.v1.get("name=systemd");
    if (controllers === "name=systemd" && systemd !== undefined) ties.push(join(systemd, root));
  }
  return ties;
}

export function ownCgroups(): string {
  try {
    return readFileSync("/proc/self/cgroup", "utf8");
  } catch {
    return "";
  }
}

/** Rejects with CodedError CGROUP_FAILED. */
export async function makeCgroups(paths: readonly string[]): Promise<void> {
  for (const path of paths) await createCgroup(cgroupAt(path));
}

/** Moves a process of ours there. Rejects with CodedError CGROUP_FAILED. */
export async function enterCgroups(paths: readonly string[], pid: number): Promise<void> {
  for (const path of paths) await moveToCgroup(cgroupAt(path), pid);
}

function cgroupAt(path: string): Cgroup {
  return { hierarchy: dirname(path), name: basename(path), version: 2 };
}
