/**
 * Appends status update records to `task.updates`, and says when they are on disk.
 *
 * Records of one turn of the event loop are written together, file by file, and what somebody waits
 * for is then synced: all that was written to a file before a sync starts is covered by it. Few
 * files are synced at a time, because the thread pool has other work too. An acknowledgement's record
 * is written and not synced: nobody waits for it.
 *
 * (The host's AppendFile is for one file that is synced with every append; here are thousands, and
 * half of what is appended need not be synced.)
 *
 * PERF: an update costs a write here and one task of the thread pool. Writing through the pool as well
 * would cost three times that; what the page cache takes does not block.
 */

import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { describeError, type FrameworkId, type TaskId } from "@tavola/base";
import { internal } from "@tavola/protocol";
import { encodeCheckpoint } from "../core/checkpoint-format.ts";
import type { AppendUpdateRecord } from "../core/effects.ts";
import type { CheckpointEvent } from "../core/events.ts";

const limits = {
  syncsAtOnceMax: 3,
  /** Files that are kept open for what may come; the others are opened for each record. */
  openFilesMax: 512,
} as const;

interface UpdateFile {
  readonly path: string;
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  descriptor: number | undefined;
  waiting: Uint8Array[];
  /** Of the newest record that somebody waits for: not written yet, or written and not synced. */
  waitingSequence: number | undefined;
  writtenSequence: number | undefined;
  isSyncing: boolean;
  isClosing: boolean;
  isFailed: boolean;
}

export class UpdateFiles {
  readonly #report: (event: CheckpointEvent) => void;
  readonly #files = new Map<string, UpdateFile>();
  /** With records to write, or to close. */
  readonly #unwritten = new Set<UpdateFile>();
  /** Written, and somebody waits for the sync. */
  readonly #unsynced = new Set<UpdateFile>();
  #isFlushPlanned = false;
  #syncs = 0;
  #openFiles = 0;
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
    if (isDurable) file.waitingSequence = sequence;
    this.#planFlush(file);
  }

  /** After what was appended. */
  close(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    file.isClosing = true;
    this.#planFlush(file);
  }

  /** Writes and syncs what waits, then closes every file. */
  async closeAll(): Promise<void> {
    for (const path of [...this.#files.keys()]) this.close(path);
    this.#flush();
    if (this.#syncs > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #planFlush(file: UpdateFile): void {
    this.#unwritten.add(file);
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushPlanned = false;
    for (const file of this.#unwritten) this.#write(file);
    this.#unwritten.clear();
    this.#syncMore();
  }

  #write(file: UpdateFile): void {
    const { waiting, waitingSequence } = file;
    file.waiting = [];
    file.waitingSequence = undefined;
    if (waiting.length > 0 && !file.isFailed) {
      try {
        this.#open(file);
        writeRecords(file, waiting);
      } catch (error) {
        this.#fail(file, error);
      }
    }
    if (waitingSequence !== undefined && !file.isFailed) {
      file.writtenSequence = waitingSequence;
      this.#unsynced.add(file);
    }
    this.#release(file);
  }

  #syncMore(): void {
    for (const file of this.#unsynced) {
      if (this.#syncs >= limits.syncsAtOnceMax) return;
      if (!file.isSyncing) this.#sync(file);
    }
  }

  #sync(file: UpdateFile): void {
    const { descriptor, writtenSequence } = file;
    this.#unsynced.delete(file);
    if (descriptor === undefined || writtenSequence === undefined) return;
    file.writtenSequence = undefined;
    file.isSyncing = true;
    this.#syncs += 1;
    fdatasync(descriptor, (error) => {
      file.isSyncing = false;
      this.#syncs -= 1;
      if (error === null) this.#persisted(file, writtenSequence);
      else this.#fail(file, error);
      this.#release(file);
      this.#syncMore();
      this.#tellIfIdle();
    });
  }

  #persisted({ frameworkId, taskId }: UpdateFile, sequence: number): void {
    this.#report({ kind: "updateRecordPersisted", frameworkId, taskId, sequence });
  }

  /** Once: what comes later for this file is not written. */
  #fail(file: UpdateFile, error: unknown): void {
    if (file.isFailed) return;
    file.isFailed = true;
    const { frameworkId, taskId } = file;
    const message = describeError(error);
    this.#report({ kind: "updateRecordFailed", frameworkId, taskId, message });
  }

  #open(file: UpdateFile): void {
    if (file.descriptor !== undefined) return;
    file.descriptor = openForAppend(file.path);
    this.#openFiles += 1;
  }

  /** Closes what is done with, and what there are too many of. */
  #release(file: UpdateFile): void {
    const isInUse = file.isSyncing || file.writtenSequence !== undefined;
    const mayStay = !file.isClosing && this.#openFiles <= limits.openFilesMax;
    if (file.descriptor === undefined || isInUse || mayStay) return;
    const { descriptor } = file;
    file.descriptor = undefined;
    this.#openFiles -= 1;
    closeSync(descriptor);
  }

  #tellIfIdle(): void {
    if (this.#syncs > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

function newFile(path: string, frameworkId: FrameworkId, taskId: TaskId): UpdateFile {
  return {
    path,
    frameworkId,
    taskId,
    descriptor: undefined,
    waiting: [],
    waitingSequence: undefined,
    writtenSequence: undefined,
    isSyncing: false,
    isClosing: false,
    isFailed: false,
  };
}

/** A reader must not stumble over half a record: what was written of it is taken back. */
function writeRecords({ descriptor }: UpdateFile, records: readonly Uint8Array[]): void {
  if (descriptor === undefined) return;
  const bytes = Buffer.concat(records);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    if (written > 0) ftruncateSync(descriptor, fstatSync(descriptor).size - written);
    throw error;
  }
}

function openForAppend(path: string): number {
  try {
    return openSync(path, "a", 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "a", 0o644);
  }
}
