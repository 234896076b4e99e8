/** Opens the history that a name names; connects only when something is asked. */

import { minuteMs } from "@tavola/base";
import type { Logger } from "@tavola/host";
import { PostgresDialect } from "kysely";
import type { HistoryStore } from "./history-store.ts";
import { formatHistoryUrl, type HistoryUrl } from "./history-url.ts";
import { SqlHistoryStore } from "./sql-history-store.ts";
import { sqliteDialect } from "./sqlite/sqlite-dialect.ts";
import { SqliteHere } from "./sqlite/sqlite-here.ts";
import { SqliteThread } from "./sqlite/sqlite-thread.ts";

export interface HistoryOptions {
  readonly logger: Logger;
  /** How long PostgreSQL may take for one statement. Default a minute. */
  readonly statementMsMax?: number;
}

/** Whoever has PostgreSQL's client not in use does not load it. */
export async function openHistory(url: HistoryUrl, options: HistoryOptions): Promise<HistoryStore> {
  const description = formatHistoryUrl(url);
  if (url.scheme === "sqlite") {
    const dialect = sqliteDialect(new SqliteThread(url.file));
    return new SqlHistoryStore({ dialect, kind: "sqlite", description });
  }
  const { postgresPool } = await import("./postgres/postgres-pool.ts");
  const { logger, statementMsMax = minuteMs } = options;
  const pool = postgresPool(url, { description, logger, statementMsMax });
  const dialect = new PostgresDialect({ pool });
  return new SqlHistoryStore({ dialect, kind: "postgres", description });
}

/** One that nothing survives, on this thread: for tests and simulations. */
export function createMemoryHistory(): HistoryStore {
  const dialect = sqliteDialect(new SqliteHere());
  return new SqlHistoryStore({ dialect, kind: "sqlite", description: "memory" });
}
