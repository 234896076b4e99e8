/**
 * Where this machine's cgroups are: which controllers, of which version, mounted where.
 */

import { readFileSync } from "node:fs";

export interface CgroupMounts {
  /** Version 1: controller (also "name=systemd") to the folder where its hierarchy is mounted. */
  readonly v1: ReadonlyMap<string, string>;
  /** Version 2: its mount point. */
  readonly v2: string | undefined;
}

/** Those of this process's mount namespace; none where the kernel shows none. */
export function detectCgroupMounts(): CgroupMounts {
  try {
    return parseCgroupMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return { v1: new Map(), v2: undefined };
  }
}

const controllers: ReadonlySet<string> = new Set([
  "blkio",
  "cpu",
  "cpuacct",
  "cpuset",
  "devices",
  "freezer",
  "hugetlb",
  "memory",
  "misc",
  "net_cls",
  "net_prio",
  "perf_event",
  "pids",
  "rdma",
]);

/** `text` is a mountinfo file, proc_pid_mountinfo(5). Pure. */
export function parseCgroupMounts(text: string): CgroupMounts {
  const v1 = new Map<string, string>();
  let v2: string | undefined;
  for (const line of text.split("\n")) {
    const [before, after] = line.split(" - ");
    const mountPoint = before?.split(" ")[4];
    const [type, , options] = after?.split(" ") ?? [];
    if (mountPoint === undefined) continue;
    const path = unescapeMountPoint(mountPoint);
    if (type === "cgroup2") v2 ??= path;
    if (type !== "cgroup") continue;
    for (const option of options?.split(",") ?? []) {
      const isHierarchy = controllers.has(option) || option.startsWith("name=");
      if (isHierarchy && !v1.has(option)) v1.set(option, path);
    }
  }
  return { v1, v2 };
}

/** Spaces and the like come as octal escapes. */
function unescapeMountPoint(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** The controllers that version 2 offers at its root; empty where there are none or it is not there. */
export function v2Controllers(mountPoint: string): ReadonlySet<string> {
  try {
    const text = readFileSync(`${mountPoint}/cgroup.controllers`, "utf8").trim();
    return new Set(text === "" ? [] : text.split(" "));
  } catch {
    return new Set();
  }
}
