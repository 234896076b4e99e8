/**
 * Writes to the file, together: what is asked for in one turn, or while an earlier transaction is on
 * its way to the disk, is one transaction with one fsync. Nobody is told before that is done; the event
 * loop does not wait for it.
 *
 * Each part has a savepoint of its own, so that one that is refused leaves the others alone. A lock
 * that another process holds is tried again a few milliseconds later, until `lockWaitMs` are over.
 */

import type { DatabaseSync } from "node:sqlite";
import { CodedError, type Instant, type Random } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import { isBusy, isOutcomeOpen, sqliteError } from "./sqlite-errors.ts";

/** Between two attempts at a lock; the dice spread those who wait. */
const lockRetryMs = { min: 1, max: 10 } as const;

export interface GroupCommitOptions {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly lockWaitMs: number;
  /** Resolves when everything that was committed is on the disk. */
  readonly synced: () => Promise<void>;
  /** At the start of each transaction; what it throws refuses all parts. */
  readonly before: () => void;
  /** After each transaction that was done. */
  readonly committed: () => void;
  /**
   * What was committed did not get onto the disk. Nothing that is committed after it can be relied on
   * either, so nothing more is to be written through this.
   */
  readonly failed: (error: CodedError) => void;
}

interface Part {
  readonly run: () => unknown;
  readonly isKept: (value: unknown) => boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Part[] = [];
  /** A transaction is to come, or on its way to the disk. */
  #isScheduled = false;
  #isClosed = false;
  #lockedSince: Instant | undefined;
  #retry: Timer | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** `run` is a part of the transaction; where `isKept` denies its value, it is undone. Resolves once it is on the disk. */
  add<T>(run: () => T, isKept: (value: T) => boolean = () => true): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const part = { run, isKept, resolve, reject } as unknown as Part;
      this.#waiting.push(part);
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      queueMicrotask(() => this.#commit());
    });
  }

  /** What waits is rejected; nothing may be added any more. */
  close(error: CodedError): void {
    this.#retry?.cancel();
    this.#isClosed = true;
    this.#isScheduled = true;
    for (const { reject } of this.#take()) reject(error);
  }

  #take(): readonly Part[] {
    const parts = this.#waiting;
    this.#waiting = [];
    return parts;
  }

  #commit(): void {
    if (this.#waiting.length === 0) return;
    if (!this.#begin()) return;
    const parts = this.#take();
    const { database, before } = this.#options;
    try {
      before();
      const settle = parts.map((part) => this.#runPart(part));
      this.#end();
      // Until it is on the disk, others wait for their turn.
      void this.#toDisk().then((trouble) => this.#settled(parts, settle, trouble));
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      this.#next();
      const reason = sqliteError(error, this.#options.file);
      for (const { reject } of parts) reject(reason);
    }
  }

  /** What went wrong, if something did. */
  async #toDisk(): Promise<CodedError | undefined> {
    try {
      await this.#options.synced();
      return undefined;
    } catch (error) {
      return this.#outcomeUnknown(error);
    }
  }

  #settled(
    parts: readonly Part[],
    settle: readonly (() => void)[],
    trouble: CodedError | undefined,
  ): void {
    if (trouble === undefined) {
      this.#next();
      for (const each of settle) each();
      this.#options.committed();
      return;
    }
    for (const { reject } of parts) reject(trouble);
    this.#options.failed(trouble);
  }

  /** What has come meanwhile is written now. */
  #next(): void {
    if (this.#isClosed) return;
    this.#isScheduled = this.#waiting.length > 0;
    if (this.#isScheduled) queueMicrotask(() => this.#commit());
  }

  /** False: later, or given up. */
  #begin(): boolean {
    const { database, clock, random, lockWaitMs, file } = this.#options;
    try {
      database.exec("BEGIN IMMEDIATE");
      this.#lockedSince = undefined;
      return true;
    } catch (error) {
      this.#lockedSince ??= clock.now();
      if (isBusy(error) && clock.now() - this.#lockedSince < lockWaitMs) {
        const { min, max } = lockRetryMs;
        this.#retry = clock.after(min + random.next() * (max - min), () => this.#commit());
        return false;
      }
      this.#lockedSince = undefined;
      this.#isScheduled = false;
      const reason = sqliteError(error, file);
      for (const { reject } of this.#take()) reject(reason);
      return false;
    }
  }

  #end(): void {
    try {
      this.#options.database.exec("COMMIT");
    } catch (error) {
      if (!isOutcomeOpen(error)) throw error;
      throw this.#outcomeUnknown(error);
    }
  }

  #outcomeUnknown(cause: unknown): CodedError {
    const { file } = this.#options;
    const message = `${file}: the disk failed while it was written; whether the write was done is unknown`;
    return new CodedError("OUTCOME_UNKNOWN", message, { file }, { transient: true, cause });
  }

  /** Answers how the part is to be settled once the transaction is done. */
  #runPart(part: Part): () => void {
    const { database } = this.#options;
    database.exec("SAVEPOINT part");
    let settle: () => void;
    let isKept = false;
    try {
      const value = part.run();
      isKept = part.isKept(value);
      settle = () => part.resolve(value);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      settle = () => part.reject(error);
    }
    if (!isKept) database.exec("ROLLBACK TO part");
    database.exec("RELEASE part");
    return settle;
  }
}
