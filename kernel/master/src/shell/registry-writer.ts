/**
 * The only writer of a registry, for as long as nobody takes over.
 *
 * Every transaction also sets the head at the version that this writer put there last. So a master
 * that took over (by moving the head) makes all writes of the former one fail, whenever they arrive;
 * and whoever does not know whether a write was done reads the head and knows.
 *
 * Callers write one after the other: this is no queue.
 */

import { CodedError, invariant } from "@tavola/base";
import type { StoreWrite, TransactionOutcome } from "@tavola/coordination";
import { encodeHead, headPath, type RegistryHead } from "./registry-layout.ts";
import { corrupt, type RegistryPlace, readHead, type VersionedHead } from "./registry-reader.ts";
import { type Patience, untilDone } from "./store-patience.ts";

export type Refusal = Extract<TransactionOutcome, { readonly done: false }>;

export class RegistryWriter {
  readonly place: RegistryPlace;
  readonly #patience: Patience;
  #head: RegistryHead;
  #version: number;
  #isWriting = false;

  private constructor(place: RegistryPlace, patience: Patience, found: VersionedHead) {
    this.place = place;
    this.#patience = patience;
    this.#head = found.head;
    this.#version = found.version;
  }

  /**
   * Moves the head into a new epoch, after which no earlier writer can write. Makes an empty registry
   * where there truly is none and `mayCreate`. Rejects with REGISTRY_MISSING, REGISTRY_CORRUPT,
   * REGISTRY_NEWER, STORE_TIMED_OUT, and what the store says.
   */
  static async takeOver(options: {
    readonly place: RegistryPlace;
    readonly writer: string;
    readonly mayCreate: boolean;
    /** For this; later writes have `patience`. */
    readonly fetchPatience: Patience;
    readonly patience: Patience;
  }): Promise<{ readonly writer: RegistryWriter; readonly isNew: boolean }> {
    const { place } = options;
    return await untilDone(options.fetchPatience, async () => {
      const found = await readHead(place);
      if (found === undefined && !options.mayCreate) throw missing(place);
      const head = nextEpoch(found?.head, options.writer);
      const value = encodeHead(head);
      const path = headPath(place.root);
      const write: StoreWrite =
        found === undefined
          ? { kind: "create", path, value }
          : { kind: "set", path, value, version: found.version };
      const outcome = await place.store.transact([write]);
      // Somebody else was faster, or what we read was old.
      if (!outcome.done) return undefined;
      const version = found === undefined ? 0 : found.version + 1;
      const writer = new RegistryWriter(place, options.patience, { head, version });
      return { writer, isNew: found === undefined };
    });
  }

  get head(): RegistryHead {
    return this.#head;
  }

  /**
   * All of `writes` together with `change` to the head, or none. Resolves with undefined when it is
   * done, or with why one of `writes` could not be. Rejects with REGISTRY_TAKEN_OVER, STORE_TIMED_OUT,
   * REGISTRY_CORRUPT, and what the store says.
   */
  async commit(
    writes: readonly StoreWrite[],
    change: Partial<Pick<RegistryHead, "log" | "snapshot">> = {},
  ): Promise<Refusal | undefined> {
    invariant(!this.#isWriting, "a registry's writer writes one thing after the other");
    this.#isWriting = true;
    try {
      const head = { ...this.#head, ...change, writes: this.#head.writes + 1 };
      const refusal = await untilDone(this.#patience, () => this.#attempt(writes, head));
      return refusal === "done" ? undefined : refusal;
    } finally {
      this.#isWriting = false;
    }
  }

  /** undefined: to be tried again. */
  async #attempt(
    writes: readonly StoreWrite[],
    head: RegistryHead,
  ): Promise<"done" | Refusal | undefined> {
    const path = headPath(this.place.root);
    const set = { kind: "set", path, value: encodeHead(head), version: this.#version } as const;
    let outcome: TransactionOutcome | undefined;
    try {
      outcome = await this.place.store.transact([...writes, set]);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== "OUTCOME_UNKNOWN") throw error;
    }
    if (outcome?.done === true) {
      this.#written(head, this.#version + 1);
      return "done";
    }
    const found = await readHead(this.place);
    if (found === undefined) throw corrupt(this.place, path, "has vanished");
    if (found.head.epoch !== head.epoch || found.head.writer !== head.writer) {
      throw takenOver(found.head);
    }
    if (found.head.writes === head.writes) {
      this.#written(head, found.version);
      return "done";
    }
    // Ours, and as it was. Only a plain refusal of another write than the head's says that for good:
    // an unknown outcome may still come true, and then the next attempt finds it so.
    const isFinal = outcome !== undefined && outcome.failed < writes.length;
    return isFinal && found.version === this.#version ? outcome : undefined;
  }

  #written(head: RegistryHead, version: number): void {
    this.#head = head;
    this.#version = version;
  }
}

function nextEpoch(found: RegistryHead | undefined, writer: string): RegistryHead {
  if (found === undefined) {
    const log = { first: 1, last: 0, bytes: 0 };
    return { epoch: 1, writer, writes: 1, log, snapshot: undefined };
  }
  return { ...found, epoch: found.epoch + 1, writes: found.writes + 1, writer };
}

function takenOver({ writer, epoch }: RegistryHead): CodedError {
  return new CodedError(
    "REGISTRY_TAKEN_OVER",
    `another master has taken the registry over: ${writer}`,
    { writer, epoch },
  );
}

function missing({ store, root }: RegistryPlace): CodedError {
  return new CodedError(
    "REGISTRY_MISSING",
    `there is no registry in ${store.description} (${root}), and --no-log_auto_initialize forbids to ` +
      "make an empty one; make one with `tavola registry init`, or restore a backup with `tavola registry import`",
    { path: root },
  );
}
