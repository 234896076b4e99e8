/**
 * SQLite in a thread of its own, so that a slow disk or a count over millions stops nobody else.
 *
 * Questions are answered in the order in which they were asked. A thread that dies takes what it was
 * asked with it (UNAVAILABLE); the next question starts another.
 */

import { Worker } from "node:worker_threads";
import { CodedError } from "@tavola/base";
import type { SqliteAnswer, SqliteValue } from "./sqlite-connection.ts";
import { sqliteFailure } from "./sqlite-failures.ts";
import type { SqliteQuestion, SqliteReply } from "./sqlite-worker.ts";

/** Where statements run. */
export interface SqliteRunner {
  execute(sql: string, parameters: readonly SqliteValue[]): Promise<SqliteAnswer>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: SqliteAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export class SqliteThread implements SqliteRunner {
  readonly #file: string;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  execute(sql: string, parameters: readonly SqliteValue[]): Promise<SqliteAnswer> {
    return this.#ask({ kind: "execute", sql, parameters });
  }

  async close(): Promise<void> {
    if (this.#worker === undefined) return;
    await this.#ask({ kind: "close" });
    await this.#worker?.terminate();
  }

  #ask(question: SqliteQuestion): Promise<SqliteAnswer> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      // It throws when it cannot copy the question; then no answer is to be waited for.
      worker.postMessage(question);
      this.#waiting.push({ resolve, reject });
    });
  }

  #start(): Worker {
    const worker = new Worker(workerFile(), { workerData: { file: this.#file } });
    worker.on("message", (reply: SqliteReply) => {
      const asked = this.#waiting.shift();
      if ("failure" in reply) asked?.reject(sqliteFailure(reply.failure, this.#file));
      else asked?.resolve(reply);
    });
    let cause: unknown;
    worker.on("error", (error) => {
      cause = error;
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
      const message = `the thread that reads ${this.#file} ended`;
      const options = { transient: true, ...(cause === undefined ? {} : { cause }) };
      const error = new CodedError("UNAVAILABLE", message, { file: this.#file }, options);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    return worker;
  }
}

/** Beside this file, in either form: as it is written, and as it is published. */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "./sqlite-worker.ts" : "./sqlite-worker.js", import.meta.url);
}
