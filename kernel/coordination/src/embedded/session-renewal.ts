/** Keeps a session from being over: what every transaction of its owner does first. */

import type { DatabaseSync } from "node:sqlite";
import type { Instant } from "@tavola/base";

/** Answers false when the session is over. A time before that of the last renewal changes nothing. */
export type SessionRenewal = (id: number, now: Instant) => boolean;

export function prepareRenewal(database: DatabaseSync): SessionRenewal {
  const statement = database.prepare(
    "UPDATE sessions SET renewed_at = max(renewed_at, ?) WHERE id = ?",
  );
  return (id, now) => statement.run(now, id).changes === 1;
}
