/**
 * The folder that HAProxy works in: ours alone while we hold its lock, and gone when we have ended. Of a front
 * door that was killed it is there still, and nobody's.
 *
 * A folder in which no HAProxy could work, today or after many changes of rules, is refused at the start.
 */

import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import { type FileLock, lockFile } from "@tavola/host";
import { heldSocketNames } from "./held-binds.ts";

const lockName = "lock";
/** sun_path's size, less its ending zero. */
const socketPathBytesMax = 107;
/** HAProxy makes a socket under another name first; as many digits as generations and pids may come to have. */
const longestSocketPath = join("9999999", `${heldSocketNames.https}.4194304.tmp`);

/** Undefined: HAProxy can work there. `folder`: absolute. */
export function folderProblem(folder: string): string | undefined {
  const sign = /[^\w./@+-]/u.exec(folder)?.[0];
  if (sign !== undefined)
    return `its path has a sign that HAProxy cannot take: ${JSON.stringify(sign)}`;
  const bytesMax = socketPathBytesMax - longestSocketPath.length - 1;
  if (folder.length <= bytesMax) return undefined;
  return `its path is longer than ${bytesMax} bytes, and paths of sockets in it would be too long`;
}

export class WorkFolder {
  readonly path: string;
  #lock: FileLock | undefined;

  /** `path`: absolute. */
  constructor(path: string) {
    this.path = path;
  }

  /** Empties it. Rejects with HAPROXY_FOLDER when it is no good, or another front door's. */
  async take(): Promise<void> {
    const { path } = this;
    const problem = folderProblem(path);
    if (problem !== undefined) throw folderError(path, problem);
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      this.#lock = await lockFile(join(path, lockName));
      const former = (await readdir(path)).filter((name) => name !== lockName);
      await Promise.all(
        former.map((name) => rm(join(path, name), { recursive: true, force: true })),
      );
    } catch (cause) {
      const isLocked = cause instanceof CodedError && cause.code === "LOCKED";
      throw isLocked
        ? folderError(path, "another front door does, which must end first")
        : folderError(path, "it cannot be written", cause);
    }
  }

  /** Removes it, where it is ours. */
  async remove(): Promise<void> {
    if (this.#lock === undefined) return;
    await rm(this.path, { recursive: true, force: true });
    this.#lock.release();
    this.#lock = undefined;
  }
}

function folderError(folder: string, problem: string, cause?: unknown): CodedError {
  const message = `cannot work in ${folder}: ${problem}; another --work_dir may do`;
  return new CodedError("HAPROXY_FOLDER", message, { folder }, { cause });
}
