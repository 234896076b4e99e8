/**
 * Brings decided records to their places, a while after they were decided.
 *
 *     journal ──► waiting (the last state of each record) ──► places ──► journal cut off
 *
 * A task is put when it is launched, when it runs and when it is healthy, all within a second; what was
 * on its way to somebody is removed as soon as it has arrived. So whoever waits a little writes each
 * record once where it was decided several times, and some never. Nothing waits for it: what is decided
 * is durable, and a leader that dies leaves its journal to the next.
 */

import { CodedError } from "@tavola/base";
import type { Timer } from "@tavola/host";
import type { EncodedWrite } from "./encoded-write.ts";
import { type FencedWriter, insist } from "./fenced-writer.ts";
import type { DecidedBatch, Journal } from "./journal.ts";
import { limitsOf, type NodeCounts, planTransactions } from "./transaction-plan.ts";

const limits = {
  /** What is decided within so long is carried over together. */
  delayMs: 2000,
  /** Sooner when the journal has grown by so much: the next leader reads all of it. */
  journalBytesMax: 8 * 1024 * 1024,
} as const;

export interface CarryOverOptions {
  readonly writer: FencedWriter;
  readonly journal: Journal;
  /** Of what lies in its place. */
  readonly counts: NodeCounts;
  /** Nothing can be carried over any more, and why. */
  readonly broken: (error: CodedError) => void;
}

export class CarryOver {
  readonly #options: CarryOverOptions;
  /** By kind and key. */
  #waiting = new Map<string, EncodedWrite>();
  #bytes = 0;
  /** Every batch of the journal before it is in what waits, or in its place. */
  #to = 0;
  #timer: Timer | undefined;
  #underWay: Promise<void> | undefined;
  #isOver = false;

  constructor(options: CarryOverOptions) {
    this.#options = options;
  }

  /** To be told of every batch in its turn. */
  decided(writes: readonly EncodedWrite[], { bytes, to }: DecidedBatch): void {
    for (const write of writes) this.#waiting.set(nameOf(write.kind, write.key), write);
    this.#bytes += bytes;
    this.#to = to;
    this.#plan();
  }

  /** Whether the record is there, as it was decided last. */
  has(kind: string, key: string): boolean {
    const write = this.#waiting.get(nameOf(kind, key));
    return write === undefined ? this.#options.counts.get(kind, key) > 0 : write.json !== undefined;
  }

  /** Resolves when everything decided by now lies in its place, or never will. */
  async settled(): Promise<void> {
    while (!this.#isOver && (this.#underWay !== undefined || this.#waiting.size > 0)) {
      await this.#begin();
    }
  }

  /** Leaves what waits to the next leader. */
  close(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  #plan(): void {
    if (this.#isOver || this.#underWay !== undefined) return;
    if (this.#bytes >= limits.journalBytesMax) {
      void this.#begin();
      return;
    }
    const { clock } = this.#options.writer.place.store;
    this.#timer ??= clock.after(limits.delayMs, () => void this.#begin());
  }

  #begin(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#underWay ??= this.#run().finally(() => {
      this.#underWay = undefined;
      if (this.#waiting.size > 0) this.#plan();
    });
    return this.#underWay;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    if (this.#isOver) return;
    try {
      await this.#carry();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (!this.#isOver) this.#options.broken(error);
      this.close();
    }
  }

  async #carry(): Promise<void> {
    const { writer, journal, counts } = this.#options;
    const { store, path } = writer.place;
    const transactions = limitsOf(store);
    // Not the head's, which may be a batch ahead of what waits.
    const to = this.#to;
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#bytes = 0;
    for (const { writes, recordsMore } of planTransactions(path, waiting, counts, transactions)) {
      await this.#commit(writes, (head) => ({ records: head.records + recordsMore }));
    }
    const removals = journal.removals(to);
    for (let at = 0; at < removals.length; at += transactions.writes) {
      // The first says that none of them is asked for; what a crash leaves of the others is swept.
      await this.#commit(removals.slice(at, at + transactions.writes), (head) => ({
        journal: { from: to, to: head.journal.to },
      }));
    }
  }

  /** What is decided must be done. */
  async #commit(...given: Parameters<FencedWriter["commit"]>): Promise<void> {
    const { writer } = this.#options;
    await insist(writer.place, async () => {
      if (this.#isOver) throw new CodedError("CLOSED", "the rest is left to the next leader");
      await writer.commit(...given);
      return true;
    });
  }
}

function nameOf(kind: string, key: string): string {
  return `${kind}\0${key}`;
}
