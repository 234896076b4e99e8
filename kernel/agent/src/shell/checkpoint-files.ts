/**
 * Small files, replaced whole: a crash of the agent leaves the old content or the new.
 *
 * Two kinds. What only the living need (an executor's, a task's) survives the agent and need not survive
 * a power cut, after which nothing of it runs any more: it is written and renamed, and not synced. What
 * must be found again after a power cut (the agent's id, its resources) is written `durably`: the new
 * file is synced before it takes its place, and the names above it after.
 * Differs: Mesos syncs only `resources/*`; its agent forgets its id when the power fails at a bad moment.
 *
 * PERF: synchronous on purpose. A launch writes four such files; that is some 20 system calls and 100
 * microseconds, and would be three times that through the thread pool.
 */

import { dirname } from "node:path";
import { CodedError } from "@tavola/base";
import type { Disk } from "@tavola/host";
import type { MessageType } from "@tavola/protocol";
import { encodeCheckpoint } from "../core/checkpoint-format.ts";

const privateMode = 0o600;
const markerMode = 0o644;

/** Every method throws CodedError CANNOT_WRITE when the disk does not take it. */
export class CheckpointFiles {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Makes the directory when it is missing. */
  write<T>(path: string, type: MessageType<T>, message: T): void {
    this.#replace(path, encodeCheckpoint(type, message));
  }

  writeText(path: string, text: string): void {
    this.#replace(path, Buffer.from(text));
  }

  /** Returns when a power cut would leave it. `root` and what is above it is there for good. */
  writeDurably(path: string, bytes: Uint8Array, root: string): void {
    this.#replace(path, bytes, true);
    writing(path, () => this.syncNames(dirname(path), root));
  }

  /** A file in a directory that nobody looks into yet: it need not be whole at every moment. */
  writeNew<T>(path: string, type: MessageType<T>, message: T): void {
    writing(path, () =>
      this.#disk.writeNewFile(path, encodeCheckpoint(type, message), privateMode),
    );
  }

  writeNewText(path: string, text: string): void {
    writing(path, () => this.#disk.writeNewFile(path, Buffer.from(text), privateMode));
  }

  /** An empty file whose being there says something. Idempotent. */
  touchMarker(path: string): void {
    this.#inDirectory(path, () => this.#disk.openToAppend(path, markerMode).close());
  }

  makeDirectories(path: string): void {
    writing(path, () => this.#disk.makeDirectories(path));
  }

  /** Also when an older link, or a link to nowhere, is there. PERF: one system call when there is none. */
  replaceLink(target: string, path: string): void {
    writing(path, () => {
      if (this.#disk.makeLink(target, path) || this.#disk.readLink(path) === target) return;
      const temporary = temporaryBeside(path);
      this.#disk.remove(temporary);
      this.#disk.makeLink(target, temporary);
      this.#disk.rename(temporary, path);
    });
  }

  remove(path: string): void {
    writing(path, () => this.#disk.remove(path));
  }

  /** From a directory up to `root`, that one included. */
  syncNames(path: string, root: string): void {
    for (let each = path; each.length >= root.length; each = dirname(each)) {
      this.#disk.syncNow(each);
    }
  }

  #replace(path: string, content: Uint8Array, isDurable = false): void {
    const temporary = temporaryBeside(path);
    this.#inDirectory(path, () => {
      try {
        this.#disk.writeFile(temporary, content, privateMode);
        if (isDurable) this.#disk.syncNow(temporary);
        this.#disk.rename(temporary, path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#disk.remove(temporary);
        throw error;
      }
    });
  }

  /** The directory is there, as a rule: making it costs only those who come first. */
  #inDirectory(path: string, write: () => void): void {
    writing(path, () => {
      try {
        write();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        this.#disk.makeDirectories(dirname(path));
        write();
      }
    });
  }
}

/** One agent writes here, one file at a time, so that one name will do. */
function temporaryBeside(path: string): string {
  return `${path}.tmp`;
}

/** What goes wrong in `write` becomes CodedError CANNOT_WRITE. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new CodedError("CANNOT_WRITE", `cannot write ${path}`, { path }, { cause });
  }
}
