/**
 * Takes what has ended out of the scheduler's outbox and into the history.
 *
 * It holds nothing that is not in the outbox as well: a record is confirmed once the database has it
 * for good, and what was not confirmed is given to the next writer, after a crash or another election.
 * So the database may be away for days; only the outbox grows. It also purges, once a day.
 *
 * One record that the database refuses is set aside, told of, and tried again with the next purge; it
 * holds nobody else up, and is never dropped.
 */

import { CodedError, dayMs, hourMs, minuteMs, type Random } from "@tavola/base";
import type { Clock, Logger, Metrics, Timer } from "@tavola/host";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import type { RequestHistory } from "../core/model/request.ts";
import type { TaskHistory } from "../core/model/task.ts";
import type { HistoryBatch, HistoryStore } from "./history-store.ts";
import type { Retention } from "./retention.ts";

/** A record of the outbox; `key` is what it is filed under there. */
export type OutboxRecord =
  | { readonly kind: "outboxTask"; readonly key: string; readonly value: TaskHistory }
  | { readonly kind: "outboxRequest"; readonly key: string; readonly value: RequestHistory }
  | { readonly kind: "outboxDeploy"; readonly key: string; readonly value: DeployHistory };

export interface HistoryWriterOptions {
  readonly history: HistoryStore;
  /** What is durable in the history: its outbox may forget it. Called once for each batch. */
  readonly confirm: (records: readonly OutboxRecord[]) => void;
  readonly retention: Retention;
  readonly clock: Clock;
  /** For the back-off. */
  readonly random: Random;
  readonly logger: Logger;
  /** Gets `scheduler/history/…`. */
  readonly metrics?: Metrics;
}

const limits = {
  batchRecords: 500,
  /** Of them; a deploy may have megabytes of artifacts in it. */
  batchDeploys: 64,
  /** What comes within so long is written together: each write waits for the disk. */
  gatherMs: 100,
  retryMs: { first: 1000, most: minuteMs },
  purgeFirstMs: 10 * minuteMs,
  purgeEveryMs: dayMs,
  purgeAgainMs: hourMs,
} as const;

export class HistoryWriter {
  readonly #options: HistoryWriterOptions;
  /** In the order in which they came. PERF: a record is taken out by moving `#from`. */
  #queue: OutboxRecord[] = [];
  #from = 0;
  /** Values, which are immutable: one that was put anew is another. */
  readonly #known = new Set<OutboxRecord["value"]>();
  #refused: OutboxRecord[] = [];
  /** Less than usual while one that is refused is being looked for. */
  #batchMax: number = limits.batchRecords;
  #trouble: CodedError | undefined;
  #working: Promise<void> | undefined;
  #purging: Promise<void> | undefined;
  #purgeTimer: Timer;
  #retry: { readonly timer: Timer; readonly now: () => void } | undefined;
  #isClosed = false;

  constructor(options: HistoryWriterOptions) {
    this.#options = options;
    options.metrics?.gauge("scheduler/history/waiting", () => this.waiting);
    options.metrics?.gauge("scheduler/history/refused", () => this.#refused.length);
    this.#purgeTimer = options.clock.after(limits.purgeFirstMs, () => this.#purgeNow());
  }

  /** Records that are not in the history yet, those set aside included. */
  get waiting(): number {
    return this.#queue.length - this.#from + this.#refused.length;
  }

  /** Why nothing gets through now; undefined while it does. */
  get trouble(): CodedError | undefined {
    return this.#trouble;
  }

  /** Returns at once. One that is waiting already is not taken again. PERF: 0.1 µs a known one. */
  add(records: readonly OutboxRecord[]): void {
    for (const record of records) {
      if (this.#known.has(record.value)) continue;
      this.#known.add(record.value);
      this.#queue.push(record);
    }
    this.#work();
  }

  /** Ends after the write under way. What was not confirmed stays in the outbox. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#purgeTimer.cancel();
    this.#wake();
    await Promise.all([this.#working, this.#purging]);
  }

  #work(): void {
    const isIdle = this.#from === this.#queue.length;
    if (this.#working !== undefined || this.#isClosed || isIdle) return;
    this.#working = this.#gatherAndWrite().finally(() => {
      this.#working = undefined;
      // What came after the last look.
      this.#work();
    });
  }

  async #gatherAndWrite(): Promise<void> {
    if (this.waiting < limits.batchRecords) await this.#wait(limits.gatherMs);
    await this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    const { first, most } = limits.retryMs;
    let retryMs: number = first;
    while (!this.#isClosed) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      const error = await this.#write(batch);
      if (error === undefined) {
        retryMs = first;
      } else if (error.code === "RECORD_REFUSED") {
        this.#narrow(batch, error);
      } else {
        this.#tell(error);
        await this.#pause(retryMs);
        retryMs = Math.min(2 * retryMs, most);
      }
    }
  }

  /** The first of the queue; they stay in it until they are written. */
  #nextBatch(): readonly OutboxRecord[] {
    const batch: OutboxRecord[] = [];
    let deploys = 0;
    for (let at = this.#from; at < this.#queue.length && batch.length < this.#batchMax; at += 1) {
      const record = this.#queue[at] as OutboxRecord;
      if (record.kind === "outboxDeploy") deploys += 1;
      if (deploys > limits.batchDeploys) break;
      batch.push(record);
    }
    return batch;
  }

  async #write(batch: readonly OutboxRecord[]): Promise<CodedError | undefined> {
    const { history, confirm, logger } = this.#options;
    try {
      await history.append(batchOf(batch));
    } catch (error) {
      if (error instanceof CodedError) return error;
      throw error;
    }
    if (this.#trouble !== undefined) {
      logger.info({ history: history.description, waiting: this.waiting }, "history is back");
      this.#trouble = undefined;
    }
    this.#batchMax = Math.min(2 * this.#batchMax, limits.batchRecords);
    this.#taken(batch.length);
    for (const { value } of batch) this.#known.delete(value);
    this.#options.metrics?.counter("scheduler/history/written").increment(batch.length);
    confirm(batch);
    return undefined;
  }

  /** One of the batch is refused: half of it next time, until it is the only one. */
  #narrow(batch: readonly OutboxRecord[], error: CodedError): void {
    if (batch.length > 1) {
      this.#batchMax = Math.ceil(batch.length / 2);
      return;
    }
    const { logger, history } = this.#options;
    const [record] = batch as [OutboxRecord];
    logger.error(
      { history: history.description, kind: record.kind, key: record.key, error },
      "the history refuses a record; it stays in the outbox and is tried again with the next purge",
    );
    this.#taken(1);
    this.#refused.push(record);
    this.#batchMax = limits.batchRecords;
  }

  #taken(records: number): void {
    this.#from += records;
    if (this.#from * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#from);
    this.#from = 0;
  }

  #tell(error: CodedError): void {
    const { logger, history, metrics } = this.#options;
    metrics?.counter("scheduler/history/failures").increment();
    const isNew = this.#trouble?.code !== error.code;
    this.#trouble = error;
    if (!isNew) return;
    logger.warn(
      { history: history.description, waiting: this.waiting, error },
      "history cannot be written; what has ended waits in the outbox",
    );
  }

  /** Up to half as long again, so that several schedulers do not knock at once. */
  #pause(ms: number): Promise<void> {
    return this.#wait(ms * (1 + this.#options.random.next() / 2));
  }

  /** Until then, or until it is to end. */
  #wait(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#retry = { timer: this.#options.clock.after(ms, resolve), now: resolve };
    return promise;
  }

  #wake(): void {
    this.#retry?.timer.cancel();
    this.#retry?.now();
  }

  #purgeNow(): void {
    if (this.#isClosed) return;
    this.#queue.push(...this.#refused.splice(0));
    this.#work();
    this.#purging = this.#purge().then((isDone) => {
      this.#purging = undefined;
      if (this.#isClosed) return;
      const nextMs = isDone ? limits.purgeEveryMs : limits.purgeAgainMs;
      this.#purgeTimer = this.#options.clock.after(nextMs, () => this.#purgeNow());
    });
  }

  async #purge(): Promise<boolean> {
    const { history, retention, clock, logger } = this.#options;
    try {
      const purged = await history.purge(retention, clock.now());
      logger.info({ history: history.description, ...purged }, "purged history");
      return true;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      logger.warn(
        { history: history.description, error },
        "history was not purged; in an hour again",
      );
      return false;
    }
  }
}

function batchOf(records: readonly OutboxRecord[]): HistoryBatch {
  const tasks: TaskHistory[] = [];
  const requests: RequestHistory[] = [];
  const deploys: DeployHistory[] = [];
  for (const record of records) {
    if (record.kind === "outboxTask") tasks.push(record.value);
    else if (record.kind === "outboxRequest") requests.push(record.value);
    else deploys.push(record.value);
  }
  return { tasks, requests, deploys };
}
