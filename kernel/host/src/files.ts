/**
 * Writing files so that a crash leaves the old content or the new, never half of one.
 *
 * Owns the few ways in which daemons write: replace a file whole, append to one and know that it is
 * on disk, make a directory that belongs to somebody. Reading is Node's.
 */

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { chmod, chown, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError } from "@tavola/base";
import { newUuid } from "./entropy.ts";

export interface AtomicWriteOptions {
  /** Default 0o644. */
  readonly mode?: number;
  /**
   * Whether it must survive a power cut (file and directory are synced), or only the death of this
   * process. Default true.
   */
  readonly durable?: boolean;
}

/**
 * Replaces `path` with `content` by way of a temporary file beside it. Makes no directories. Rejects
 * with CodedError CANNOT_WRITE (the path in its details); the old content is then still there.
 *
 * PERF: what is small and need not survive a power cut goes to the page cache at once; each trip to
 * the thread pool, of which this takes four, costs more than such a write.
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const durable = options.durable ?? true;
  const temporary = join(dirname(path), `.${newUuid()}.tmp`);
  if (!durable && content.length <= writtenAtOnceMax) {
    replaceAtOnce(temporary, path, content, options.mode);
    return;
  }
  try {
    const file = await open(temporary, "wx", options.mode ?? 0o644);
    try {
      await file.writeFile(content);
      if (durable) await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    if (durable) await syncDirectory(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, cause);
  }
}

const writtenAtOnceMax = 64 * 1024;

function replaceAtOnce(
  temporary: string,
  path: string,
  content: Uint8Array | string,
  mode = 0o644,
): void {
  try {
    writeFileSync(temporary, content, { flag: "wx", mode });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cannotWrite(path, cause);
  }
}

/** Makes the names in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export interface DirectoryOptions {
  /** Of the last directory; those above get 0o755. Default 0o755. */
  readonly mode?: number;
  /** Of the last directory; those above belong to us. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Makes `path` and what is missing above it. Idempotent: mode and owner are set in any case. */
export async function makeDirectory(path: string, options: DirectoryOptions = {}): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
    // mkdir() takes the umask off the mode; this does not.
    if (options.mode !== undefined) await chmod(path, options.mode);
    if (options.owner !== undefined) await chown(path, options.owner.uid, options.owner.gid);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

export function cannotWrite(path: string, cause: unknown): CodedError {
  const code = (cause as NodeJS.ErrnoException).code;
  return new CodedError(
    "CANNOT_WRITE",
    `Cannot write ${path}`,
    { path, errno: code },
    {
      cause,
      transient: code === "ENOSPC" || code === "EDQUOT" || code === "EMFILE" || code === "EIO",
    },
  );
}
