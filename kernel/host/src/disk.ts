/**
 * The few things that who keeps checkpoints does with a disk: bytes in and out, synced when told to.
 *
 * What was written survives the death of this process at once. It survives a power cut only when it
 * was synced: a file's bytes by syncing the file, its name by syncing the directory that holds it (and
 * the names above it likewise). A rename replaces its target in one step, and is a name like any other.
 *
 * Writing is synchronous: it goes to the page cache, and a pool of threads would cost three times
 * that. Syncing is not: it may take as long as the disk likes. Nothing here retries, makes directories
 * that it was not told to make, or turns errors into other ones: they are Node's, with its `code`s
 * (`ENOSPC`, `EIO`, `EEXIST`, …).
 */

import {
  closeSync,
  fdatasync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";

/** Called once. `error` is undefined when it went well. */
export type Synced = (error: Error | undefined) => void;

export interface DiskEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
}

export interface Disk {
  /** undefined when there is no such file. Throws when it is there and cannot be read. */
  readFile(path: string): Uint8Array | undefined;
  /** In the order of their names; undefined when there is no such directory. */
  listDirectory(path: string): readonly DiskEntry[] | undefined;
  /** Where a link points; undefined when there is none. */
  readLink(path: string): string | undefined;
  /** One directory. Throws EEXIST when it is there, ENOENT when the one above is not. */
  makeDirectory(path: string, mode?: number): void;
  /** With all that is missing above it. Idempotent. */
  makeDirectories(path: string): void;
  /** Makes or empties the file, then writes it. `mode` is that of a new one. */
  writeFile(path: string, bytes: Uint8Array, mode: number): void;
  /** The same, but throws EEXIST when there is one. */
  writeNewFile(path: string, bytes: Uint8Array, mode: number): void;
  /** Cuts a file off after its first `bytes`. */
  truncate(path: string, bytes: number): void;
  /** false when something of that name is there. */
  makeLink(target: string, path: string): boolean;
  rename(from: string, to: string): void;
  /** A file, a link, or a directory with all that is in it. Nothing there is no error. */
  remove(path: string): void;
  /** Makes the file when it is missing. Throws ENOENT when its directory is. */
  openToAppend(path: string, mode: number): AppendFileHandle;
  /** Of a file the bytes; of a directory the names in it. */
  sync(path: string, synced: Synced): void;
  /** The same, waiting. For the few things that must be on disk before anything else happens. */
  syncNow(path: string): void;
}

export interface AppendFileHandle {
  /** All of it or nothing: what was written of it before an error is taken back. */
  append(bytes: Uint8Array): void;
  /** Everything that was appended before the call. Not its name: that is the directory's. */
  sync(synced: Synced): void;
  close(): void;
}

export function realDisk(): Disk {
  return {
    readFile: (path) => unlessAbsent(() => readFileSync(path)),
    listDirectory,
    readLink: linkTarget,
    makeDirectory: (path, mode = 0o755) => {
      mkdirSync(path, mode);
    },
    makeDirectories: (path) => {
      mkdirSync(path, { recursive: true, mode: 0o755 });
    },
    writeFile: (path, bytes, mode) => writeFileSync(path, bytes, { mode }),
    writeNewFile: (path, bytes, mode) => writeFileSync(path, bytes, { mode, flag: "wx" }),
    truncate: truncateSync,
    makeLink,
    rename: renameSync,
    remove: (path) => rmSync(path, { recursive: true, force: true }),
    openToAppend: (path, mode) => new RealAppendFile(openSync(path, "a", mode)),
    sync: syncInPool,
    syncNow(path) {
      const descriptor = openSync(path, "r");
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

class RealAppendFile implements AppendFileHandle {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  append(bytes: Uint8Array): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch (error) {
      if (written > 0) ftruncateSync(this.#descriptor, fstatSync(this.#descriptor).size - written);
      throw error;
    }
  }

  sync(synced: Synced): void {
    fdatasync(this.#descriptor, (error) => synced(error ?? undefined));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function syncInPool(path: string, synced: Synced): void {
  open(path, "r", (openError, descriptor) => {
    if (openError !== null) return synced(openError);
    fsync(descriptor, (error) => {
      closeSync(descriptor);
      synced(error ?? undefined);
    });
  });
}

function listDirectory(path: string): DiskEntry[] | undefined {
  const entries = unlessAbsent(() => readdirSync(path, { withFileTypes: true }));
  return entries
    ?.map((entry): DiskEntry => {
      const { name } = entry;
      if (entry.isDirectory()) return { name, kind: "directory" };
      if (entry.isSymbolicLink()) return { name, kind: "link" };
      return { name, kind: entry.isFile() ? "file" : "other" };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // EINVAL: it is there, and no link.
    if (isCode(error, "ENOENT", "EINVAL", "ENOTDIR")) return undefined;
    throw error;
  }
}

function makeLink(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function unlessAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
