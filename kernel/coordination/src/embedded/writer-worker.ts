/**
 * The thread in which transactions block, with a connection of its own, which the first one opens.
 * Started by `writer-thread.ts`; answers one message after the other. A bug of ours ends it.
 */

import { closeSync, fdatasyncSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { CodedError } from "@tavola/base";
import { sqliteError } from "./sqlite-errors.ts";
import { connectToStore, waitForNoLock } from "./store-connection.ts";
import { isSameFile, StoreTransactions, type TransactionAnswer } from "./store-transaction.ts";
import { type PlainChanges, plainAnswer } from "./writer-messages.ts";

export interface WriterThreadData {
  /** There, and looked at. */
  readonly file: string;
  readonly fileNumber: number;
}

interface Opened {
  readonly database: DatabaseSync;
  readonly transactions: StoreTransactions;
  /** Of the "-wal". */
  readonly handle: number;
}

const { file, fileNumber } = workerData as WriterThreadData;
let opened: Opened | undefined;

function open(): Opened {
  const database = connectToStore(file);
  try {
    const transactions = new StoreTransactions({ database, file, fileNumber });
    waitForNoLock(database);
    return { database, transactions, handle: openSync(`${file}-wal`, "r+") };
  } catch (error) {
    database.close();
    throw error;
  }
}

function run({ changes, session }: PlainChanges): TransactionAnswer {
  // Before it is opened, too: what lies in its place is none of ours.
  if (!isSameFile(file, fileNumber)) return { kind: "over", what: "file" };
  let answer: TransactionAnswer;
  try {
    opened ??= open();
    answer = opened.transactions.run(changes, session);
  } catch (error) {
    const reason = sqliteError(error, file);
    if (reason instanceof CodedError) return { kind: "refused", error: reason };
    throw error;
  }
  if (answer.kind !== "done") return answer;
  try {
    fdatasyncSync(opened.handle);
    return answer;
  } catch (cause) {
    return { kind: "unknown", cause };
  }
}

parentPort?.on("message", (message: PlainChanges | "close") => {
  if (message !== "close") {
    parentPort?.postMessage(plainAnswer(run(message)));
    return;
  }
  if (opened !== undefined) {
    closeSync(opened.handle);
    opened.database.close();
  }
  parentPort?.close();
});
