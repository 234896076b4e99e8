/**
 * Folders of /sys/fs/cgroup: making, reading, writing, emptying and removing them.
 *
 * A cgroup is named by the folder of its hierarchy's mount and a path below it, the same in version 1
 * (one hierarchy a controller) and 2 (one for all). Nothing here knows which controls mean what; that
 * is the isolators'. Tests run the version 2 parts on a folder of plain files.
 */

import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import type { Clock } from "./clock.ts";

/** `<hierarchy>/<name>`: the mount point of a hierarchy, and the cgroup's path in it. */
export interface Cgroup {
  readonly hierarchy: string;
  /** Without slashes at its ends, such as `mesos/3f0c…`. */
  readonly name: string;
  readonly version: 1 | 2;
}

export function cgroupPath(cgroup: Cgroup): string {
  return join(cgroup.hierarchy, cgroup.name);
}

/** Makes it and what is missing above it. Idempotent. CodedError CGROUP_FAILED. */
export async function createCgroup(cgroup: Cgroup): Promise<void> {
  try {
    await mkdir(cgroupPath(cgroup), { recursive: true });
  } catch (cause) {
    throw failed("create", cgroup, cause);
  }
}

/** undefined when the cgroup or this control of it is not there. CodedError CGROUP_FAILED otherwise. */
export async function readCgroup(cgroup: Cgroup, control: string): Promise<string | undefined> {
  try {
    return await readFile(join(cgroupPath(cgroup), control), "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENODEV") return undefined;
    throw failed("read", cgroup, cause, control);
  }
}

/** CodedError CGROUP_FAILED; its details hold `control` and `errno`. */
export async function writeCgroup(
  cgroup: Cgroup,
  control: string,
  value: string | number,
): Promise<void> {
  try {
    // No O_CREAT, no O_TRUNC: a control that the kernel lacks is an error, not a new file.
    await writeFile(join(cgroupPath(cgroup), control), String(value), { flag: "r+" });
  } catch (cause) {
    throw failed("write", cgroup, cause, control);
  }
}

/** Moves a process, with all its threads, into the cgroup. */
export function moveToCgroup(cgroup: Cgroup, pid: number): Promise<void> {
  return writeCgroup(cgroup, "cgroup.procs", pid);
}

/** The processes in it, those of cgroups below it left out. Empty when it is not there. */
export async function processesInCgroup(cgroup: Cgroup): Promise<number[]> {
  const text = (await readCgroup(cgroup, "cgroup.procs")) ?? "";
  return [...new Set(text.split("\n").filter(Boolean).map(Number))];
}

/** Version 2: lets the cgroups below this one have these controllers. */
export function enableControllers(cgroup: Cgroup, controllers: readonly string[]): Promise<void> {
  const value = controllers.map((controller) => `+${controller}`).join(" ");
  return writeCgroup(cgroup, "cgroup.subtree_control", value);
}

export interface DestroyOptions {
  readonly clock: Clock;
  /** A version 1 cgroup of the freezer hierarchy with the same processes, where there is one. */
  readonly freezer?: Cgroup;
  /** After which CodedError CGROUP_BUSY is thrown. Default one minute, as `--cgroups_destroy_timeout`. */
  readonly withinMs?: number;
}

const pauseMsMin = 1;
const pauseMsMax = 100;
const destroyMsMax = 60_000;

/**
 * Kills everything in the cgroup and below it, then removes it and all below it. Idempotent.
 *
 * Version 2 has `cgroup.kill`. In version 1 processes are frozen first where there is a freezer, so
 * that none forks while it is killed; without one, killing is repeated until the cgroup is empty.
 */
export async function destroyCgroup(cgroup: Cgroup, options: DestroyOptions): Promise<void> {
  const deadline = options.clock.now() + (options.withinMs ?? destroyMsMax);
  let pauseMs = pauseMsMin;
  for (;;) {
    const remaining = await killOnce(cgroup, options.freezer);
    if (remaining === 0 && (await removeTree(cgroup))) return;
    if (options.clock.now() >= deadline) {
      throw new CodedError(
        "CGROUP_BUSY",
        `Cannot destroy cgroup ${cgroupPath(cgroup)}: ${remaining} processes are still in it`,
        { path: cgroupPath(cgroup), remaining },
        { transient: true },
      );
    }
    await pause(options.clock, pauseMs);
    pauseMs = Math.min(pauseMsMax, pauseMs * 2);
  }
}

/** The cgroup and those below it, deepest first. Empty when it is not there. */
export async function cgroupTree(cgroup: Cgroup): Promise<Cgroup[]> {
  let entries: import("node:fs").Dirent[];
  try {
    entries = await readdir(cgroupPath(cgroup), { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw failed("list", cgroup, cause);
  }
  const tree: Cgroup[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    tree.push(...(await cgroupTree({ ...cgroup, name: join(cgroup.name, entry.name) })));
  }
  return [...tree, cgroup];
}

/** One round; how many processes there were to kill. */
async function killOnce(cgroup: Cgroup, freezer: Cgroup | undefined): Promise<number> {
  const tree = await cgroupTree(cgroup);
  if (cgroup.version === 2 && tree.length > 0) {
    // Kernels before 5.14 lack it; then each process is killed by its pid.
    await writeCgroup(cgroup, "cgroup.kill", 1).catch(() => {});
  }
  if (freezer !== undefined) await setFrozen(freezer, true);
  const pids = (await Promise.all(tree.map(processesInCgroup))).flat();
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw failed("kill", cgroup, error);
    }
  }
  // A frozen process dies only when it is thawed.
  if (freezer !== undefined) await setFrozen(freezer, false);
  return pids.length;
}

async function setFrozen(freezer: Cgroup, frozen: boolean): Promise<void> {
  for (const each of await cgroupTree(freezer)) {
    // Best effort: killing is repeated anyway.
    await writeCgroup(each, "freezer.state", frozen ? "FROZEN" : "THAWED").catch(() => {});
  }
}

/** Whether all of it is gone. A cgroup stays busy for a moment after its last process died. */
async function removeTree(cgroup: Cgroup): Promise<boolean> {
  for (const each of await cgroupTree(cgroup)) {
    try {
      await rmdir(cgroupPath(each));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "EBUSY" || code === "ENOTEMPTY") return false;
      if (code !== "ENOENT") throw failed("remove", each, cause);
    }
  }
  return true;
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

function failed(verb: string, cgroup: Cgroup, cause: unknown, control?: string): CodedError {
  const path = control === undefined ? cgroupPath(cgroup) : join(cgroupPath(cgroup), control);
  const errno = (cause as NodeJS.ErrnoException).code;
  return new CodedError(
    "CGROUP_FAILED",
    `Cannot ${verb} cgroup ${path}`,
    { path, control, errno },
    {
      cause,
      transient: errno === "EBUSY" || errno === "EINTR" || errno === "ENOMEM",
    },
  );
}
