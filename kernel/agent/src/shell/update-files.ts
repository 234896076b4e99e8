/**
 * Appends status update records to `task.updates`, and says when they are on disk.
 *
 * Records of one turn of the event loop are written together, file by file, and what somebody waits
 * for is then synced: all that was written to a file before a sync starts is covered by it. With a
 * file's first sync go those of the directories above it, whose names lead to it. Few files are synced
 * at a time, because the thread pool has other work too. An acknowledgement's record is written and not
 * synced: nobody waits for it.
 *
 * (The host's AppendFile is for one file that is synced with every append; here are thousands, and
 * half of what is appended need not be synced.)
 *
 * PERF: an update costs a write here and one task of the thread pool; a task's first one, some more. Writing through the pool as well
 * would cost three times that; what the page cache takes does not block.
 */

import { dirname } from "node:path";
import { describeError, type FrameworkId, type TaskId } from "@tavola/base";
import type { AppendFileHandle, Disk, Synced } from "@tavola/host";
import { internal } from "@tavola/protocol";
import { decodeCheckpoints, encodeCheckpoint } from "../core/checkpoint-format.ts";
import type { AppendUpdateRecord } from "../core/effects.ts";
import type { CheckpointEvent } from "../core/events.ts";
import type { NameSyncs } from "./name-syncs.ts";

const limits = {
  syncsAtOnceMax: 3,
  /** Files that are kept open for what may come; the others are opened for each record. */
  openFilesMax: 512,
} as const;

const mode = 0o644;

interface UpdateFile {
  readonly path: string;
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  handle: AppendFileHandle | undefined;
  /** Whether a power cut would leave the way to it. */
  areNamesSynced: boolean;
  waiting: Uint8Array[];
  /** Of the newest record that somebody waits for: not written yet, or written and not synced. */
  waitingSequence: number | undefined;
  writtenSequence: number | undefined;
  isSyncing: boolean;
  isClosing: boolean;
  isFailed: boolean;
  /** Why, once it has. */
  failure: string;
}

export interface UpdateFilesOptions {
  readonly disk: Disk;
  readonly names: NameSyncs;
  /** Runs something after this turn of the event loop. */
  readonly soon: (run: () => void) => void;
  readonly report: (event: CheckpointEvent) => void;
}

export class UpdateFiles {
  readonly #disk: Disk;
  readonly #soon: (run: () => void) => void;
  readonly #names: NameSyncs;
  readonly #report: (event: CheckpointEvent) => void;
  readonly #files = new Map<string, UpdateFile>();
  /** With records to write, or to close. */
  readonly #unwritten = new Set<UpdateFile>();
  /** Written, and somebody waits for the sync. */
  readonly #unsynced = new Set<UpdateFile>();
  /** Paths at which something was not written, or in part. */
  readonly #torn = new Set<string>();
  #isFlushPlanned = false;
  #syncs = 0;
  #openFiles = 0;
  #idle: (() => void)[] = [];

  constructor({ disk, names, soon, report }: UpdateFilesOptions) {
    this.#disk = disk;
    this.#names = names;
    this.#soon = soon;
    this.#report = report;
  }

  append(appended: AppendUpdateRecord): void {
    const { path, frameworkId, taskId, record, sequence, isDurable, isRewrite } = appended;
    let file = this.#files.get(path);
    if (file === undefined || (file.isFailed && isRewrite === true)) {
      file = newFile(path, frameworkId, taskId);
      this.#files.set(path, file);
    }
    if (record !== undefined) {
      file.waiting.push(encodeCheckpoint(internal.StatusUpdateRecord, record));
    }
    if (isDurable) file.waitingSequence = sequence;
    this.#planFlush(file);
  }

  /** After what was appended. */
  close(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#torn.delete(path);
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
    this.#soon(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushPlanned = false;
    for (const file of this.#unwritten) this.#write(file);
    this.#unwritten.clear();
    this.#syncMore();
  }

  #write(file: UpdateFile): void {
    const { waiting, waitingSequence, isFailed: hadFailed } = file;
    file.waiting = [];
    file.waitingSequence = undefined;
    if ((waiting.length > 0 || waitingSequence !== undefined) && !file.isFailed) {
      try {
        this.#open(file);
        if (waiting.length > 0) file.handle?.append(Buffer.concat(waiting));
      } catch (error) {
        this.#fail(file, error);
      }
    }
    if (waitingSequence !== undefined && !file.isFailed) {
      file.writtenSequence = waitingSequence;
      this.#unsynced.add(file);
    }
    // What failed before was perhaps nobody's concern: the record of an acknowledgement.
    if (waitingSequence !== undefined && hadFailed) this.#reportFailure(file);
    this.#release(file);
  }

  #syncMore(): void {
    for (const file of this.#unsynced) {
      if (this.#syncs >= limits.syncsAtOnceMax) return;
      if (!file.isSyncing) this.#sync(file);
    }
  }

  #sync(file: UpdateFile): void {
    const { handle, writtenSequence } = file;
    this.#unsynced.delete(file);
    if (handle === undefined || writtenSequence === undefined) return;
    file.writtenSequence = undefined;
    file.isSyncing = true;
    this.#syncs += 1;
    let left = file.areNamesSynced ? 1 : 2;
    let failure: Error | undefined;
    const done: Synced = (error) => {
      failure ??= error;
      left -= 1;
      if (left === 0) this.#synced(file, writtenSequence, failure);
    };
    handle.sync(done);
    if (file.areNamesSynced) return;
    file.areNamesSynced = true;
    this.#names.sync(dirname(file.path), done);
  }

  #synced(file: UpdateFile, sequence: number, error: Error | undefined): void {
    file.isSyncing = false;
    this.#syncs -= 1;
    if (error !== undefined) this.#fail(file, error);
    else if (!file.isFailed) this.#persisted(file, sequence);
    this.#release(file);
    this.#syncMore();
    this.#tellIfIdle();
  }

  #persisted({ frameworkId, taskId }: UpdateFile, sequence: number): void {
    this.#report({ kind: "updateRecordPersisted", frameworkId, taskId, sequence });
  }

  /**
   * Nothing more is written to it, so that records stay in order, and no later sync of it speaks for what
   * was lost; a rewrite begins with the sound part of what is on disk.
   */
  #fail(file: UpdateFile, error: unknown): void {
    if (file.isFailed) return;
    file.isFailed = true;
    file.failure = describeError(error);
    file.isClosing = true;
    file.writtenSequence = undefined;
    this.#unsynced.delete(file);
    this.#torn.add(file.path);
    this.#reportFailure(file);
  }

  #reportFailure({ frameworkId, taskId, failure: message }: UpdateFile): void {
    this.#report({ kind: "updateRecordFailed", frameworkId, taskId, message });
  }

  #open(file: UpdateFile): void {
    if (file.handle !== undefined) return;
    if (this.#torn.has(file.path)) this.#cutTorn(file.path);
    file.handle = this.#openToAppend(file.path);
    this.#openFiles += 1;
  }

  /** A record that was written in part would hide all that follow. */
  #cutTorn(path: string): void {
    const bytes = this.#disk.readFile(path);
    if (bytes !== undefined) {
      const { tornBytes } = decodeCheckpoints(internal.StatusUpdateRecord, bytes);
      if (tornBytes > 0) this.#disk.truncate(path, bytes.length - tornBytes);
    }
    this.#torn.delete(path);
  }

  #openToAppend(path: string): AppendFileHandle {
    try {
      return this.#disk.openToAppend(path, mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      this.#disk.makeDirectories(dirname(path));
      return this.#disk.openToAppend(path, mode);
    }
  }

  /** Closes what is done with, and what there are too many of. */
  #release(file: UpdateFile): void {
    const isInUse = file.isSyncing || file.writtenSequence !== undefined;
    const mayStay = !file.isClosing && this.#openFiles <= limits.openFilesMax;
    const { handle } = file;
    if (handle === undefined || isInUse || mayStay) return;
    file.handle = undefined;
    this.#openFiles -= 1;
    handle.close();
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
    handle: undefined,
    areNamesSynced: false,
    waiting: [],
    waitingSequence: undefined,
    writtenSequence: undefined,
    isSyncing: false,
    isClosing: false,
    isFailed: false,
    failure: "",
  };
}
