/**
 * Connections to the embedded store's file, and how each is set up. A process has one that reads, and
 * one more where it writes in a thread.
 */

import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/**
 * The WAL is carried over into the database when it has so many pages of 4 KiB, by the thread that writes, which
 * waits for the disk; pages that were written often meanwhile are carried over once.
 */
const checkpointPages = 4000;
/**
 * Of pages in memory, taken as they are needed. SQLite's own 2 MiB hold the paths of 20,000 values; beyond
 * that every write in the middle of them would read pages again.
 */
const cacheKiB = 32 * 1024;

/** Another connection to a file that this process has open. Throws SQLite's error where it is gone. */
export function connectToStore(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  // It is not made anew.
  url.searchParams.set("mode", "rw");
  return setUpConnection(new DatabaseSync(url, { timeout: openingMsMax }));
}

export function setUpConnection(database: DatabaseSync): DatabaseSync {
  // Consistent after a power cut; what must not be lost is synced by whoever writes.
  database.exec("PRAGMA synchronous = NORMAL");
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  database.exec(`PRAGMA cache_size = -${cacheKiB}`);
  return database;
}

/** A process that closes the file as the last one holds it alone for a moment. */
export const openingMsMax = 2000;

/** From now on a lock is an error at once, and whoever calls tries again without blocking. */
export function waitForNoLock(database: DatabaseSync): void {
  database.exec("PRAGMA busy_timeout = 0");
}
