/**
 * The thread in which SQLite's calls block: a connection, asked by messages, one after the other.
 *
 * Started by `sqlite-thread.ts`. What it is asked is answered in order; an error is sent as plain
 * fields, because what SQLite adds to its errors does not survive the copy.
 */

import { parentPort, workerData } from "node:worker_threads";
import { SqliteConnection, type SqliteValue } from "./sqlite-connection.ts";

/** The connection is opened by the first statement, and by the next one when that failed. */
export type SqliteQuestion =
  | { readonly kind: "execute"; readonly sql: string; readonly parameters: readonly SqliteValue[] }
  | { readonly kind: "close" };

export type SqliteReply =
  | { readonly rows: readonly unknown[]; readonly changes: number }
  | { readonly failure: SqliteFailure };

/** What is needed of an error of SQLite's. */
export interface SqliteFailure {
  readonly message: string;
  /** SQLite's extended result code. */
  readonly errcode: number | undefined;
  /** Ours: FOREIGN_FILE. */
  readonly code: string | undefined;
}

let connection: SqliteConnection | undefined;
let isOver = false;
const nothing = { rows: [], changes: 0 };

function answer(question: SqliteQuestion): SqliteReply {
  try {
    if (question.kind === "close") {
      isOver = true;
      connection?.close();
      return nothing;
    }
    // Half a transaction must not go on in a connection of its own.
    if (isOver) return { failure: { message: "closed", errcode: undefined, code: undefined } };
    connection ??= new SqliteConnection((workerData as { readonly file: string }).file);
    return connection.execute(question.sql, question.parameters);
  } catch (error) {
    const { message, errcode, code } = error as Error & Partial<SqliteFailure>;
    return { failure: { message, errcode, code } };
  }
}

parentPort?.on("message", (question: SqliteQuestion) => {
  parentPort?.postMessage(answer(question));
});
