/**
 * Running a command that checks a task: as the task's user, inside its container, through a shim.
 *
 * The shim gives it all that the task has (groups, cgroups and their limits), so that it is charged to
 * the task and goes with its container; and nothing that the command leaves running outlives it.
 * What the command says goes to the sandbox's stderr, as with Mesos.
 */

import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import {
  commandLineOf,
  exitCodeOf,
  formatWaitStatus,
  type ProcessPlace,
  type ProcessUser,
  type ShimProgram,
  signalOf,
  startShim,
} from "@tavola/containerizer";
import { readProcesses, signalTree } from "@tavola/host";
import type { CommandInfo } from "@tavola/protocol";
import type { ProbeResult } from "../core/check-schedule.ts";

export interface CheckPlace {
  readonly shim: ShimProgram;
  /** Where the check's own shim keeps its files while it runs; its parent exists. */
  readonly directory: string;
  /** The task's container. */
  readonly container: ProcessPlace;
  readonly environment: Readonly<Record<string, string>>;
  /** The sandbox. */
  readonly cwd: string;
  /** undefined: who we are. */
  readonly user: ProcessUser | undefined;
}

/**
 * Resolves when the command and all it started are gone. Rejects with the signal's reason once that
 * has ended it, and with CodedError CHECK_FAILED or CANNOT_START when there is no exit code.
 */
export async function runCheckCommand(
  command: CommandInfo,
  place: CheckPlace,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { directory, container, user } = place;
  const stderr = join(place.cwd, "stderr");
  // What an abandoned check recorded is not about this one.
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  try {
    signal.throwIfAborted();
    const { pid, ended } = await startShim(place.shim, {
      place: { ...container, directory },
      ...commandLineOf(command),
      environment: { ...place.environment, ...ownVariables(command) },
      cwd: place.cwd,
      stdout: stderr,
      stderr,
      ...(user !== undefined && { user }),
    });
    // The shim goes too: it is not asked what became of the command.
    const kill = (): void => void signalTree(pid, "SIGKILL");
    if (signal.aborted) kill();
    else signal.addEventListener("abort", kill, { once: true });
    const { status, error } = await ended;
    signal.removeEventListener("abort", kill);
    signal.throwIfAborted();
    return { kind: "exited", code: exitCodeIn(status, error) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function exitCodeIn(status: number | undefined, error: string | undefined): number {
  if (error !== undefined) throw new CodedError("CHECK_FAILED", error);
  if (status === undefined) throw new CodedError("CHECK_FAILED", "command ended, nobody saw how");
  if (signalOf(status) !== undefined) {
    throw new CodedError("CHECK_FAILED", `command ${formatWaitStatus(status)}`);
  }
  return exitCodeOf(status);
}

function ownVariables(command: CommandInfo): Record<string, string> {
  const own: Record<string, string> = {};
  for (const { name, value, type } of command.environment?.variables ?? []) {
    if (type !== "SECRET" && value !== undefined) own[name] = value;
  }
  return own;
}

/**
 * Ends the check that a host which died had under way, whoever waits for it now.
 *
 * PERF: one look at the disk, where there was none.
 */
export function endAbandonedCheck(directory: string): void {
  if (!existsSync(directory)) return;
  for (const { pid } of readProcesses()) {
    if (commandLineHas(pid, directory)) signalTree(pid, "SIGKILL");
  }
}

/** A shim is known by its directory, which nobody else has. */
function commandLineHas(pid: number, word: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(word);
  } catch {
    // It is gone.
    return false;
  }
}
