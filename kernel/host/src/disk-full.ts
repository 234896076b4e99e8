/** Whether a disk is full, for what says of a full disk only that something failed. */

import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** As much as a database wants at once for what it keeps beside itself. */
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
