/**
 * The store of one machine: an SQLite file that several processes share, with nothing to install.
 *
 * SQLite's calls block, so they are kept few and short: what is asked for in one turn is written in
 * one transaction, each part of it in a savepoint of its own, with one fsync. A lock that another
 * process holds is waited for without blocking, and not for ever. What others change is noticed by
 * looking at SQLite's `data_version` while somebody watches; changes of this process are told at once.
 *
 * It does not cross machines: a network file system breaks both SQLite's locks and the shared clock.
 */

import { realpathSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { CodedError, invariant } from "@tavola/base";
import { type Clock, type Logger, type Metrics, systemRandom, type Timer } from "@tavola/host";
import type {
  Coordination,
  Member,
  StoredValue,
  StorePath,
  StoreWrite,
  TransactionOutcome,
  Watch,
} from "../coordination.ts";
import type { CoordinationOptions } from "../options.ts";
import { SessionRecord } from "../session-record.ts";
import { steadyClock } from "../steady-clock.ts";
import { assertMember, assertPath, assertPathOrRoot, assertWrites } from "../store-path.ts";
import { formatStoreUrl, type StoreUrl } from "../store-url.ts";
import { ChangeWatch } from "./change-watch.ts";
import { EmbeddedSessions, type Whereabouts, whereabouts } from "./embedded-sessions.ts";
import { EmbeddedTree } from "./embedded-tree.ts";
import { GroupCommit, type WhyOver } from "./group-commit.ts";
import { corrupt, isBusy, sqliteError, unavailable } from "./sqlite-errors.ts";
import { waitForNoLock } from "./store-connection.ts";
import { openStoreFile } from "./store-file.ts";
import { type ChangingSession, isSameFile, StoreTransactions } from "./store-transaction.ts";
import { outcomeUnknown, type StoreWriter, WriterHere } from "./store-writer.ts";
import { WalSync } from "./wal-sync.ts";
import { WriterThread } from "./writer-thread.ts";

/** A session is renewed this often within its timeout. */
const renewalsPerTimeout = 4;
const lockRetryMs = 20;
/** A lock is waited for at most this long, and at most a third of the session. */
const lockWaitMsMax = 2000;

export interface EmbeddedOptions extends CoordinationOptions {
  /** For tests: where this process seems to run. */
  readonly whereabouts?: Whereabouts;
}

/** Those of this process, by file: what one writes, the others hear of at once. */
const openedHere = new Map<string, Set<EmbeddedCoordination>>();

/**
 * Opens the file, making it where there is none. Throws CORRUPT, NEWER_FORMAT or UNAUTHORIZED, each
 * with a sentence that names the file and the way out.
 */
export function openEmbedded(url: StoreUrl, options: EmbeddedOptions): Coordination {
  invariant(url.file !== undefined, "an embedded store has a file");
  return new EmbeddedCoordination(url.file, formatStoreUrl(url), options);
}

class EmbeddedCoordination implements Coordination {
  readonly backend = "embedded";
  readonly description: string;
  readonly clock: Clock;
  readonly session: SessionRecord;
  readonly #file: string;
  readonly #realFile: string;
  /** Its inode, by which one that was put in its place is told. */
  readonly #fileNumber: number;
  readonly #logger: Logger;
  readonly #metrics: Metrics | undefined;
  readonly #database: DatabaseSync;
  readonly #tree: EmbeddedTree;
  readonly #sessions: EmbeddedSessions;
  readonly #writer: StoreWriter;
  readonly #writes: GroupCommit;
  readonly #changes: ChangeWatch;
  readonly #lockWaitMs: number;
  #sessionId: number | undefined;
  #renewal: Timer | undefined;
  #lockedSince: number | undefined;
  #isClosed = false;

  constructor(file: string, description: string, options: EmbeddedOptions) {
    const { sessionTimeoutMs, logger, clock = steadyClock(), random = systemRandom() } = options;
    this.#file = file;
    this.description = description;
    this.clock = clock;
    this.#logger = logger;
    this.#metrics = options.metrics;
    this.session = new SessionRecord(clock, sessionTimeoutMs);
    this.#lockWaitMs = Math.min(sessionTimeoutMs / 3, lockWaitMsMax);
    const database = openStoreFile(file);
    this.#database = database;
    this.#realFile = realpathSync(file);
    this.#fileNumber = statSync(file).ino;
    this.#tree = new EmbeddedTree(database, file);
    this.#sessions = new EmbeddedSessions(database, options.whereabouts ?? whereabouts());
    const written = { file, fileNumber: this.#fileNumber };
    this.#writer =
      options.writesMuch === true
        ? new WriterThread(written)
        : new WriterHere(new StoreTransactions({ database, ...written }), new WalSync(file));
    this.#writes = new GroupCommit({
      writer: this.#writer,
      clock,
      random,
      lockWaitMs: this.#lockWaitMs,
      session: () => this.#changingSession(),
      committed: () => this.#noticeHere(),
      errorOf: (why) => this.#errorOf(why),
      over: (why) => this.#over(why),
    });
    this.#changes = new ChangeWatch({
      database,
      clock,
      stampOf: (path) => this.#tree.stampOf(path),
      onLook: () => this.#endOthers(),
    });
    waitForNoLock(database);
    const here = openedHere.get(this.#realFile) ?? new Set();
    openedHere.set(this.#realFile, here.add(this));
    this.#renew();
  }

  async get(path: StorePath): Promise<StoredValue | undefined> {
    assertPath(path);
    return await this.#read(() => this.#tree.get(path));
  }

  async getAll(paths: readonly StorePath[]): Promise<readonly (StoredValue | undefined)[]> {
    for (const path of paths) assertPath(path);
    return await this.#read(() => paths.map((path) => this.#tree.get(path)));
  }

  async children(path: StorePath): Promise<readonly string[]> {
    assertPathOrRoot(path);
    return await this.#read(() => this.#tree.children(path));
  }

  async transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    assertWrites(writes);
    this.#assertOpen();
    if (writes.length === 0) return { done: true };
    return (await this.#writes.add({ kind: "write", writes })) as TransactionOutcome;
  }

  watch(path: StorePath, onChange: () => void): Watch {
    assertPathOrRoot(path);
    if (this.#isClosed || this.session.state === "expired") return { close: () => {} };
    return this.#changes.add(path, onChange);
  }

  async join(group: StorePath, prefix: string, value: Uint8Array): Promise<Member> {
    assertMember(group, prefix, value);
    this.#assertOpen();
    return (await this.#writes.add({ kind: "join", group, prefix, value })) as Member;
  }

  async leave(group: StorePath, member: Member): Promise<void> {
    const path = `${group}/${member.name}`;
    assertPath(path);
    this.#assertOpen();
    await this.#writes.add({ kind: "leave", path });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stop(this.#closed());
    await this.#writer.close();
    await this.#leaveFile();
    this.#database.close();
  }

  async #read<T>(run: () => T): Promise<T> {
    const startedAt = this.clock.now();
    for (;;) {
      this.#assertOpen();
      try {
        return run();
      } catch (error) {
        const isLate = this.clock.now() - startedAt >= this.#lockWaitMs;
        if (!isBusy(error) || isLate) throw sqliteError(error, this.#file);
        await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.clock.after(lockRetryMs, resolve));
  }

  #assertOpen(): void {
    if (this.#isClosed) throw this.#closed();
    if (this.session.state === "expired") throw this.session.trouble ?? this.#sessionExpired();
  }

  #changingSession(): ChangingSession {
    if (this.#sessionId === undefined) throw this.#notYet();
    return { id: this.#sessionId, now: this.clock.now() };
  }

  #errorOf(why: WhyOver): CodedError {
    if (why.kind === "unknown") return outcomeUnknown(this.#file, why.cause);
    return why.what === "file" ? this.#replaced() : this.#sessionExpired();
  }

  #over(why: WhyOver): void {
    if (why.kind === "unknown") this.#stop(this.#errorOf(why));
    else if (why.what === "file") this.#fileIsGone();
    else this.#expired();
  }

  /** Renews the session, or begins it; ends those that are over. None of it needs to be on disk. */
  #renew(): void {
    this.#renewal?.cancel();
    const now = this.clock.now();
    const { timeoutMs } = this.session;
    let nextMs = timeoutMs / renewalsPerTimeout;
    if (!isSameFile(this.#file, this.#fileNumber)) {
      this.#fileIsGone();
      return;
    }
    try {
      const isThere = this.#inBriefTransaction(() => this.#renewSession());
      this.#lockedSince = undefined;
      if (isThere) this.#renewed(now);
      else this.#expired();
    } catch (error) {
      if (isBusy(error)) nextMs = lockRetryMs;
      this.#notRenewed(error);
    }
    if (this.#isClosed || this.session.state === "expired") return;
    this.#renewal = this.clock.after(nextMs, () => this.#renew());
  }

  /** Answers whether the session is still there; runs within a transaction. */
  #renewSession(): boolean {
    const now = this.clock.now();
    if (this.#sessionId !== undefined && !this.#sessions.renew(this.#sessionId, now)) return false;
    const over = this.#sessions.over(now);
    if (over.length > 0) this.#tree.begin();
    for (const id of over) {
      this.#sessions.remove(id);
      this.#tree.removeOwnedBy(id);
      this.#logger.info({ store: this.description, session: id }, "a session is over");
    }
    this.#sessionId ??= this.#sessions.add(now, this.session.timeoutMs);
    return true;
  }

  #renewed(askedAt: ReturnType<Clock["now"]>): void {
    if (this.session.state === "suspended") {
      const name = this.session.trouble === undefined ? "sessions" : "reconnections";
      this.#metrics?.counter(`coordination/${name}`).increment();
      this.session.answered(askedAt);
      this.#changes.tellAll();
    } else {
      this.session.answered(askedAt);
    }
    this.#noticeHere();
  }

  #notRenewed(error: unknown): void {
    const trouble = sqliteError(error, this.#file);
    if (!(trouble instanceof CodedError)) throw trouble;
    const now = this.clock.now();
    this.#lockedSince ??= now;
    if (isBusy(error) && now - this.#lockedSince < this.#lockWaitMs) return;
    if (this.session.state === "connected") {
      this.#logger.warn({ store: this.description, error: trouble }, "the store cannot be written");
    }
    this.session.suspended(trouble);
  }

  /** Without an fsync: after a crash of the machine no session of before counts. */
  #inBriefTransaction<T>(run: () => T): T {
    const database = this.#database;
    const sessionBefore = this.#sessionId;
    try {
      database.exec("BEGIN IMMEDIATE");
      const value = run();
      database.exec("COMMIT");
      return value;
    } catch (error) {
      this.#sessionId = sessionBefore;
      throw error;
    } finally {
      if (database.isTransaction) database.exec("ROLLBACK");
    }
  }

  /** A look costs little; only what it finds costs a write. */
  #endOthers(): void {
    try {
      if (this.#sessions.over(this.clock.now()).length === 0) return;
    } catch (error) {
      // Locked or failing just now: the next look asks again, and a renewal tells of it.
      this.#logger.debug({ store: this.description, error }, "cannot look for sessions");
      return;
    }
    this.#renew();
  }

  #noticeHere(): void {
    for (const store of openedHere.get(this.#realFile) ?? []) store.#changes.notice();
  }

  #expired(): void {
    if (this.#isClosed || this.session.state === "expired") return;
    this.#metrics?.counter("coordination/expired_sessions").increment();
    this.#stop(this.#sessionExpired());
  }

  /** SQLite would go on with the one that has no name any more, and all of it would be lost. */
  #fileIsGone(): void {
    if (this.#isClosed || this.session.state === "expired") return;
    const error = this.#replaced();
    this.#logger.error({ store: this.description, error }, "the store is gone");
    this.#stop(error);
  }

  #replaced(): CodedError {
    return corrupt(this.#file, "it was removed or replaced while it was in use");
  }

  #stop(trouble: CodedError): void {
    this.#renewal?.cancel();
    this.#changes.close();
    const here = openedHere.get(this.#realFile);
    here?.delete(this);
    if (here?.size === 0) openedHere.delete(this.#realFile);
    this.#writes.close(trouble);
    this.session.ended(trouble);
  }

  /** The session and its members, unless others keep the file locked: then they see that we are gone. */
  async #leaveFile(): Promise<void> {
    const startedAt = this.clock.now();
    const id = this.#sessionId;
    if (id === undefined) return;
    for (;;) {
      try {
        this.#inBriefTransaction(() => {
          this.#tree.begin();
          this.#sessions.remove(id);
          this.#tree.removeOwnedBy(id);
        });
        this.#noticeHere();
        return;
      } catch (error) {
        const isLate = this.clock.now() - startedAt >= this.#lockWaitMs;
        if (!isBusy(error) || isLate) {
          this.#logger.warn({ store: this.description, error }, "left without a word");
          return;
        }
        await this.#pause();
      }
    }
  }

  #closed(): CodedError {
    return new CodedError("CLOSED", `${this.description} was closed here`);
  }

  #notYet(): CodedError {
    return unavailable(this.#file, "no session could be begun yet", this.session.trouble);
  }

  #sessionExpired(): CodedError {
    return new CodedError(
      "SESSION_EXPIRED",
      `the session with ${this.description} is over: it was not renewed for ${this.session.timeoutMs} ms`,
    );
  }
}
