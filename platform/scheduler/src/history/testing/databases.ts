/** Databases for the history's tests, the real server with a reason why it cannot be had here. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@tavola/host";
import { findPostgres, type Postgres, startPostgres } from "@tavola/test-servers";
import pg from "pg";
import type { HistoryStore } from "../history-store.ts";
import { parseHistoryUrl } from "../history-url.ts";
import { type HistoryOptions, openHistory } from "../open-history.ts";
import type { TestDatabase } from "./history-contract.ts";

export async function historyAt(
  name: string,
  options: Partial<HistoryOptions> = {},
): Promise<HistoryStore> {
  const { value: url, error } = parseHistoryUrl(name);
  if (error !== undefined) throw new Error(error);
  return await openHistory(url, { logger: silentLogger, ...options });
}

export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-history-"));
  let opened = 0;
  return {
    openNew: () => {
      opened += 1;
      return historyAt(`sqlite://${folder}/history-${opened}.db`);
    },
    end: async () => rmSync(folder, { recursive: true }),
  };
}

/** A string says why not. */
export async function postgresDatabase(): Promise<TestDatabase | string> {
  const { error } = findPostgres();
  if (error !== undefined) return error;
  const server = await startPostgres();
  let opened = 0;
  return {
    openNew: async () => {
      opened += 1;
      const name = `history_${opened}`;
      await command(server, `CREATE DATABASE ${name}`);
      return await historyAt(server.url(name));
    },
    end: () => server.close(),
  };
}

/** One statement, by the one user there is, who may do everything. */
export async function command(server: Postgres, sql: string, database?: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
