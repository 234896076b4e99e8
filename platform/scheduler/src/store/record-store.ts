/**
 * What the scheduler must not forget, kept in the store that its instances share.
 *
 * A batch is written into a journal, whole or not at all (`journal.ts`); that is when it is durable. A
 * while later its records are brought to their places, each a node of its own (`carry-over.ts`). Nobody
 * but the leader can write (`fenced-writer.ts`). It knows nothing of what the records mean, and answers
 * no questions: all of them are read once, and then live in the scheduler's memory.
 */

import { CodedError, invariant } from "@tavola/base";
import type { Coordination, StorePath } from "@tavola/coordination";
import { CarryOver } from "./carry-over.ts";
import { encodeWrites, type RecordWrite } from "./encoded-write.ts";
import { FencedWriter, insist, isAway } from "./fenced-writer.ts";
import { Journal } from "./journal.ts";
import { readRecords } from "./record-reader.ts";
import { limitsOf, type NodeCounts } from "./transaction-plan.ts";

export type { RecordWrite } from "./encoded-write.ts";

export interface RecordStore {
  /**
   * Everything there is, by kind and key. To be called once, before the first write. Rejects with
   * CORRUPT or NEWER_FORMAT, naming the node and the way out, FENCED, and what the store says.
   */
  load(): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>>;
  /**
   * All of them or none, however many; of several to one record the last counts. Resolves when they
   * are durable. One call at a time. Rejects with a CodedError: UNAVAILABLE (transient: nothing was written, and
   * nothing of it will be), TOO_LARGE (names the record; nothing was written), FENCED (somebody else
   * leads), OUTCOME_UNKNOWN (the session is over), CORRUPT (somebody else writes here). After any but
   * the first two every call rejects: the scheduler must end, and read anew.
   */
  write(writes: readonly RecordWrite[]): Promise<void>;
  /** Resolves when every record lies in its place, or nothing can be done about it any more; never rejects. */
  settled(): Promise<void>;
  /** Nothing is done any more in the background; the next leader takes it up. Idempotent. */
  close(): void;
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
  readonly #journal: Journal;
  #carryOver: CarryOver | undefined;
  #isWriting = false;
  #broken: CodedError | undefined;

  constructor(writer: FencedWriter) {
    this.#writer = writer;
    this.#journal = new Journal(writer);
  }

  async load(): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
    invariant(this.#carryOver === undefined, "records are loaded once");
    return await insist(this.#writer.place, () => this.#load());
  }

  async #load(): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
    try {
      await this.#sweep();
      const decided = await this.#journal.read();
      const names = new Set(decided.map(({ kind, key }) => `${kind}\0${key}`));
      const { place, head } = this.#writer;
      const { records, counts } = await readRecords(place, head.records, (kind, key) =>
        names.has(`${kind}\0${key}`),
      );
      for (const write of decided) put(records, write);
      this.#takeUp(decided, counts);
      return records;
    } catch (error) {
      // What looks like damage may be another leader at work.
      if (error instanceof CodedError && error.code === "CORRUPT") await this.#writer.assertLeads();
      throw error;
    }
  }

  async write(writes: readonly RecordWrite[]): Promise<void> {
    const carryOver = this.#carryOver;
    invariant(carryOver !== undefined, "records are loaded before any is written");
    invariant(!this.#isWriting, "records are written by one call after the other");
    this.#isWriting = true;
    try {
      if (this.#broken !== undefined) throw this.#broken;
      const encoded = encodeWrites(writes).filter(
        ({ kind, key, json }) => json !== undefined || carryOver.has(kind, key),
      );
      if (encoded.length === 0) return;
      carryOver.decided(encoded, await this.#journal.append(encoded));
    } catch (error) {
      if (!isRepeatable(error)) this.#broken ??= asBroken(error);
      throw error;
    } finally {
      this.#isWriting = false;
    }
  }

  async settled(): Promise<void> {
    await this.#carryOver?.settled();
  }

  close(): void {
    this.#carryOver?.close();
  }

  /** What a former leader's death left beside the journal. */
  async #sweep(): Promise<void> {
    const { writes: atOnce } = limitsOf(this.#writer.place.store);
    const leftovers = await this.#journal.leftovers();
    for (let at = 0; at < leftovers.length; at += atOnce) {
      await this.#writer.commit(leftovers.slice(at, at + atOnce));
    }
  }

  #takeUp(decided: readonly RecordWrite[], counts: NodeCounts): void {
    const writer = this.#writer;
    this.#carryOver = new CarryOver({
      writer,
      journal: this.#journal,
      counts,
      broken: (error) => {
        this.#broken ??= error;
      },
    });
    const { to } = writer.head.journal;
    if (decided.length > 0) this.#carryOver.decided(encodeWrites(decided), { bytes: 0, to });
  }
}

function put(records: Map<string, Map<string, unknown>>, { kind, key, value }: RecordWrite): void {
  const ofKind = records.get(kind) ?? new Map<string, unknown>();
  if (value === undefined) ofKind.delete(key);
  else ofKind.set(key, value);
  if (ofKind.size === 0) records.delete(kind);
  else records.set(kind, ofKind);
}

/** Nothing was done, and the same or another write may follow. */
function isRepeatable(error: unknown): boolean {
  return isAway(error) || (error instanceof CodedError && error.code === "TOO_LARGE");
}

function asBroken(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  throw error;
}
