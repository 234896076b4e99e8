/**
 * The only writer of the records, for as long as nobody takes over.
 *
 * A transaction is its writes and the head, or nothing. Where the connection broke in between, the
 * head tells whether it was done; as long as nobody can be asked, it is asked again, because the
 * caller could do nothing better with "perhaps".
 */

import { CodedError } from "@tavola/base";
import type { StoreWrite, TransactionOutcome } from "@tavola/coordination";
import { newUuid } from "@tavola/host";
import { fenced, foreign, type RecordPlace, unreadable } from "./record-errors.ts";
import { decodeHead, encodeHead, type RecordHead } from "./record-head.ts";
import { headPath } from "./record-layout.ts";

const backoff = { firstMs: 20, maxMs: 1000 } as const;

interface VersionedHead {
  readonly head: RecordHead;
  /** Of the node. */
  readonly version: number;
}

export type HeadChange = Partial<Pick<RecordHead, "records" | "journal">>;

export class FencedWriter {
  readonly place: RecordPlace;
  #head: RecordHead;
  #version: number;
  /** The commit before, whatever became of it. */
  #before: Promise<unknown> = Promise.resolve();

  private constructor(place: RecordPlace, found: VersionedHead) {
    this.place = place;
    this.#head = found.head;
    this.#version = found.version;
  }

  /**
   * Sets the head, after which no earlier writer can write; makes one where there truly is none.
   * Rejects with CORRUPT, NEWER_FORMAT, and what the store says.
   */
  static async takeOver(place: RecordPlace, writer: string): Promise<FencedWriter> {
    const nonce = newUuid();
    return await insist(place, async () => {
      const now = await readHead(place);
      // An attempt of which nobody knew whether it was done.
      if (now?.head?.nonce === nonce) return new FencedWriter(place, { ...now, head: now.head });
      const head = { ...nextEpoch(now?.head), writer, nonce };
      const outcome = await knownOutcome(place.store.transact([headWrite(place, head, now)]));
      // Otherwise somebody else was faster, or nobody knows: what is there then decides.
      if (!outcome?.done) return undefined;
      return new FencedWriter(place, { head, version: (now?.version ?? -1) + 1 });
    });
  }

  get head(): RecordHead {
    return this.#head;
  }

  /**
   * All of `writes` together with the change to the head, or none; one commit after the other, in the
   * order in which they were asked for. `change` is told the head that it is made to. Rejects with UNAVAILABLE (nothing was
   * done, and nothing of it will be), FENCED, CORRUPT when the store does not hold what this writer
   * put there, OUTCOME_UNKNOWN when the session ended before anybody could be asked, and what else
   * the store says.
   */
  commit(
    writes: readonly StoreWrite[],
    change: (head: RecordHead) => HeadChange = () => ({}),
  ): Promise<void> {
    const done = this.#before.then(() => this.#commit(writes, change));
    this.#before = done.catch(() => undefined);
    return done;
  }

  async #commit(
    writes: readonly StoreWrite[],
    change: (head: RecordHead) => HeadChange,
  ): Promise<void> {
    const head = { ...this.#head, ...change(this.#head), writes: this.#head.writes + 1 };
    let isOpen = false;
    let cause: unknown;
    for (let waitMs: number = backoff.firstMs; ; waitMs = Math.min(2 * waitMs, backoff.maxMs)) {
      try {
        const outcome = await knownOutcome(this.#transact(writes, head));
        if (outcome?.done) return this.#written(head, this.#version + 1);
        isOpen ||= outcome === undefined;
        if (await this.#isWritten(head)) return;
        // Ours, and as it was: what was refused is not as this writer left it, and stays so.
        if (outcome !== undefined) throw this.#changed(writes, outcome);
      } catch (error) {
        if (!isOpen || !isAway(error)) throw error;
        cause = error;
      }
      if (!this.place.store.session.isAlive()) throw this.#unknown(cause);
      await pause(this.place, waitMs);
    }
  }

  #transact(writes: readonly StoreWrite[], head: RecordHead): Promise<TransactionOutcome> {
    const found = { head: this.#head, version: this.#version };
    return this.place.store.transact([headWrite(this.place, head, found), ...writes]);
  }

  /** Rejects with FENCED when somebody else has taken over, as far as can be told now. */
  async assertLeads(): Promise<void> {
    await this.#ownHead();
  }

  /** Whether the head is the one that was to be written. */
  async #isWritten(head: RecordHead): Promise<boolean> {
    const found = await this.#ownHead();
    if (found.head.writes !== head.writes) return false;
    this.#written(head, found.version);
    return true;
  }

  async #ownHead(): Promise<VersionedHead> {
    const { path } = this.place;
    const found = await readHead(this.place);
    if (found?.head === undefined) {
      throw unreadable(this.place, headPath(path), { kind: "damaged", what: "has vanished" });
    }
    const { epoch, writer, nonce } = found.head;
    if (nonce !== this.#head.nonce) throw fenced(this.place, writer, epoch);
    return { head: found.head, version: found.version };
  }

  #written(head: RecordHead, version: number): void {
    this.#head = head;
    this.#version = version;
  }

  #changed(
    writes: readonly StoreWrite[],
    outcome: Extract<TransactionOutcome, { done: false }>,
  ): CodedError {
    // The head is the first write.
    const node = writes[outcome.failed - 1]?.path ?? headPath(this.place.path);
    return foreign(this.place, node, `somebody else changed it (${outcome.why})`);
  }

  #unknown(cause: unknown): CodedError {
    return new CodedError(
      "OUTCOME_UNKNOWN",
      `the session with ${this.place.store.description} ended while it was written: whoever leads next reads what was done`,
      {},
      cause === undefined ? {} : { cause },
    );
  }
}

/** undefined: nothing is there. A head that is undefined: an empty node, made beforehand by somebody. */
async function readHead(
  place: RecordPlace,
): Promise<{ readonly head: RecordHead | undefined; readonly version: number } | undefined> {
  const { store, path } = place;
  const node = headPath(path);
  const stored = await store.get(node);
  if (stored === undefined) return undefined;
  if (stored.value.length === 0 && (await store.children(node)).length === 0) {
    return { head: undefined, version: stored.version };
  }
  const { value, error } = decodeHead(stored.value);
  if (error !== undefined) throw unreadable(place, node, error);
  return { head: value, version: stored.version };
}

function headWrite(
  { path }: RecordPlace,
  head: RecordHead,
  found: { readonly version: number } | undefined,
): StoreWrite {
  const value = encodeHead(head);
  if (found === undefined) return { kind: "create", path: headPath(path), value };
  return { kind: "set", path: headPath(path), value, version: found.version };
}

function nextEpoch(found: RecordHead | undefined): Omit<RecordHead, "writer" | "nonce"> {
  if (found === undefined) return { epoch: 1, writes: 1, records: 0, journal: { from: 0, to: 0 } };
  return { ...found, epoch: found.epoch + 1, writes: found.writes + 1 };
}

/** undefined: nobody knows. */
async function knownOutcome(
  answer: Promise<TransactionOutcome>,
): Promise<TransactionOutcome | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CodedError && error.code === "OUTCOME_UNKNOWN") return undefined;
    throw error;
  }
}

/**
 * `run` until it resolves with something; undefined, and a store that does not answer, mean another
 * time, as long as the session may be alive.
 */
export async function insist<T>(place: RecordPlace, run: () => Promise<T | undefined>): Promise<T> {
  for (let waitMs: number = backoff.firstMs; ; waitMs = Math.min(2 * waitMs, backoff.maxMs)) {
    try {
      const answer = await run();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!isAway(error) || !place.store.session.isAlive()) throw error;
    }
    await pause(place, waitMs);
  }
}

/** The store does not answer just now. */
export function isAway(error: unknown): boolean {
  return error instanceof CodedError && error.code === "UNAVAILABLE";
}

export function pause({ store }: RecordPlace, ms: number): Promise<void> {
  return new Promise((resolve) => store.clock.after(ms, resolve));
}
