/**
 * The embedded store's file: made whole or not at all, and looked at before it is trusted.
 *
 *     registry.db       the database, format 1
 *     registry.db-wal   what was written last; belongs to it, as does -shm
 *
 *     nodes     path │ parent │ value │ version │ crc │ owner (a session, for members) │ stamp
 *     groups    path │ next sequence number of a member
 *     sessions  id │ boot │ process │ renewed at │ timeout
 *     state     the stamp of the latest change
 *
 * A file that is there is never taken for a new one: empty, foreign, damaged or newer, it is refused
 * with a sentence. SQLite keeps no checksums of its own, so every value has one (`crc`).
 */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CodedError, randomUuid } from "@tavola/base";
import { systemRandom } from "@tavola/host";
import { corrupt, sqliteError } from "./sqlite-errors.ts";
import { openingMsMax, setUpConnection } from "./store-connection.ts";

const formatVersion = 1;
/** "TAVO": what tells our databases from other programs'. */
const applicationId = 0x5441564f;

const schema = `
  CREATE TABLE nodes (
    path TEXT PRIMARY KEY NOT NULL,
    parent TEXT NOT NULL,
    version INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    owner INTEGER,
    crc INTEGER NOT NULL,
    value BLOB NOT NULL
  );
  CREATE INDEX nodes_by_owner ON nodes (owner) WHERE owner IS NOT NULL;
  CREATE TABLE groups (path TEXT PRIMARY KEY NOT NULL, next INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    boot TEXT NOT NULL,
    process TEXT,
    renewed_at REAL NOT NULL,
    timeout_ms REAL NOT NULL
  );
  CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), stamp INTEGER NOT NULL);
  INSERT INTO state VALUES (1, 0);
  INSERT INTO nodes (path, parent, version, stamp, owner, crc, value) VALUES ('/', '', 0, 0, NULL, 0, x'');
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
`;

/**
 * Opens the file, making it where there is none. Locks of others are waited for, blocking, until the
 * caller has what it needs of the file and calls `waitForNoLock`. Throws CORRUPT, NEWER_FORMAT, UNAUTHORIZED, or
 * UNAVAILABLE (a full disk, say).
 */
export function openStoreFile(file: string): DatabaseSync {
  assertFolder(file);
  if (!existsSync(file)) createStoreFile(file);
  if (statSync(file).size === 0) throw corrupt(file, "it is empty, as no store ever is");
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw notWritable(file, error);
  }
  const database = connect(file);
  try {
    verify(database, file);
    return setUpConnection(database);
  } catch (error) {
    database.close();
    throw sqliteError(error, file);
  }
}

function connect(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: openingMsMax });
  } catch (error) {
    throw sqliteError(error, file);
  }
}

function assertFolder(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) {
    throw new CodedError("UNAUTHORIZED", `${file} cannot be made: there is no folder ${folder}`, {
      file,
    });
  }
}

function notWritable(file: string, cause: unknown): CodedError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodedError(
    "UNAUTHORIZED",
    `${file} cannot be used, as it cannot be written: ${reason}`,
    { file },
    { cause },
  );
}

/** Under another name first, then linked into place: two that start together make one. */
function createStoreFile(file: string): void {
  if (existsSync(`${file}-wal`)) {
    throw corrupt(file, `it is missing, though its "-wal" is there`);
  }
  const folder = dirname(file);
  const fresh = join(folder, `.${basename(file)}.${randomUuid(systemRandom())}`);
  try {
    accessSync(folder, constants.W_OK);
    const database = new DatabaseSync(fresh);
    try {
      database.exec("PRAGMA journal_mode = WAL");
      database.exec(`BEGIN; ${schema} COMMIT`);
    } finally {
      database.close();
    }
    syncFile(fresh);
    linkSync(fresh, file);
    syncFile(folder);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "EEXIST") return;
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") throw notWritable(file, error);
    throw sqliteError(error, file);
  } finally {
    for (const left of [fresh, `${fresh}-wal`, `${fresh}-shm`]) rmSync(left, { force: true });
  }
}

function syncFile(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** PERF: reads the whole file once, and every index against its table. */
function verify(database: DatabaseSync, file: string): void {
  const pragma = (name: string): unknown =>
    Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  const id = pragma("application_id");
  if (id !== applicationId) {
    throw corrupt(file, "it is a database of another program, or its first page was overwritten");
  }
  const version = Number(pragma("user_version"));
  if (version > formatVersion) {
    throw new CodedError(
      "NEWER_FORMAT",
      `${file} was written by a later version of Tavola (format ${version}, this one knows ` +
        `${formatVersion}): run that version, or put the backup from before the upgrade in its place`,
      { file, version, formatVersion },
    );
  }
  if (version !== formatVersion) throw corrupt(file, `its format ${version} never was`);
  const finding = pragma("integrity_check(1)");
  if (finding !== "ok") throw corrupt(file, `SQLite finds it damaged (${finding})`);
  if (tablesOf(database) !== expectedTables()) {
    throw corrupt(file, "its tables are not described as they were when it was made");
  }
}

/** SQLite keeps the text by which each table was made, without a checksum, and reads it as it is. */
function tablesOf(database: DatabaseSync): string {
  const texts = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name";
  return JSON.stringify(database.prepare(texts).all());
}

function expectedTables(): string {
  const fresh = new DatabaseSync(":memory:");
  try {
    fresh.exec(schema);
    return tablesOf(fresh);
  } finally {
    fresh.close();
  }
}
