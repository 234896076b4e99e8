/** What PostgreSQL's errors mean to whoever keeps history in it, and the way out of each. */

import { CodedError } from "@tavola/base";
import pg from "pg";

type Meaning = readonly [code: string, why: string, transient?: boolean];

const away: Meaning = ["UNAVAILABLE", "it does not answer", true];

/** By SQLSTATE or its class (postgresql.org/docs, appendix A); the longer one first. */
const meanings: readonly (readonly [start: string, meaning: Meaning])[] = [
  ["53100", ["DISK_FULL", "its disk is full: nothing was written; free some space there", true]],
  ["3D000", ["NO_DATABASE", "there is no such database: make it (createdb), or name another"]],
  ["42501", ["UNAUTHORIZED", "this user may not do that there: let it own the database"]],
  ["25006", ["UNAVAILABLE", "it takes no writes now (a standby, or read-only)", true]],
  ["57014", ["UNAVAILABLE", "a statement took too long, or somebody cancelled it", true]],
  ["28", ["UNAUTHORIZED", "it does not let this user in: see user and password in its name"]],
  ["22", ["RECORD_REFUSED", "it does not take this record"]],
  ["23", ["RECORD_REFUSED", "it does not take this record"]],
  ["54", ["RECORD_REFUSED", "it does not take this record"]],
  ["XX001", ["CORRUPT", "it finds its data damaged: bring it back from a backup"]],
  ["XX002", ["CORRUPT", "it finds an index damaged: REINDEX, or bring it back from a backup"]],
  ["08", away],
  ["40", ["UNAVAILABLE", "others wrote the same just now", true]],
  ["53", ["UNAVAILABLE", "it has no room for more (connections, memory)", true]],
  ["55", ["UNAVAILABLE", "others keep what is needed locked", true]],
  ["57", away],
  ["58", ["UNAVAILABLE", "its machine failed to read or write", true]],
];

/**
 * `error`: whatever the client threw for a statement or a connection. What has no SQLSTATE is no answer
 * of PostgreSQL's, so it is the connection that failed.
 */
export function postgresFailure(error: unknown, description: string): CodedError {
  if (error instanceof CodedError) return error;
  const sqlState = error instanceof pg.DatabaseError ? (error.code ?? "") : undefined;
  const known = meanings.find(([start]) => sqlState?.startsWith(start));
  const [code, why, transient = false] =
    sqlState === undefined
      ? away
      : (known?.[1] ?? (["HISTORY_FAILED", "it refused a statement"] as const));
  const details = sqlState === undefined ? {} : { sqlState };
  return new CodedError(code, `history in ${description}: ${why}`, details, {
    transient,
    cause: error,
  });
}
