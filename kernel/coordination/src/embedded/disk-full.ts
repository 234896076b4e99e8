/**
 * Whether a disk is full: for the files beside a database SQLite tells of that as of any failure.
 *
 * Also for whoever else keeps a database of SQLite's. It imports nothing, because the store's thread loads it.
 */

import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** As much as SQLite wants at once for what it keeps beside the database. */
const fullBelowBytes = 64 * 1024;

/** The disk that holds `file`, or is to hold it. False where that cannot be said. */
export function isDiskFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < fullBelowBytes;
  } catch {
    // Then it is something else that failed.
    return false;
  }
}
