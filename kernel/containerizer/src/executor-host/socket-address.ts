/**
 * A Unix socket's address has room for 107 bytes, a runtime directory's path may be longer. Linux
 * knows a short name for every directory that is open: /proc/self/fd/<n>.
 */

import { openSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const pathBytesMax = 107;
const openDirectories = new Map<string, number>();

/** A path to listen on or connect to that stands for `path`; the directory exists and is kept open. */
export function socketAddress(path: string): string {
  if (Buffer.byteLength(path) <= pathBytesMax) return path;
  const directory = dirname(path);
  let fd = openDirectories.get(directory);
  if (fd === undefined) {
    fd = openSync(directory, "r");
    openDirectories.set(directory, fd);
  }
  return join(`/proc/self/fd/${fd}`, basename(path));
}
