/** What SQLite's errors mean to whoever keeps history in it, and the way out of each. */

import { CodedError } from "@tavola/base";
import { isDiskFull } from "@tavola/coordination";
import type { SqliteFailure } from "./sqlite-worker.ts";

/** Primary result codes, sqlite.org/rescode.html. */
const codes = {
  perm: 3,
  busy: 5,
  locked: 6,
  readonly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  notDatabase: 26,
} as const;

export function sqliteFailure(failure: SqliteFailure, file: string): CodedError {
  const error = (code: string, why: string, transient = false): CodedError =>
    new CodedError(
      code,
      `history in ${file}: ${why}`,
      { file },
      { transient, cause: failure.message },
    );
  if (failure.code === "FOREIGN_FILE") {
    return error("CORRUPT", "it is a database of another program; name another file");
  }
  switch ((failure.errcode ?? 0) & 0xff) {
    case codes.busy:
    case codes.locked:
      return error("UNAVAILABLE", "other processes keep it locked", true);
    case codes.full:
      return error("DISK_FULL", full, true);
    case codes.io:
      return isDiskFull(file)
        ? error("DISK_FULL", full, true)
        : error("UNAVAILABLE", "it could not be read or written", true);
    case codes.corrupt:
    case codes.notDatabase:
      return error(
        "CORRUPT",
        "SQLite finds it damaged; put a backup in its place, or move it away to begin anew",
      );
    case codes.perm:
    case codes.readonly:
    case codes.cannotOpen:
      return isDiskFull(file)
        ? error("DISK_FULL", full, true)
        : error(
            "UNAUTHORIZED",
            'it cannot be opened for writing: let this user read and write it, its "-wal" and "-shm", and its folder, which must exist',
          );
    case codes.tooBig:
    case codes.constraint:
    case codes.mismatch:
      return error("RECORD_REFUSED", "SQLite does not take this record");
    default:
      return error("HISTORY_FAILED", "SQLite refused a statement");
  }
}

const full = "the disk that holds it is full: nothing was written; free some space there";
