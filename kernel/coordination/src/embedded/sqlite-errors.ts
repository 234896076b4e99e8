/**
 * What SQLite's errors mean to whoever uses the store: which may pass, and the way out of the others.
 */

import { CodedError } from "@tavola/base";
import { isDiskFull } from "./disk-full.ts";

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
  notDatabase: 26,
} as const;

/** undefined for what is no error of SQLite's. */
function primaryCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** Somebody else writes just now. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === codes.busy || code === codes.locked;
}

/** Whether a COMMIT that failed so may yet be found done after a crash. */
export function isOutcomeOpen(error: unknown): boolean {
  return primaryCode(error) === codes.io;
}

/** Passes on what is not SQLite's: a bug of ours, or a CodedError already. */
export function sqliteError(error: unknown, file: string): unknown {
  const code = primaryCode(error);
  if (code === undefined) return error;
  const cause = { cause: error };
  switch (code) {
    case codes.busy:
    case codes.locked:
      return unavailable(file, "other processes keep it locked", error);
    case codes.full:
      return unavailable(file, full, error);
    case codes.corrupt:
    case codes.notDatabase:
      return corrupt(file, "SQLite finds it damaged", error);
    case codes.perm:
    case codes.readonly:
    case codes.cannotOpen: {
      const message = `${file} cannot be opened for writing: let this user read and write it, its "-wal" and "-shm" beside it, and its folder`;
      return new CodedError("UNAUTHORIZED", message, { file }, cause);
    }
    default:
      return unavailable(file, isDiskFull(file) ? full : "it could not be read or written", error);
  }
}

const full = "the disk that holds it is full: nothing was written; free some space there";

export function unavailable(file: string, why: string, cause?: unknown): CodedError {
  return new CodedError("UNAVAILABLE", `${file}: ${why}`, { file }, { transient: true, cause });
}

/** A sentence with the file and the way out; nothing is ever begun anew in its place. */
export function corrupt(file: string, why: string, cause?: unknown): CodedError {
  const wayOut =
    `stop every process that uses it, keep it aside with its "-wal" and "-shm", and put a backup in ` +
    `its place; only who can do without all that it held may start without it`;
  return new CodedError("CORRUPT", `${file}: ${why}; ${wayOut}`, { file }, { cause });
}
