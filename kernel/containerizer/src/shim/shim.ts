/**
 * Starting a task or a custom executor through a shim, and finding one that somebody else started.
 *
 * Owns the shim's command line. The shim is the parent of the process; it records `pid` and `status`
 * in the container's runtime directory and outlives us. What to run, and when to end it, is told or
 * decided elsewhere.
 */

import { watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import {
  type Clock,
  identityOf,
  isRunning,
  readProcess,
  readProcesses,
  spawnDetached,
} from "@tavola/host";
import { commandLineOfProcess, type ProcessPlace } from "../process-place.ts";
import { readShimPid, readShimRecord, type ShimRecord } from "../runtime-directory.ts";
import type { ShimProgram } from "./shim-program.ts";

export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  readonly gids: readonly number[];
}

export interface ShimRequest {
  /** The container's; its runtime directory exists. */
  readonly place: ProcessPlace;
  /** Looked up along the environment's PATH, unless it has a slash. */
  readonly file: string;
  /** From argv[0] on; at least that. */
  readonly argv: readonly string[];
  /** All of it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Opened to append; default: /dev/null. */
  readonly stdout?: string;
  readonly stderr?: string;
  /** Default: who we are. */
  readonly user?: ProcessUser;
}

export interface RunningShim {
  /** The shim's; the process itself is its child. */
  readonly pid: number;
  /** Resolves when process and shim are gone, with what the shim recorded; never rejects. */
  readonly ended: Promise<ShimRecord>;
}

/** Of the shim itself, when it is a shell; a native one needs none. */
const plainEnvironment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/**
 * Rejects with CodedError CANNOT_START. What goes wrong later (no such user or program, a directory
 * that cannot be entered) is `error` in the record, with a status.
 */
export async function startShim(program: ShimProgram, request: ShimRequest): Promise<RunningShim> {
  const argv = shimArguments(program, request);
  const nul = argv.find((word) => word.includes("\0"));
  if (nul !== undefined) {
    throw new CodedError("CANNOT_START", `Cannot start '${request.file}': NUL in its command line`);
  }
  if (program.form === "shell") {
    const path = join(request.place.directory, "environment");
    writeFileSync(path, formatShellEnvironment(request.environment), { mode: 0o600 });
  }
  const { pid, ended } = await spawnDetached({
    argv,
    environment: program.form === "native" ? request.environment : plainEnvironment,
  });
  return { pid, ended: ended.then(() => readShimRecord(request.place.directory)) };
}

function shimArguments(program: ShimProgram, request: ShimRequest): string[] {
  const { stdout, stderr, cwd, user } = request;
  const { directory, oomScoreAdjustment, shimCgroups, cgroups, cgroupVersion } = request.place;
  const argv = program.form === "native" ? [program.path] : ["/bin/sh", program.path];
  argv.push("-d", directory, "-w", cwd);
  if (stdout !== undefined) argv.push("-o", stdout);
  if (stderr !== undefined) argv.push("-e", stderr);
  if (user !== undefined && user.uid !== process.getuid?.()) {
    argv.push("-u", String(user.uid), "-g", String(user.gid), "-G", user.gids.join(","));
  }
  if (oomScoreAdjustment !== undefined) argv.push("-m", String(oomScoreAdjustment));
  for (const cgroup of shimCgroups) argv.push("-s", join(cgroup, "cgroup.procs"));
  for (const cgroup of cgroups) {
    if (cgroupVersion === 1) argv.push("-c", join(cgroup, "tasks"));
    else argv.push("-C", cgroup);
  }
  if (program.form === "shell") argv.push("-E", join(directory, "environment"));
  argv.push("--", request.file, ...request.argv);
  return argv;
}

function formatShellEnvironment(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join("");
}

/** The pid of the process below a shim just started; undefined when it ended without one. */
export async function shimChildPid(
  directory: string,
  shim: RunningShim,
  clock: Clock,
): Promise<number | undefined> {
  let isOver = false;
  const over = shim.ended.then(() => {
    isOver = true;
  });
  for (;;) {
    const pid = readShimPid(directory);
    if (pid !== undefined || isOver) return pid;
    const pause = Promise.withResolvers<void>();
    const timer = clock.after(looks.startingMs, pause.resolve);
    await Promise.race([over, pause.promise]);
    timer.cancel();
  }
}

const looks = {
  startingMs: 1,
  /** In case somebody killed the shim before it could record the end. */
  waitingMs: 5000,
  /** The end is recorded; the shim still ends what the process left behind. */
  endingMs: 20,
} as const;

/**
 * A shim that another process started; undefined when there is none and nothing it has left. Ends
 * when the shim is gone. PERF: one inotify watch, and one look at /proc every five seconds.
 */
export function adoptShim(directory: string, clock: Clock): RunningShim | undefined {
  const before = readShimRecord(directory);
  const shimPid = before.status === undefined ? findShim(directory, before.pid) : undefined;
  const pid = shimPid ?? before.pid;
  if (pid === undefined) return undefined;
  const identity = shimPid === undefined ? undefined : identityOf(shimPid);
  const { promise, resolve } = Promise.withResolvers<ShimRecord>();
  const watcher = watch(directory, () => look());
  watcher.on("error", () => {}); // The directory went away: the next look sees that too.
  let timer = clock.after(0, look);
  function look(): void {
    timer.cancel();
    const record = readShimRecord(directory);
    if (identity !== undefined && isRunning(identity)) {
      timer = clock.after(record.status === undefined ? looks.waitingMs : looks.endingMs, look);
      return;
    }
    watcher.close();
    resolve(readShimRecord(directory));
  }
  return { pid, ended: promise };
}

/**
 * The shim of this container: above its process, or, when that is not there (yet, or any more), found
 * by its command line. Pids are used again, directories are not.
 */
function findShim(directory: string, pid: number | undefined): number | undefined {
  const isShim = (each: number): boolean =>
    each > 1 && commandLineOfProcess(each).includes(directory);
  const parent = pid === undefined ? 0 : (readProcess(pid)?.parent ?? 0);
  // The shell's shim has a setsid between itself and the process.
  const above = [parent, readProcess(parent)?.parent ?? 0].findLast(isShim);
  if (above !== undefined) return above;
  const found = readProcesses().filter((entry) => isShim(entry.pid));
  return found.find((entry) => !found.some((other) => other.pid === entry.parent))?.pid;
}
