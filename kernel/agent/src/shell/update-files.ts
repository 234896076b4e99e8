/**
 * Appends status update records to `task.updates`, and says when they are on disk.
 *
 * Records of one file are written in order, and all that wait for it together with one sync. Few
 * files are synced at a time: the thread pool has other work too, and a disk gains nothing from more.
 * An acknowledgement's record is not synced by itself; it goes along with the next.
 */

import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError, type FrameworkId, type TaskId } from "@tavola/base";
import { internal } from "@tavola/protocol";
import { encodeCheckpoint } from "../core/checkpoint-format.ts";
import type { AppendUpdateRecord } from "../core/effects.ts";
import type { CheckpointEvent } from "../core/events.ts";

const filesWrittenAtOnceMax = 3;

interface UpdateFile {
  readonly path: string;
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  handle: FileHandle | undefined;
  /** Records that are known to be whole. */
  bytes: number;
  waiting: Uint8Array[];
  /** Of the newest record that somebody waits for; undefined: nobody does. */
  durableSequence: number | undefined;
  isBusy: boolean;
  isClosing: boolean;
  isFailed: boolean;
}

export class UpdateFiles {
  readonly #report: (event: CheckpointEvent) => void;
  readonly #files = new Map<string, UpdateFile>();
  /** Files with something to write or to close, in the order in which it came. */
  readonly #due = new Set<UpdateFile>();
  #busy = 0;
  #idle: (() => void)[] = [];

  constructor(report: (event: CheckpointEvent) => void) {
    this.#report = report;
  }

  append({ path, frameworkId, taskId, record, sequence, isDurable }: AppendUpdateRecord): void {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = newFile(path, frameworkId, taskId);
      this.#files.set(path, file);
    }
    file.waiting.push(encodeCheckpoint(internal.StatusUpdateRecord, record));
    if (isDurable) file.durableSequence = sequence;
    this.#isDue(file);
  }

  /** After what was appended. */
  close(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    file.isClosing = true;
    this.#isDue(file);
  }

  /** Writes what waits, then closes every file. */
  async closeAll(): Promise<void> {
    for (const path of [...this.#files.keys()]) this.close(path);
    if (this.#busy > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #isDue(file: UpdateFile): void {
    this.#due.add(file);
    if (this.#busy < filesWrittenAtOnceMax) void this.#work();
  }

  /** Never rejects: each failure is its file's. */
  async #work(): Promise<void> {
    this.#busy += 1;
    for (let file = this.#takeDue(); file !== undefined; file = this.#takeDue()) {
      file.isBusy = true;
      await this.#flush(file);
      file.isBusy = false;
    }
    this.#busy -= 1;
    if (this.#busy > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #takeDue(): UpdateFile | undefined {
    for (const file of this.#due) {
      if (file.isBusy) continue;
      this.#due.delete(file);
      return file;
    }
    return undefined;
  }

  async #flush(file: UpdateFile): Promise<void> {
    const { waiting, durableSequence } = file;
    file.waiting = [];
    file.durableSequence = undefined;
    try {
      if (waiting.length > 0 && !file.isFailed) {
        await write(file, Buffer.concat(waiting), durableSequence !== undefined);
        if (durableSequence !== undefined) this.#persisted(file, durableSequence);
      }
    } catch (error) {
      file.isFailed = true;
      await dropTornEnd(file);
      const { frameworkId, taskId } = file;
      const message = describeError(error);
      this.#report({ kind: "updateRecordFailed", frameworkId, taskId, message });
    }
    if (!file.isClosing || file.waiting.length > 0) return;
    const { handle } = file;
    file.handle = undefined;
    await handle?.close();
  }

  #persisted({ frameworkId, taskId }: UpdateFile, sequence: number): void {
    this.#report({ kind: "updateRecordPersisted", frameworkId, taskId, sequence });
  }
}

function newFile(path: string, frameworkId: FrameworkId, taskId: TaskId): UpdateFile {
  return {
    path,
    frameworkId,
    taskId,
    handle: undefined,
    bytes: 0,
    waiting: [],
    durableSequence: undefined,
    isBusy: false,
    isClosing: false,
    isFailed: false,
  };
}

async function write(file: UpdateFile, bytes: Uint8Array, isDurable: boolean): Promise<void> {
  if (file.handle === undefined) {
    file.handle = await openForAppend(file.path);
    file.bytes = (await file.handle.stat()).size;
  }
  await file.handle.appendFile(bytes);
  if (isDurable) await file.handle.datasync();
  file.bytes += bytes.length;
}

async function openForAppend(path: string): Promise<FileHandle> {
  const flags = constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND;
  try {
    return await open(path, flags, 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true });
    return await open(path, flags, 0o644);
  }
}

/** A reader must not stumble over half a record. If even this fails, it has to. */
async function dropTornEnd(file: UpdateFile): Promise<void> {
  await file.handle?.truncate(file.bytes).catch(() => {});
}
