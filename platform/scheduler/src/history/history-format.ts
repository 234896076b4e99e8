/**
 * The tables' versions: what each one changed, and bringing a database up to the latest.
 *
 * A version, once published, is never edited: the next change is the next version. All that are missing
 * are applied in one transaction, so that a crash leaves the version that was there. A database of a
 * later version is left alone.
 */

import { CodedError } from "@tavola/base";
import { type Kysely, sql, type Transaction } from "kysely";
import type { HistoryTables } from "./history-tables.ts";

export type DatabaseKind = "sqlite" | "postgres";

/** Where the two databases say the same in other words. */
interface Words {
  /** Compared by its code points: lists and prefixes must not depend on a locale. */
  readonly text: string;
  readonly integer: string;
  readonly tableEnd: string;
}

const words: Readonly<Record<DatabaseKind, Words>> = {
  sqlite: { text: "TEXT", integer: "INTEGER", tableEnd: "STRICT" },
  postgres: { text: 'TEXT COLLATE "C"', integer: "BIGINT", tableEnd: "" },
};

/** Version 1 is the first of these. */
const versions: readonly ((words: Words) => readonly string[])[] = [
  ({ text, integer, tableEnd }) => [
    `CREATE TABLE tavola_task_history (
      task_id ${text} PRIMARY KEY,
      request_id ${text} NOT NULL,
      deploy_id ${text} NOT NULL,
      run_id ${text},
      host ${text} NOT NULL,
      rack_id ${text} NOT NULL,
      instance_no ${integer} NOT NULL,
      last_state ${text},
      started_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      arguments TEXT,
      json TEXT
    ) ${tableEnd}`,
    "CREATE INDEX tavola_task_by_request ON tavola_task_history (request_id, updated_at, task_id)",
    "CREATE INDEX tavola_task_by_deploy ON tavola_task_history (request_id, deploy_id, updated_at, task_id)",
    "CREATE INDEX tavola_task_by_run ON tavola_task_history (run_id) WHERE run_id IS NOT NULL",
    "CREATE INDEX tavola_task_by_host ON tavola_task_history (host, updated_at, task_id)",
    "CREATE INDEX tavola_task_by_time ON tavola_task_history (updated_at, task_id)",
    "CREATE INDEX tavola_task_content ON tavola_task_history (updated_at) WHERE json IS NOT NULL",
    `CREATE TABLE tavola_request_history (
      request_id ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      event_type ${text} NOT NULL,
      json TEXT NOT NULL,
      PRIMARY KEY (request_id, created_at, event_type)
    ) ${tableEnd}`,
    "CREATE INDEX tavola_request_by_time ON tavola_request_history (created_at)",
    `CREATE TABLE tavola_deploy_history (
      request_id ${text} NOT NULL,
      deploy_id ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      summary TEXT NOT NULL,
      json TEXT,
      PRIMARY KEY (request_id, deploy_id)
    ) ${tableEnd}`,
    "CREATE INDEX tavola_deploy_by_request ON tavola_deploy_history (request_id, created_at, deploy_id)",
    "CREATE INDEX tavola_deploy_content ON tavola_deploy_history (created_at) WHERE json IS NOT NULL",
    `CREATE TABLE tavola_request_ids (request_id ${text} PRIMARY KEY) ${tableEnd}`,
  ],
];

const historyFormat = versions.length;

/** PostgreSQL's lock on "the history's tables are changed": any number that nobody else takes. */
const lockNumber = 0x5441564f;

/**
 * Writes nothing where nothing is to be changed, so that a database that only reads can be read.
 * Rejects with NEWER_FORMAT, and what the database says. `description`: for the error.
 */
export async function bringUpToDate(
  database: Kysely<HistoryTables>,
  kind: DatabaseKind,
  description: string,
): Promise<void> {
  const version = (await hasTables(database, kind)) ? await versionOf(database) : 0;
  if (version > historyFormat) throw newer(description, version);
  if (version < historyFormat) await applyVersions(database, kind, description);
}

async function hasTables(database: Kysely<HistoryTables>, kind: DatabaseKind): Promise<boolean> {
  const name = "tavola_history_format";
  const look =
    kind === "postgres"
      ? sql<{ found: unknown }>`SELECT to_regclass(${name}) AS found`
      : sql<{ found: unknown }>`SELECT max(name) AS found FROM sqlite_schema WHERE name = ${name}`;
  const { rows } = await look.execute(database);
  return rows[0]?.found != null;
}

async function applyVersions(
  database: Kysely<HistoryTables>,
  kind: DatabaseKind,
  description: string,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    if (kind === "postgres") {
      await sql`SELECT pg_advisory_xact_lock(${sql.lit(lockNumber)})`.execute(transaction);
    }
    const { integer, tableEnd } = words[kind];
    await run(
      transaction,
      `CREATE TABLE IF NOT EXISTS tavola_history_format (version ${integer} PRIMARY KEY) ${tableEnd}`,
    );
    const found = await versionOf(transaction);
    if (found > historyFormat) throw newer(description, found);
    for (const [index, statementsOf] of versions.entries()) {
      const version = index + 1;
      if (version <= found) continue;
      for (const statement of statementsOf(words[kind])) await run(transaction, statement);
      await transaction.insertInto("tavola_history_format").values({ version }).execute();
    }
  });
}

async function versionOf(database: Kysely<HistoryTables>): Promise<number> {
  const row = await database
    .selectFrom("tavola_history_format")
    .select(({ fn }) => fn.max("version").as("version"))
    .executeTakeFirst();
  return row?.version ?? 0;
}

async function run(transaction: Transaction<HistoryTables>, statement: string): Promise<void> {
  await sql.raw(statement).execute(transaction);
}

function newer(description: string, found: number): CodedError {
  return new CodedError(
    "NEWER_FORMAT",
    `a later version of this scheduler uses ${description} (its tables have version ${found}, this one ` +
      `knows ${historyFormat}): run that version; nothing was changed`,
    { found, known: historyFormat },
  );
}
