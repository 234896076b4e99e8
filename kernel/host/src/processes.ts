/**
 * Starting, signalling and waiting for processes.
 *
 * Owns three things that Node leaves open: a child that is its own session and outlives us, the end
 * of a process that is not our child, and a whole tree stopped before it is killed, so that nothing
 * in it can fork its way out. What runs and why is the containerizer's.
 */

import { type StdioOptions, spawn } from "node:child_process";
import { CodedError } from "@tavola/base";
import type { Clock } from "./clock.ts";
import {
  descendantsOf,
  identityOf,
  isRunning,
  type ProcessEntry,
  type ProcessIdentity,
  readProcess,
  readProcesses,
} from "./process-table.ts";

export interface SpawnRequest {
  /** Program and its arguments; the program is looked up in `environment`'s PATH. */
  readonly argv: readonly string[];
  readonly directory?: string;
  /** The whole of it; nothing of ours is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Default: all of "ignore". File descriptors and "pipe" as Node takes them. */
  readonly stdio?: StdioOptions;
  readonly uid?: number;
  readonly gid?: number;
}

export type ProcessEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: NodeJS.Signals };

export interface DetachedProcess extends ProcessIdentity {
  /** Known only while we live; who outlives us must find out by other means. */
  readonly ended: Promise<ProcessEnd>;
}

/**
 * Starts a process as the leader of its own session, which our end does not end and which does not
 * keep us alive. Rejects with CodedError CANNOT_START when there is no such program or directory.
 */
export function spawnDetached(request: SpawnRequest): Promise<DetachedProcess> {
  const [program = "", ...args] = request.argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: request.stdio ?? "ignore",
      env: { ...request.environment },
      ...(request.directory !== undefined && { cwd: request.directory }),
      ...(request.uid !== undefined && { uid: request.uid }),
      ...(request.gid !== undefined && { gid: request.gid }),
    });
    child.once("error", (cause) => {
      const { directory } = request;
      reject(
        new CodedError(
          "CANNOT_START",
          `Cannot start ${program}`,
          { program, directory },
          { cause },
        ),
      );
    });
    const ended = new Promise<ProcessEnd>((settle) => {
      child.once("exit", (code, signal) => {
        settle(
          signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "signalled", signal },
        );
      });
    });
    child.once("spawn", () => {
      child.unref();
      const pid = child.pid as number;
      // It stays in /proc until it is reaped, which happens in a later turn than this one.
      resolve({ pid, startTicks: identityOf(pid)?.startTicks ?? 0, ended });
    });
  });
}

/** "gone" when there is no such process (any more). Throws CodedError CANNOT_SIGNAL when it is not ours. */
export function signalProcess(process_: ProcessIdentity, signal: NodeJS.Signals): "sent" | "gone" {
  // Between this look and the signal another process could get the pid: pids go round in 4 million.
  if (!isRunning(process_)) return "gone";
  return signalPid(process_.pid, signal);
}

/** The whole process group that `group` leads. */
export function signalGroup(group: number, signal: NodeJS.Signals): "sent" | "gone" {
  return signalPid(-group, signal);
}

function signalPid(pid: number, signal: NodeJS.Signals): "sent" | "gone" {
  try {
    process.kill(pid, signal);
    return "sent";
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ESRCH") return "gone";
    throw new CodedError(
      "CANNOT_SIGNAL",
      `Cannot send ${signal} to process ${pid}`,
      { pid, signal },
      {
        cause,
      },
    );
  }
}

export interface WaitOptions {
  readonly clock: Clock;
  /** Gives up waiting; the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
}

const pollMsMin = 5;
const pollMsMax = 100;

/**
 * Resolves when a process, ours or not, has ended. Looks at /proc again and again, each time waiting
 * twice as long up to 100 ms: Node has no pidfd.
 */
export function waitForEnd(identity: ProcessIdentity, options: WaitOptions): Promise<void> {
  const { clock, signal } = options;
  return new Promise((resolve, reject) => {
    let pauseMs = pollMsMin;
    let timer = clock.after(0, look);
    const giveUp = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    if (signal?.aborted) return giveUp();
    signal?.addEventListener("abort", giveUp, { once: true });
    function look(): void {
      if (!isRunning(identity)) {
        signal?.removeEventListener("abort", giveUp);
        resolve();
        return;
      }
      timer = clock.after(pauseMs, look);
      pauseMs = Math.min(pollMsMax, pauseMs * 2);
    }
  });
}

/**
 * Stops a process and everything below it, in its group or its session, then sends `signal` to all
 * and lets them run on. Returns the pids that it found. Spares us, and the groups and sessions to
 * which we or the root's parent belong.
 *
 * PERF: reads all of /proc once for every generation of the tree.
 */
export function signalTree(root: number, signal: NodeJS.Signals): number[] {
  const stopped = new Set<number>();
  const spared = sparedBy(root);
  for (;;) {
    const found = treeMembers(root, readProcesses(), stopped, spared);
    const news = found.filter((entry) => !stopped.has(entry.pid));
    if (news.length === 0) break;
    for (const { pid } of news) {
      trySignal(pid, "SIGSTOP");
      stopped.add(pid);
    }
  }
  for (const pid of stopped) trySignal(pid, signal);
  for (const pid of stopped) trySignal(pid, "SIGCONT");
  return [...stopped];
}

/** A process that took another user's rights is not ours to stop; the rest of its tree still is. */
function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

interface Spared {
  readonly groups: ReadonlySet<number>;
  readonly sessions: ReadonlySet<number>;
}

/** Our own group and session, and those of the root's parent: a tree is killed downwards only. */
function sparedBy(root: number): Spared {
  const parent = readProcess(readProcess(root)?.parent ?? 0);
  const above = [readProcess(process.pid), parent].filter((entry) => entry !== undefined);
  return {
    groups: new Set(above.map((entry) => entry.group)),
    sessions: new Set(above.map((entry) => entry.session)),
  };
}

function treeMembers(
  root: number,
  processes: readonly ProcessEntry[],
  known: ReadonlySet<number>,
  spared: Spared,
): ProcessEntry[] {
  const members = new Map<number, ProcessEntry>();
  for (const pid of [root, ...known]) {
    for (const entry of descendantsOf(pid, processes)) members.set(entry.pid, entry);
  }
  const below = [...members.values()];
  // A leader that is gone leaves its group and session behind.
  const groups = new Set([root, ...below.map((entry) => entry.group)]).difference(spared.groups);
  const sessions = new Set([root, ...below.map((entry) => entry.session)]).difference(
    spared.sessions,
  );
  for (const entry of processes) {
    if (groups.has(entry.group) || sessions.has(entry.session)) members.set(entry.pid, entry);
  }
  members.delete(process.pid);
  return [...members.values()].filter((entry) => entry.state !== "Z" && entry.state !== "X");
}
