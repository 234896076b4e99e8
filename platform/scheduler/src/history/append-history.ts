/**
 * Writing a batch: every record replaces what is there under its natural key, all in one transaction.
 *
 * That is what makes the outbox's repetitions harmless.
 */

import type { Kysely, Transaction } from "kysely";
import { deployRow, lastOfEach, requestRow, taskRow } from "./history-rows.ts";
import type { HistoryBatch } from "./history-store.ts";
import type { DeployRow, HistoryTables, RequestRow, TaskRow } from "./history-tables.ts";

/** Rows a statement: SQLite binds at most 32,766 values, and large texts are best sent a few at a time. */
const rowsAtOnce = 100;

export async function appendHistory(
  database: Kysely<HistoryTables>,
  batch: HistoryBatch,
): Promise<void> {
  const tasks = lastOfEach((batch.tasks ?? []).map(taskRow), (row) => row.task_id);
  const requests = lastOfEach(
    (batch.requests ?? []).map(requestRow),
    (row) => `${row.request_id} ${row.created_at} ${row.event_type}`,
  );
  const deploys = lastOfEach(
    (batch.deploys ?? []).map(deployRow),
    (row) => `${row.request_id} ${row.deploy_id}`,
  );
  const ids = [...new Set([...requests, ...deploys, ...tasks].map((row) => row.request_id))];
  if (ids.length === 0) return;
  await database.transaction().execute(async (transaction) => {
    for (const rows of slices(tasks)) await putTasks(transaction, rows);
    for (const rows of slices(requests)) await putRequests(transaction, rows);
    for (const rows of slices(deploys)) await putDeploys(transaction, rows);
    for (const some of slices(ids)) {
      await transaction
        .insertInto("tavola_request_ids")
        .values(some.map((request_id) => ({ request_id })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  });
}

async function putTasks(
  transaction: Transaction<HistoryTables>,
  rows: readonly TaskRow[],
): Promise<void> {
  await transaction
    .insertInto("tavola_task_history")
    .values(rows)
    .onConflict((conflict) =>
      conflict.column("task_id").doUpdateSet(({ ref }) => ({
        run_id: ref("excluded.run_id"),
        last_state: ref("excluded.last_state"),
        updated_at: ref("excluded.updated_at"),
        arguments: ref("excluded.arguments"),
        json: ref("excluded.json"),
      })),
    )
    .execute();
}

async function putRequests(
  transaction: Transaction<HistoryTables>,
  rows: readonly RequestRow[],
): Promise<void> {
  await transaction
    .insertInto("tavola_request_history")
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(["request_id", "created_at", "event_type"])
        .doUpdateSet(({ ref }) => ({ json: ref("excluded.json") })),
    )
    .execute();
}

async function putDeploys(
  transaction: Transaction<HistoryTables>,
  rows: readonly DeployRow[],
): Promise<void> {
  await transaction
    .insertInto("tavola_deploy_history")
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(["request_id", "deploy_id"]).doUpdateSet(({ ref }) => ({
        created_at: ref("excluded.created_at"),
        summary: ref("excluded.summary"),
        json: ref("excluded.json"),
      })),
    )
    .execute();
}

function slices<T>(rows: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, at) =>
    rows.slice(at * rowsAtOnce, (at + 1) * rowsAtOnce),
  );
}
