/**
 * A lock that one process holds, and the operating system takes back however that one ends.
 *
 * On a file that means nothing else and stays. Taken through SQLite, because Node itself has no locks:
 * there is nothing stale to clean up, as with a pid in a file, and it holds between containers and
 * network namespaces, unlike a port or an abstract socket.
 */

import { readFileSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { CodedError } from "@tavola/base";

export interface FileLock {
  /** Once. */
  release(): void;
}

/**
 * Makes the file when it is missing. Rejects with CodedError LOCKED when somebody has it (`pid` in its
 * details, where that can be found out), CANNOT_WRITE when it cannot be had.
 */
export async function lockFile(path: string): Promise<FileLock> {
  // Loaded here: whoever locks nothing need not load it.
  const { DatabaseSync } = await import("node:sqlite");
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    if (isBusy(cause)) {
      const pid = holderOf(path);
      throw new CodedError("LOCKED", `${path} is locked`, { path, pid });
    }
    throw new CodedError("CANNOT_WRITE", `cannot lock ${path}`, { path }, { cause });
  }
  const locked = database;
  return { release: () => locked.close() };
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5;
  return (error as { errcode?: number }).errcode === sqliteBusy;
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
