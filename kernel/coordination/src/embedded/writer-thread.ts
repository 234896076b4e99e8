/**
 * Transactions in a thread of their own, for who writes much: neither SQLite's work nor a checkpoint that
 * waits for the disk stops the event loop.
 *
 * A thread that ends by itself takes what is under way with it, and nobody knows what of that was done.
 */

import { Worker } from "node:worker_threads";
import { CodedError, invariant } from "@tavola/base";
import type { ChangingSession, StoreChange, TransactionAnswer } from "./store-transaction.ts";
import type { StoreWriter } from "./store-writer.ts";
import { type PlainAnswer, plainChanges, restoredAnswer } from "./writer-messages.ts";
import type { WriterThreadData } from "./writer-worker.ts";

export class WriterThread implements StoreWriter {
  readonly #worker: Worker;
  #underWay: PromiseWithResolvers<TransactionAnswer> | undefined;
  readonly #ended = Promise.withResolvers<void>();
  /** Why it ended, once it has. */
  #cause: unknown;

  constructor(data: WriterThreadData) {
    // Not what this process was started with: a script given to it as text, say.
    const worker = new Worker(workerFile(), { workerData: data, execArgv: [] });
    worker.on("message", (answer: PlainAnswer) => this.#answered(restoredAnswer(answer)));
    worker.on("error", (error) => {
      this.#cause = error;
    });
    worker.on("exit", () => {
      this.#cause ??= new CodedError("THREAD_ENDED", "the thread that writes has ended");
      this.#answered({ kind: "unknown", cause: this.#cause });
      this.#ended.resolve();
    });
    this.#worker = worker;
  }

  run(changes: readonly StoreChange[], session: ChangingSession): Promise<TransactionAnswer> {
    invariant(this.#underWay === undefined, "transactions are asked for one after the other");
    if (this.#cause !== undefined) return Promise.resolve({ kind: "unknown", cause: this.#cause });
    const { message, transfer } = plainChanges(changes, session);
    this.#worker.postMessage(message, transfer);
    this.#underWay = Promise.withResolvers();
    return this.#underWay.promise;
  }

  async close(): Promise<void> {
    await this.#underWay?.promise;
    this.#worker.postMessage("close");
    await this.#ended.promise;
  }

  #answered(answer: TransactionAnswer): void {
    const asked = this.#underWay;
    this.#underWay = undefined;
    asked?.resolve(answer);
  }
}

/** Beside this file, in either form: as it is written, and as it is published. */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "./writer-worker.ts" : "./writer-worker.js", import.meta.url);
}
