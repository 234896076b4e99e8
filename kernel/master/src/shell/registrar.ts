/**
 * The registry that survives: operations become durable in a store, in order, before anybody is told.
 *
 *     apply -> queue -> batch: folded, then written in one transaction -> onDurable, in order
 *
 * Group commit: what arrives while a write is in flight goes into the next batch, up to a bound. A
 * write is repeated for as long as the store may be away; what cannot be written, or a master that
 * took over, ends this one. Between batches, and never for longer than one write, the log is
 * compacted into a snapshot.
 */

import { CodedError, invariant } from "@tavola/base";
import type { Clock, Logger, Metrics } from "@tavola/host";
import type { MasterInfo } from "@tavola/protocol";
import {
  applyOperation,
  batchBytes,
  chunkBytesMax,
  createRegistryState,
  encodeBatch,
  encodeOperation,
  encodeSnapshot,
  type RegistryOperation,
  type RegistryState,
} from "@tavola/registry";
import { type Registrar, registryJson } from "./registry.ts";
import { appendBatch, compact, sweep } from "./registry-compaction.ts";
import { bringTo, type RegistryCopy } from "./registry-copy.ts";
import type { RegistryPlace } from "./registry-reader.ts";
import { RegistryWriter } from "./registry-writer.ts";
import { type Patience, untilDone } from "./store-patience.ts";

const limits = {
  /** Of one batch: half of what a store takes in one transaction. */
  batchBytesMax: chunkBytesMax,
  /** An operation is some hundred bytes, so this is what a cluster of the largest size asks for at once. */
  queuedOperationsMax: 1_000_000,
  /** Below it, a log is not worth a snapshot. */
  compactedLogBytesMin: 1024 * 1024,
  /** Reading a batch costs something however small it is. */
  logBatchesMax: 4096,
} as const;

export interface StoredRegistrarOptions {
  readonly place: RegistryPlace;
  /** Who writes, for the master that takes over after it. */
  readonly writer: string;
  /** Whether an empty registry may be made where there is none (`--log_auto_initialize`). */
  readonly mayCreate: boolean;
  /** What was read of it while standing by; undefined: nothing. Asked once the registry is fenced. */
  readonly followed?: () => Promise<RegistryCopy | undefined>;
  readonly fetchTimeoutMs: number;
  readonly storeTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For tests; see `limits`. */
  readonly limits?: Partial<typeof limits>;
}

interface Waiting {
  readonly operation: RegistryOperation;
  readonly encoded: Uint8Array;
  readonly onDurable: () => void;
}

export class StoredRegistrar implements Registrar {
  readonly failed: Promise<Error>;
  readonly #options: StoredRegistrarOptions;
  readonly #limits: { readonly [Name in keyof typeof limits]: number };
  readonly #closing = new AbortController();
  readonly #failure = Promise.withResolvers<Error>();
  /** With what is in flight folded in. */
  #state: RegistryState = createRegistryState();
  #writer: RegistryWriter | undefined;
  #queue: Waiting[] = [];
  #pumping: Promise<void> | undefined;
  /** Compaction, or removal of what an earlier writer left. */
  #background: AsyncGenerator<void, void> | undefined;
  /** Who asks while something is in flight. */
  #readers: PromiseWithResolvers<string>[] = [];
  #hasFailed = false;

  constructor(options: StoredRegistrarOptions) {
    this.#options = options;
    this.#limits = { ...limits, ...options.limits };
    this.failed = this.#failure.promise;
  }

  get queued(): number {
    return this.#queue.length;
  }

  get sizeBytes(): number {
    const { log, snapshot } = this.#writer?.head ?? {};
    return (log?.bytes ?? 0) + (snapshot?.bytes ?? 0);
  }

  async recover(leader: MasterInfo): Promise<RegistryState> {
    const { place, writer: name, mayCreate, clock, logger, metrics } = this.#options;
    const startedAt = clock.now();
    const fetchPatience = (): Patience => ({
      clock,
      timeoutMs: this.#options.fetchTimeoutMs - (clock.now() - startedAt),
      what: "read the registry",
      flag: "registry_fetch_timeout",
      signal: this.#closing.signal,
    });
    const { writer, isNew } = await RegistryWriter.takeOver({
      place,
      writer: name,
      mayCreate,
      fetchPatience: fetchPatience(),
      patience: this.#storePatience(),
    });
    if (isNew) {
      logger.warn(
        { store: place.store.description, path: place.root },
        "there is no registry here; made an empty one",
      );
    }
    // Nobody else writes it from here on: what is read now is all there is.
    let followed: RegistryCopy | undefined;
    const copy = await untilDone(fetchPatience(), async () => {
      followed ??= await this.#options.followed?.();
      return await bringTo(place, writer.head, followed);
    });
    this.#state = copy.state;
    const fetchMs = clock.now() - startedAt;
    metrics.timer("registrar/state_fetch").record(fetchMs);
    this.#writer = writer;
    logger.info(
      { epoch: writer.head.epoch, bytes: this.sizeBytes, ms: fetchMs, followed: copy === followed },
      "read the registry; no other master can write it any more",
    );
    this.#background = sweep(writer);
    const recorded = new Promise<void>((resolve) => {
      this.apply({ kind: "recordLeader", info: leader }, resolve);
    });
    const failed = await Promise.race([recorded, this.failed]);
    if (failed !== undefined) throw failed;
    return this.#state;
  }

  apply(operation: RegistryOperation, onDurable: () => void): void {
    if (this.#hasFailed || this.#closing.signal.aborted) return;
    invariant(this.#writer !== undefined, "the registry is recovered before it is written");
    if (this.#queue.length >= this.#limits.queuedOperationsMax) {
      const message = `cannot write the registry: ${this.#queue.length} operations wait for the store already`;
      this.#fail(new CodedError("REGISTRY_OVERLOADED", message));
      return;
    }
    this.#queue.push({ operation, encoded: encodeOperation(operation), onDurable });
    this.#pumping ??= this.#pump();
  }

  json(): Promise<string> {
    const reader = Promise.withResolvers<string>();
    this.#readers.push(reader);
    if (this.#pumping === undefined) this.#answerReaders();
    return reader.promise;
  }

  #answerReaders(): void {
    const readers = this.#readers;
    this.#readers = [];
    if (readers.length === 0) return;
    if (this.#hasFailed) {
      const error = new CodedError("CLOSED", "the registry cannot be written any more");
      for (const { reject } of readers) reject(error);
      return;
    }
    const json = registryJson(this.#state);
    for (const { resolve } of readers) resolve(json);
  }

  close(): void {
    this.#closing.abort();
  }

  async #pump(): Promise<void> {
    // What else this turn brings goes along with it.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0 || this.#background !== undefined) {
        if (this.#closing.signal.aborted) return;
        if (this.#queue.length > 0) await this.#writeBatch();
        this.#answerReaders();
        await this.#goOnInBackground();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pumping = undefined;
      this.#answerReaders();
    }
  }

  async #writeBatch(): Promise<void> {
    const { clock, metrics } = this.#options;
    const batch = this.#takeBatch();
    const startedAt = clock.now();
    const written = batch.filter(({ operation }) => this.#fold(operation));
    const encoded = written.map((each) => each.encoded);
    const writer = this.#writer as RegistryWriter;
    if (encoded.length > 0) {
      if (batchBytes(encoded) <= this.#limits.batchBytesMax) {
        await appendBatch(writer, encodeBatch(encoded));
      } else {
        // Larger than a batch can be: a snapshot that has it applied takes the log's place.
        for await (const _ of this.#background ?? []);
        for await (const _ of compact(writer, encodeSnapshot(this.#state)));
      }
      metrics.timer("registrar/state_store").record(clock.now() - startedAt);
    }
    for (const { onDurable } of batch) onDurable();
  }

  /** As many as fit, and at least one. */
  #takeBatch(): readonly Waiting[] {
    const batch: Waiting[] = [];
    let bytes = batchBytes([]);
    for (const waiting of this.#queue) {
      bytes += batchBytes([waiting.encoded]) - batchBytes([]);
      if (batch.length > 0 && bytes > this.#limits.batchBytesMax) break;
      batch.push(waiting);
    }
    this.#queue = this.#queue.slice(batch.length);
    return batch;
  }

  /** Whether it changes anything, and is to be written. */
  #fold(operation: RegistryOperation): boolean {
    const { value, error } = applyOperation(this.#state, operation);
    if (error === undefined) return value === "changed";
    // The core asks for what its own state allows, so the two differ: nothing can be trusted.
    throw new CodedError("REGISTRY_REFUSED", `the registry refuses ${operation.kind}: ${error}`);
  }

  async #goOnInBackground(): Promise<void> {
    this.#background ??= this.#dueCompaction();
    const step = await this.#background?.next();
    if (step?.done === true) this.#background = undefined;
  }

  #dueCompaction(): AsyncGenerator<void, void> | undefined {
    const writer = this.#writer as RegistryWriter;
    const { log, snapshot } = writer.head;
    const bytesMax = Math.max(this.#limits.compactedLogBytesMin, snapshot?.bytes ?? 0);
    const isDue = log.bytes > bytesMax || log.last - log.first >= this.#limits.logBatchesMax;
    if (!isDue) return undefined;
    this.#options.logger.debug({ logBytes: log.bytes }, "compacting the registry");
    return compact(writer, encodeSnapshot(this.#state));
  }

  #storePatience(): Patience {
    return {
      clock: this.#options.clock,
      timeoutMs: this.#options.storeTimeoutMs,
      what: "write the registry",
      flag: "registry_store_timeout",
      signal: this.#closing.signal,
    };
  }

  #fail(error: unknown): void {
    if (this.#hasFailed || this.#closing.signal.aborted) return;
    this.#hasFailed = true;
    this.#queue = [];
    if (error instanceof CodedError) this.#failure.resolve(error);
    else this.#failure.reject(error);
  }
}
