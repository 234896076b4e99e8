/**
 * The one thread of the scheduler's decisions: turns are taken one at a time, made durable in groups,
 * and only then acted upon.
 *
 *     decide ──► turn ──► batch ──► store.write ──► effects, callers
 *                          ▲            │
 *                          └── turns taken while a write is under way
 *
 * The state in memory is ahead of the store by what is being written; effects and answers never are.
 * When the store refuses for good (somebody else leads), everything that waits is rejected, and
 * nothing is decided any more: the daemon ends or stands for election anew.
 */

import { CodedError, describeError, type Instant, type Random } from "@tavola/base";
import type { Clock, Logger, Metrics, Timer } from "@tavola/host";
import { lookAtEverything, nextWakeAt, timePassed } from "../core/cluster-rules.ts";
import type { Effect } from "../core/effects.ts";
import { finishTurn } from "../core/finish-turn.ts";
import type { SchedulerConfig } from "../core/scheduler-config.ts";
import type { SchedulerState } from "../core/state.ts";
import { type RecordChange, Turn } from "../core/turn.ts";
import type { RecordStore } from "../store/record-store.ts";

const limits = {
  /** A store that is away is asked again after so long, doubling. */
  retryMsMin: 50,
  retryMsMax: 5_000,
  /** What is beyond it is written next: everything that waits is not to be encoded at once. */
  changesPerWrite: 300,
  /** Timers are set at most this far ahead; the agenda is looked at again then. */
  wakeMsMax: 60 * 60 * 1000,
} as const;

export interface EngineOptions {
  readonly state: SchedulerState;
  readonly config: SchedulerConfig;
  readonly store: Pick<RecordStore, "write">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Called in order, once durable. What it throws is a bug and ends the engine; what fails later is its own business. */
  readonly perform: (effect: Effect) => void;
  /** What is durable from now on; before the effects that go with it. */
  readonly durable?: (changes: Iterable<RecordChange>) => void;
  /** Gets `scheduler/turns`, `…/turns_waiting` and `…/store_write`. */
  readonly metrics?: Metrics;
  /** Called once: nothing can be decided any more, and why. */
  readonly ended: (error: CodedError) => void;
}

interface Batch {
  /** By kind and key; of several changes to one record the last. */
  readonly changes: Map<string, RecordChange>;
  readonly effects: Effect[];
  readonly waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[];
}

export class Engine {
  readonly #options: EngineOptions;
  /** What is to be written; the last is still being filled. */
  readonly #batches: Batch[] = [];
  #isWriting = false;
  #isPlanned = false;
  #ended: CodedError | undefined;
  #trouble: string | undefined;
  /** Ends the pause before the store is asked again. */
  #stopWaiting: (() => void) | undefined;
  #timer: Timer | undefined;
  #timerAt: number | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    options.metrics?.gauge("scheduler/turns_waiting", () =>
      this.#batches.reduce((sum, { waiting }) => sum + waiting.length, 0),
    );
  }

  get state(): SchedulerState {
    return this.#options.state;
  }

  get config(): SchedulerConfig {
    return this.#options.config;
  }

  get now(): Instant {
    return this.#options.clock.now();
  }

  /** Why the store does not take what was decided, as long as it does not. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Looks at everything once, after the state was loaded. */
  start(): Promise<void> {
    return this.decide(lookAtEverything);
  }

  /**
   * Takes a turn now, and resolves with what it returned once all of it, and what it saw, is durable.
   * Rejects with the error that ended the engine. What throws inside a turn is a bug, and ends the engine.
   */
  async decide<T>(what: (turn: Turn) => T): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended;
    const turn = new Turn(this.#options, this.#options.clock.now());
    let result: T;
    try {
      result = what(turn);
      finishTurn(turn);
    } catch (error) {
      throw this.#broken("a turn of the scheduler failed", error);
    }
    this.#options.metrics?.counter("scheduler/turns").increment();
    this.#planWake();
    const isIdle = !this.#isWriting && this.#batches.length === 0;
    if (isIdle && turn.changes.length === 0 && turn.effects.length === 0) return result;
    // One that changes nothing may rest on what is not durable yet: a repeated update must not be
    // acknowledged before the first copy is.
    await this.#join(turn);
    return result;
  }

  /** Nothing is decided any more; what waits is rejected. */
  close(): void {
    this.#end(new CodedError("CLOSED", "the scheduler is shutting down"));
  }

  #join(turn: Turn): Promise<void> {
    const batch = this.#batchToFill();
    for (const change of turn.changes) {
      const key = `${change.kind}\0${change.key}`;
      batch.changes.delete(key);
      batch.changes.set(key, change);
    }
    // One by one: a turn may have more of them than a call takes arguments.
    for (const effect of turn.effects) batch.effects.push(effect);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    batch.waiting.push({ resolve, reject });
    this.#planWrite();
    return promise;
  }

  /** A turn is never divided; one write takes as many as stand still the process for a moment only. */
  #batchToFill(): Batch {
    const last = this.#batches.at(-1);
    if (last !== undefined && last.changes.size < limits.changesPerWrite) return last;
    const next: Batch = { changes: new Map(), effects: [], waiting: [] };
    this.#batches.push(next);
    return next;
  }

  /** Turns of the same tick share a write. */
  #planWrite(): void {
    if (this.#isWriting || this.#isPlanned || this.#ended !== undefined) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      void this.#writeBatches();
    });
  }

  async #writeBatches(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#ended === undefined) {
      const batch = this.#batches.shift();
      if (batch === undefined) break;
      const error = await this.#write(batch);
      if (error !== undefined) {
        for (const { reject } of batch.waiting) reject(error);
        this.#end(error);
        break;
      }
      for (const { resolve } of batch.waiting) resolve();
      this.#actOn(batch);
    }
    this.#isWriting = false;
  }

  #actOn({ changes, effects }: Batch): void {
    try {
      this.#options.durable?.(changes.values());
      for (const effect of effects) this.#options.perform(effect);
    } catch (error) {
      this.#broken("what was decided could not be begun", error);
    }
  }

  /** Returns the error after which nothing can be written any more. */
  async #write({ changes }: Batch): Promise<CodedError | undefined> {
    if (changes.size === 0) return undefined;
    const { clock, metrics } = this.#options;
    const startedAt = clock.now();
    const writes = [...changes.values()].map(({ kind, key, value }) => ({ kind, key, value }));
    for (
      let waitMs: number = limits.retryMsMin;
      ;
      waitMs = Math.min(2 * waitMs, limits.retryMsMax)
    ) {
      try {
        await this.#options.store.write(writes);
        this.#trouble = undefined;
        metrics?.timer("scheduler/store_write").record(clock.now() - startedAt);
        return undefined;
      } catch (error) {
        const coded = asCoded(error);
        if (this.#ended !== undefined) return this.#ended;
        if (!coded.transient) return coded;
        this.#trouble = describeError(coded);
        this.#options.logger.warn(
          { retryMs: waitMs, error: describeError(error) },
          "the store does not take what was decided; nothing is done until it does",
        );
        await this.#pause(waitMs);
        if (this.#ended !== undefined) return this.#ended;
      }
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(ms, resolve);
    this.#stopWaiting = () => {
      timer.cancel();
      resolve();
    };
    return promise;
  }

  #planWake(): void {
    const { state, clock } = this.#options;
    const at = nextWakeAt(state);
    if (!Number.isFinite(at) || this.#ended !== undefined) return;
    if (this.#timerAt !== undefined && this.#timerAt <= at) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    const inMs = Math.min(Math.max(0, at - clock.now()), limits.wakeMsMax);
    this.#timer = clock.after(inMs, () => this.#wake());
  }

  #wake(): void {
    this.#timerAt = undefined;
    // What went wrong in a turn of time passing has ended the engine already.
    this.decide(timePassed).catch(() => undefined);
  }

  /** A bug of ours: nothing that is known can be relied on. */
  #broken(message: string, cause: unknown): CodedError {
    const broken = new CodedError("SCHEDULER_BROKEN", message, {}, { cause });
    this.#end(broken);
    return broken;
  }

  #end(error: CodedError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#timer?.cancel();
    this.#stopWaiting?.();
    for (const { waiting } of this.#batches.splice(0)) {
      for (const { reject } of waiting) reject(error);
    }
    this.#options.ended(error);
  }
}

function asCoded(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError("STORE_FAILED", "the store failed", {}, { cause: error });
}
