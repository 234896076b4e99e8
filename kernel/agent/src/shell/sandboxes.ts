/**
 * Makes the directory in which an executor lives.
 *
 * It belongs to the user that the task runs as and is closed to others; the directories above it are
 * the agent's. Source: createExecutorDirectory in slave/paths.cpp.
 */

import { chmodSync, chownSync, rmSync } from "node:fs";
import { CodedError } from "@tavola/base";
import { findUser } from "@tavola/host";
import { latestRunPath, type RunAddress } from "../core/paths.ts";
import { makeDirectories, replaceLink } from "./checkpoint-files.ts";

const sandboxMode = 0o750;

/**
 * Throws CodedError CANNOT_WRITE, or UNKNOWN_USER when this machine has no such user. Whoever is not
 * root cannot give directories away; then the sandbox stays the agent's own.
 */
export function makeSandbox(
  workDir: string,
  run: RunAddress,
  directory: string,
  user: string | undefined,
): void {
  makeDirectories(directory);
  chmodSync(directory, sandboxMode);
  if (user !== undefined) giveTo(directory, user);
  replaceLink(directory, latestRunPath(workDir, run));
}

function giveTo(directory: string, user: string): void {
  const account = findUser(user);
  if (account === undefined) {
    rmSync(directory, { recursive: true, force: true });
    throw new CodedError(
      "UNKNOWN_USER",
      `Failed to chown directory to '${user}': this machine has no such user`,
      { user },
    );
  }
  if (process.getuid?.() === 0) chownSync(directory, account.uid, account.gid);
}
