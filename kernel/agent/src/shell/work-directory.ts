/**
 * A work directory belongs to one agent at a time.
 *
 * The lock is the operating system's, on `<work_dir>/meta/agent.lock`, taken through SQLite because Node
 * itself has no locks: it goes with the process however that ends, so that there is nothing stale to
 * clean up, and it holds between containers and network namespaces. The file stays, and means nothing.
 */

import { readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { CodedError } from "@tavola/base";
import { metaRoot } from "../core/paths.ts";

export interface WorkDirectoryLock {
  release(): void;
}

/** Rejects with CodedError CANNOT_WRITE. */
export async function makeWorkDirectory(workDir: string): Promise<void> {
  try {
    await mkdir(metaRoot(workDir), { recursive: true });
  } catch (cause) {
    const message = `cannot make the work directory ${workDir}`;
    throw new CodedError("CANNOT_WRITE", message, { path: workDir }, { cause });
  }
}

/** Rejects with CodedError WORK_DIR_IN_USE, or CANNOT_WRITE. */
export async function lockWorkDirectory(workDir: string): Promise<WorkDirectoryLock> {
  const path = `${metaRoot(workDir)}/agent.lock`;
  // Loaded here: whoever simulates an agent needs none, and it takes its time.
  const { DatabaseSync } = await import("node:sqlite");
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    throw isBusy(cause) ? inUse(workDir, path) : cannotLock(path, cause);
  }
  const locked = database;
  return { release: () => locked.close() };
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5;
  return (error as { errcode?: number }).errcode === sqliteBusy;
}

function inUse(workDir: string, path: string): CodedError {
  const pid = holderOf(path);
  const who = pid === undefined ? "another agent" : `another agent (pid ${pid})`;
  return new CodedError(
    "WORK_DIR_IN_USE",
    `${who} runs with the work directory ${workDir}; end it first, or give this one a --work_dir (and a --runtime_dir) of its own`,
    { workDir, pid },
  );
}

function cannotLock(path: string, cause: unknown): CodedError {
  return new CodedError("CANNOT_WRITE", `cannot lock ${path}`, { path }, { cause });
}

/** As Linux tells it; undefined when it does not, or the holder is in another namespace. */
function holderOf(path: string): number | undefined {
  try {
    const { ino } = statSync(path);
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      // 1: POSIX  ADVISORY  WRITE 4711 fe:00:131 1073741826 1073742335
      const [, pid, inode] = /WRITE (\d+) [\da-f]+:[\da-f]+:(\d+) /.exec(line) ?? [];
      if (inode === String(ino) && pid !== undefined && Number(pid) > 0) return Number(pid);
    }
  } catch {
    // Not Linux, or the lock has just gone.
  }
  return undefined;
}
