/**
 * Makes the directories in which executors live.
 *
 * A sandbox belongs to the user that the task runs as and is closed to others; the directories above
 * it are the agent's. Source: createExecutorDirectory in slave/paths.cpp.
 *
 * PERF: on the way of every launch, so that each system call counts: three directories and a link.
 */

import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { CodedError } from "@tavola/base";
import { findUser, realDisk, type UnixUser } from "@tavola/host";
import { executorPath, frameworkPath, latestRunPath, type RunAddress } from "../core/paths.ts";
import { CheckpointFiles } from "./checkpoint-files.ts";

const sandboxMode = 0o750;

const files = new CheckpointFiles(realDisk());

export interface Sandbox {
  readonly run: RunAddress;
  readonly directory: string;
  readonly user: string | undefined;
}

/**
 * Throws CodedError CANNOT_WRITE, or UNKNOWN_USER when this machine has no such user. Whoever is not
 * root cannot give directories away; then the sandbox stays the agent's own.
 */
export function makeSandbox(workDir: string, { run, directory, user }: Sandbox): void {
  const account = user === undefined ? undefined : accountOf(user);
  const isNew = makeNew(workDir, run, directory);
  if (!isNew) files.makeDirectories(directory);
  if (!isNew || isMasked()) chmodSync(directory, sandboxMode);
  if (account !== undefined) giveTo(directory, account);
  // Differs: relative. A short link needs no block on the disk, and moves along with its directory.
  const latest = latestRunPath(workDir, run);
  if (!isNew || !linked(run.containerId, latest)) files.replaceLink(run.containerId, latest);
}

/** As a rule nothing of the executor is there yet, and its framework's directory is. */
function makeNew(workDir: string, run: RunAddress, directory: string): boolean {
  const executor = executorPath(workDir, run);
  try {
    try {
      mkdirSync(executor);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      files.makeDirectories(`${frameworkPath(workDir, run.agentId, run.frameworkId)}/executors`);
      mkdirSync(executor);
    }
    mkdirSync(`${executor}/runs`);
    mkdirSync(directory, sandboxMode);
    return true;
  } catch (error) {
    if (error instanceof CodedError) throw error;
    // It is there, or cannot be made: whoever goes the longer way will see.
    return false;
  }
}

/** Whether the umask takes away what a sandbox's owner and group need. */
function isMasked(): boolean {
  return (process.umask() & sandboxMode) !== 0;
}

function linked(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch {
    return false;
  }
}

/** Whom a name means, looked up at most once a second. */
const accounts = new Map<string, { readonly account: UnixUser; readonly atMs: number }>();
const accountKeptMs = 1000;

function accountOf(user: string): UnixUser {
  const nowMs = performance.now();
  const known = accounts.get(user);
  if (known !== undefined && nowMs - known.atMs < accountKeptMs) return known.account;
  const account = findUser(user);
  if (account !== undefined) {
    accounts.set(user, { account, atMs: nowMs });
    return account;
  }
  accounts.delete(user);
  throw new CodedError(
    "UNKNOWN_USER",
    `Failed to chown directory to '${user}': this machine has no such user`,
    { user },
  );
}

function giveTo(directory: string, { uid, gid }: UnixUser): void {
  if (process.getuid?.() !== 0 || (uid === 0 && process.getgid?.() === gid)) return;
  try {
    chownSync(directory, uid, gid);
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true });
    throw new CodedError("CANNOT_WRITE", `cannot chown ${directory}`, { directory }, { cause });
  }
}
