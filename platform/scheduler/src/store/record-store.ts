/**
 * What the scheduler must not forget, kept in the store that its instances share.
 *
 * A record is a node, so that a write costs what it changes. A batch is all or nothing, also where it
 * takes several transactions (`batch-log.ts`), and nobody but the leader can write (`fenced-writer.ts`).
 * It knows nothing of what the records mean, and answers no questions: all of them are read once, and
 * then live in the scheduler's memory.
 */

import { CodedError, invariant } from "@tavola/base";
import type { Coordination, StorePath } from "@tavola/coordination";
import { BatchLog } from "./batch-log.ts";
import { type EncodedWrite, encodeWrites, type RecordWrite } from "./encoded-write.ts";
import { FencedWriter, insist, isAway } from "./fenced-writer.ts";
import { recordPath } from "./record-layout.ts";
import { countNodes, readRecords } from "./record-reader.ts";
import {
  limitsOf,
  type NodeCounts,
  type PlannedTransaction,
  planTransactions,
  type TransactionLimits,
} from "./transaction-plan.ts";

export type { RecordWrite } from "./encoded-write.ts";

export interface RecordStore {
  /**
   * Everything there is, by kind and key. To be called once, before the first write: it also finishes
   * what a former leader had decided. Rejects with CORRUPT or NEWER_FORMAT, naming the node and the
   * way out, FENCED, and what the store says.
   */
  load(): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>>;
  /**
   * All of them or none; of several to one record the last counts. Resolves when they are durable. One
   * call at a time. Rejects with a CodedError: UNAVAILABLE (transient: nothing was written, and
   * nothing of it will be), TOO_LARGE (names the record; nothing was written), FENCED (somebody else
   * leads), OUTCOME_UNKNOWN (the session is over), CORRUPT (somebody else writes here). After any but
   * the first two every call rejects: the scheduler must end, and read anew.
   */
  write(writes: readonly RecordWrite[]): Promise<void>;
  /** Resolves when nothing is left to be done for earlier writes. For an orderly end; never rejects. */
  settled(): Promise<void>;
}

export interface RecordStoreOptions {
  /** Who this is, for the message of a former leader: its URL. "a scheduler" where absent. */
  readonly writer?: string;
}

/**
 * Takes the records at `path` over: from now on every former leader's writes fail. Makes an empty
 * place where nothing is. To be called by who was elected. Rejects with CORRUPT, NEWER_FORMAT, and
 * what the store says.
 */
export async function openRecordStore(
  store: Coordination,
  path: StorePath,
  options: RecordStoreOptions = {},
): Promise<RecordStore> {
  const { writer = "a scheduler" } = options;
  return new NodeRecordStore(await FencedWriter.takeOver({ store, path }, writer));
}

class NodeRecordStore implements RecordStore {
  readonly #writer: FencedWriter;
  readonly #batches: BatchLog;
  readonly #limits: TransactionLimits;
  #counts: NodeCounts | undefined;
  #isWriting = false;
  /** Puts an earlier batch in its place; never rejects. */
  #applying: Promise<void> = Promise.resolve();
  #broken: CodedError | undefined;

  constructor(writer: FencedWriter) {
    this.#writer = writer;
    this.#batches = new BatchLog(writer);
    this.#limits = limitsOf(writer.place.store);
  }

  async load(): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
    invariant(this.#counts === undefined, "records are loaded once");
    return await insist(this.#writer.place, () => this.#load());
  }

  async #load(): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
    try {
      await this.#finishDecided();
      await this.#batches.sweep();
      const { place, head } = this.#writer;
      const { records, counts } = await readRecords(place, head.records);
      this.#counts = counts;
      return records;
    } catch (error) {
      // What looks like damage may be another leader at work.
      if (error instanceof CodedError && error.code === "CORRUPT") await this.#writer.assertLeads();
      throw error;
    }
  }

  async write(writes: readonly RecordWrite[]): Promise<void> {
    const counts = this.#counts;
    invariant(counts !== undefined, "records are loaded before any is written");
    invariant(!this.#isWriting, "records are written by one call after the other");
    this.#isWriting = true;
    try {
      await this.#applying;
      if (this.#broken !== undefined) throw this.#broken;
      await this.#write(encodeWrites(writes), counts);
    } catch (error) {
      if (!isRepeatable(error)) this.#broken ??= asBroken(error);
      throw error;
    } finally {
      this.#isWriting = false;
    }
  }

  async settled(): Promise<void> {
    await this.#applying;
  }

  async #write(writes: readonly EncodedWrite[], counts: NodeCounts): Promise<void> {
    const { path } = this.#writer.place;
    const planned = planTransactions(path, writes, counts, this.#limits);
    const [first] = planned;
    if (first === undefined) return;
    if (planned.length === 1) {
      await this.#writer.commit(first.writes, this.#counted(first));
      counts.applied(writes);
      return;
    }
    await this.#batches.decide(writes);
    counts.applied(writes);
    // Decided is durable: its caller need not wait, the next write does.
    this.#applying = this.#apply(planned).catch((error: unknown) => {
      this.#broken ??= asBroken(error);
    });
  }

  async #finishDecided(): Promise<void> {
    const { place } = this.#writer;
    const writes = await this.#batches.read();
    if (writes === undefined) return;
    const nodes = writes.map(({ kind, key }) => ({
      kind,
      key,
      path: recordPath(place.path, kind, key),
    }));
    const counts = await countNodes(place, nodes);
    await this.#apply(planTransactions(place.path, writes, counts, this.#limits));
  }

  /** The records of a decided batch; the last transaction also says that it lies in its place. */
  async #apply(planned: readonly PlannedTransaction[]): Promise<void> {
    for (const [index, each] of planned.entries()) {
      const isLast = index === planned.length - 1;
      const change = isLast ? ({ batch: "none" } as const) : {};
      await this.#insist(() =>
        this.#writer.commit(each.writes, { ...this.#counted(each), ...change }),
      );
    }
    if (planned.length === 0) await this.#insist(() => this.#writer.commit([], { batch: "none" }));
    await this.#insist(() => this.#batches.sweep());
  }

  /** What is decided must be done. */
  async #insist(run: () => Promise<void>): Promise<void> {
    await insist(this.#writer.place, async () => {
      await run();
      return true;
    });
  }

  #counted({ recordsMore }: PlannedTransaction): { readonly records: number } {
    return { records: this.#writer.head.records + recordsMore };
  }
}

/** Nothing was done, and the same or another write may follow. */
function isRepeatable(error: unknown): boolean {
  return isAway(error) || (error instanceof CodedError && error.code === "TOO_LARGE");
}

function asBroken(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  throw error;
}
