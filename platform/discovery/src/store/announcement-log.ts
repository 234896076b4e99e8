/**
 * The log of announcements that all discovery servers share: several writers, one order.
 *
 *     calls ──► batch ──► head moved from n to n + 1 and log/<n + 1> made, or neither
 *                              │ moved by another first: follow, plan anew, try again
 *     head changed ──► follow: batches since, or the snapshot and the batches since
 *
 * The head is the only thing that is fought for. A batch holds whatever came while the one before was
 * on its way, so under load batches grow rather than queue. Does one thing at a time: its caller sees
 * to that.
 */

import { CodedError } from "@tavola/base";
import type { StoreWrite, TransactionOutcome } from "@tavola/coordination";
import { newUuid } from "@tavola/host";
import type { Announcement } from "../core/announcement.ts";
import type { Batch, Operation } from "../core/operation.ts";
import { type LogPlace, unreadable } from "./log-errors.ts";
import { decodeHead, encodeHead, firstIndex, type LogHead, nextHead } from "./log-head.ts";
import { batchPath, headPath, logFolder } from "./log-layout.ts";
import { decodeLines, encodeLines, formatOperation } from "./log-text.ts";
import {
  isNotGivenUp,
  readSnapshot,
  removeAll,
  sweepSnapshots,
  writeSnapshot,
} from "./snapshot.ts";

/** What follows the log. */
export interface LogReader {
  /** Of the store that was read last, over several stores and sessions; undefined at first. */
  readonly generation: string | undefined;
  readonly index: number;
  reset(generation: string, index: number, announcements: Iterable<Announcement>): void;
  apply(batch: Batch): void;
  /** All that is known, for a store that has lost it. */
  all(): Iterable<Announcement>;
}

export interface AnnouncementLogOptions {
  readonly place: LogPlace;
  readonly reader: LogReader;
  readonly wallNow: () => number;
  /** How many batches, or bytes of them, make a log long. Default 2,000, and 1 MiB. */
  readonly longLog?: { readonly batches: number; readonly bytes: number };
}

/** Batches read ahead with the head, in the same round trip. */
const readAheadBatches = 4;
const batchesAtOnce = 64;
const triesMax = 50;
/** The log is written anew as a snapshot when it is longer than this, and longer than the snapshot. */
const longLogDefault = { batches: 2000, bytes: 1024 * 1024 } as const;

interface VersionedHead {
  readonly head: LogHead;
  readonly version: number;
}

export class AnnouncementLog {
  readonly #place: LogPlace;
  readonly #reader: LogReader;
  readonly #wallNow: () => number;
  readonly #longLog: { readonly batches: number; readonly bytes: number };
  #known: VersionedHead | undefined;
  /** Of the batches in the log, as far as this server has seen them. */
  #logBytes = 0;
  /** A batch of ours of which nobody said whether it was written. */
  #open: { readonly nonce: string; isWritten: boolean } | undefined;

  constructor({ place, reader, wallNow, longLog = longLogDefault }: AnnouncementLogOptions) {
    this.#longLog = longLog;
    this.#place = place;
    this.#reader = reader;
    this.#wallNow = wallNow;
  }

  /**
   * Brings the reader to what the head says. Where there is no head, makes one: of nothing, or of what
   * the reader knows when the store has lost it. Rejects with CORRUPT, NEWER_FORMAT, and what the store
   * says.
   */
  async follow(): Promise<void> {
    for (let tries = 0; tries < triesMax; tries += 1) {
      const found = await this.#readHead();
      if (found === undefined) await this.#begin();
      else if (await this.#goTo(found)) return;
    }
    throw new CodedError(
      "UNAVAILABLE",
      "the log moved faster than it could be read",
      {},
      { transient: true },
    );
  }

  /**
   * Writes a batch after the one that the reader is at. "behind": somebody else was faster, nothing
   * was written; follow and plan anew. Rejects with what the store says; after OUTCOME_UNKNOWN the
   * next `follow` finds out, and `wasWritten` tells.
   */
  async append(operations: readonly Operation[]): Promise<"written" | "behind"> {
    const known = this.#known;
    if (known === undefined || known.head.index !== this.#reader.index) return "behind";
    const { path } = this.#place;
    const head = nextHead(known.head);
    const nonce = newUuid();
    const value = encodeLines({ index: head.index, nonce }, operations.map(formatOperation));
    this.#open = { nonce, isWritten: false };
    const outcome = await this.#transact([
      { kind: "set", path: headPath(path), value: encodeHead(head), version: known.version },
      { kind: "create", path: batchPath(path, head.index), value },
    ]);
    this.#open = undefined;
    if (!outcome.done) return "behind";
    this.#known = { head, version: known.version + 1 };
    this.#logBytes += value.length;
    this.#reader.apply({ index: head.index, operations });
    return "written";
  }

  /** Whether the batch whose outcome was unknown turned out to be written. Once, after a `follow`. */
  wasWritten(): boolean {
    const isWritten = this.#open?.isWritten ?? false;
    this.#open = undefined;
    return isWritten;
  }

  /** Whether the log should become a snapshot. */
  get isLong(): boolean {
    const head = this.#known?.head;
    if (head === undefined || head.index !== this.#reader.index) return false;
    const isLarge = this.#logBytes > Math.max(this.#longLog.bytes, head.snapshot?.bytes ?? 0);
    return isLarge || head.index - head.base > this.#longLog.batches;
  }

  /**
   * Writes a snapshot of what the reader knows, beside everything else; what it resolves with makes it
   * count. Rejects with what the store says.
   */
  async prepareSnapshot(): Promise<() => Promise<void>> {
    const base = this.#reader.index;
    const generation = this.#reader.generation;
    const snapshot = await writeSnapshot(this.#place, this.#reader.all());
    return async () => {
      const known = this.#known;
      if (known === undefined || known.head.generation !== generation) return;
      if (known.head.base >= base || known.head.index !== this.#reader.index) return;
      const head: LogHead = { ...known.head, base, snapshot };
      const outcome = await this.#transact([
        {
          kind: "set",
          path: headPath(this.#place.path),
          value: encodeHead(head),
          version: known.version,
        },
        isNotGivenUp(this.#place, snapshot),
      ]);
      if (!outcome.done) return;
      this.#known = { head, version: known.version + 1 };
      this.#logBytes = 0;
    };
  }

  /** Removes what the head does not name. Rejects with what the store says. */
  async sweep(): Promise<void> {
    const known = this.#known;
    if (known === undefined) return;
    const { store, path } = this.#place;
    const { head, version } = known;
    const first = batchPath(path, head.base + 1);
    const old = (await store.children(logFolder(path)))
      .map((name) => `${logFolder(path)}/${name}`)
      .filter((each) => each < first);
    await removeAll(this.#place, old);
    const kept = new Set(head.snapshot === undefined ? [] : [head.snapshot.id]);
    await sweepSnapshots(this.#place, kept, { kind: "check", path: headPath(path), version });
  }

  #transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    return this.#place.store.transact(writes);
  }

  /** With the batches that most likely come next. */
  async #readHead(): Promise<
    (VersionedHead & { ahead: readonly (Uint8Array | undefined)[] }) | undefined
  > {
    const { store, path } = this.#place;
    const next = this.#reader.generation === undefined ? [] : this.#nextPaths(readAheadBatches);
    const [stored, ...ahead] = await store.getAll([headPath(path), ...next]);
    if (stored === undefined || stored.value.length === 0) return undefined;
    const { value: head, error } = decodeHead(stored.value);
    if (error !== undefined) throw unreadable(this.#place, headPath(path), error);
    return { head, version: stored.version, ahead: ahead.map((each) => each?.value) };
  }

  #nextPaths(count: number): readonly string[] {
    const { index } = this.#reader;
    return Array.from({ length: count }, (_, at) => batchPath(this.#place.path, index + 1 + at));
  }

  /** Whether the reader is there now; false: the head must be read again. */
  async #goTo(
    found: VersionedHead & { ahead: readonly (Uint8Array | undefined)[] },
  ): Promise<boolean> {
    const { head, version } = found;
    const { generation, index } = this.#reader;
    const isSame = generation === head.generation;
    if (isSame && index > head.index) {
      // Brought back from a backup: what watchers were told since then must not be told again otherwise.
      await this.#begin(found);
      return false;
    }
    const isOn = isSame && index >= head.base;
    const isThere = isOn ? await this.#readBatches(head, found.ahead) : await this.#load(head);
    if (!isThere) return false;
    this.#known = { head, version };
    return true;
  }

  async #readBatches(head: LogHead, ahead: readonly (Uint8Array | undefined)[]): Promise<boolean> {
    let values = ahead;
    while (this.#reader.index < head.index) {
      const missing = head.index - this.#reader.index;
      for (const value of values.slice(0, missing)) {
        if (value === undefined) return false;
        this.#applyBatch(value);
      }
      if (this.#reader.index >= head.index) break;
      const count = Math.min(batchesAtOnce, head.index - this.#reader.index);
      const stored = await this.#place.store.getAll(this.#nextPaths(count));
      values = stored.map((each) => each?.value);
    }
    return true;
  }

  #applyBatch(value: Uint8Array): void {
    const index = this.#reader.index + 1;
    const node = batchPath(this.#place.path, index);
    const { value: decoded, error } = decodeLines(value);
    if (error !== undefined) throw unreadable(this.#place, node, error);
    if (decoded.line["index"] !== index) {
      throw unreadable(this.#place, node, { kind: "damaged", what: "is of another index" });
    }
    const isOpen = this.#open !== undefined && decoded.line["nonce"] === this.#open.nonce;
    if (this.#open !== undefined && isOpen) this.#open.isWritten = true;
    this.#logBytes += value.length;
    this.#reader.apply({ index, operations: decoded.operations });
  }

  /** Everything anew: another generation, or too far behind. */
  async #load(head: LogHead): Promise<boolean> {
    const { snapshot, base, generation } = head;
    const announcements = snapshot === undefined ? [] : await readSnapshot(this.#place, snapshot);
    if (announcements === undefined) return false;
    const all = new Map(announcements.map((each) => [each.id, each]));
    this.#logBytes = 0;
    // What watchers see is the end of it: what is in between never was, or is older than they know.
    for (let from = base + 1; from <= head.index; from += batchesAtOnce) {
      const count = Math.min(batchesAtOnce, head.index - from + 1);
      const paths = Array.from({ length: count }, (_, at) =>
        batchPath(this.#place.path, from + at),
      );
      for (const [at, stored] of (await this.#place.store.getAll(paths)).entries()) {
        if (stored === undefined) return false;
        const { value: decoded, error } = decodeLines(stored.value);
        if (error !== undefined) throw unreadable(this.#place, paths[at] ?? "", error);
        this.#logBytes += stored.value.length;
        for (const operation of decoded.operations) applyTo(all, operation);
      }
    }
    this.#reader.reset(generation, head.index, all.values());
    return true;
  }

  /**
   * There is no head, or one of before: this is the first server here, or the store has lost what this
   * one knows. Whoever is the first to write a generation has made it.
   */
  async #begin(found?: VersionedHead): Promise<void> {
    const { generation, index } = this.#reader;
    const isLost = generation !== undefined;
    const base = firstIndex(this.#wallNow(), isLost ? index : 0);
    const head: LogHead = { generation: newUuid(), index: base, base };
    const snapshot = isLost ? await writeSnapshot(this.#place, this.#reader.all()) : undefined;
    const value = encodeHead(snapshot === undefined ? head : { ...head, snapshot });
    const path = headPath(this.#place.path);
    const checks = snapshot === undefined ? [] : [isNotGivenUp(this.#place, snapshot)];
    const write: StoreWrite =
      found === undefined
        ? { kind: "create", path, value }
        : { kind: "set", path, value, version: found.version };
    const outcome = await this.#transact([write, ...checks]);
    if (outcome.done || outcome.failed === 0) return;
    const message = `the head could not be made: ${outcome.why}`;
    throw new CodedError("UNAVAILABLE", message, {}, { transient: true });
  }
}

function applyTo(all: Map<string, Announcement>, operation: Operation): void {
  if (operation.kind === "put") all.set(operation.announcement.id, operation.announcement);
  else all.delete(operation.id);
}
