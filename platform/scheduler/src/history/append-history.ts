/**
 * Writing a batch: every record replaces what is there under its natural key, all in one transaction.
 *
 * That is what makes the outbox's repetitions harmless.
 */

import type { Kysely, Transaction } from "kysely";
import { deployRow, lastOfEach, requestRow, taskRow } from "./history-rows.ts";
import type { HistoryBatch } from "./history-store.ts";
import type { DeployRow, HistoryTables, RequestRow, TaskRow } from "./history-tables.ts";

/**
 * Rows a statement: SQLite binds at most 32,766 values. And JSON: tasks have their deploy in them, and
 * a deploy may have megabytes.
 */
const sliceMax = { rows: 100, jsonLength: 4_000_000 } as const;

export async function appendHistory(
  database: Kysely<HistoryTables>,
  batch: HistoryBatch,
): Promise<void> {
  const tasks = lastOfEach(batch.tasks, ({ task }) => task.taskId.id);
  const requests = lastOfEach(
    batch.requests,
    ({ request, createdAt, eventType }) => `${request.id} ${createdAt} ${eventType}`,
  );
  const deploys = lastOfEach(
    batch.deploys,
    ({ deployMarker }) => `${deployMarker.requestId} ${deployMarker.deployId}`,
  );
  const ids = new Set([
    ...tasks.map(({ task }) => task.taskId.requestId),
    ...requests.map(({ request }) => request.id),
    ...deploys.map(({ deployMarker }) => deployMarker.requestId),
  ]);
  if (ids.size === 0) return;
  await database.transaction().execute(async (transaction) => {
    for (const rows of slices(tasks, taskRow)) await putTasks(transaction, rows);
    for (const rows of slices(requests, requestRow)) await putRequests(transaction, rows);
    for (const rows of slices(deploys, deployRow)) await putDeploys(transaction, rows);
    for (const rows of slices([...ids], (request_id) => ({ request_id, json: null }))) {
      await transaction
        .insertInto("tavola_request_ids")
        .values(rows.map(({ request_id }) => ({ request_id })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  });
}

/** Makes rows as they are asked for, so that no more of them than a slice is in memory. */
function* slices<T, Row extends { readonly json: string | null }>(
  records: readonly T[],
  rowOf: (record: T) => Row,
): Iterable<readonly Row[]> {
  let rows: Row[] = [];
  let jsonLength = 0;
  for (const record of records) {
    const row = rowOf(record);
    rows.push(row);
    jsonLength += row.json?.length ?? 0;
    if (rows.length < sliceMax.rows && jsonLength < sliceMax.jsonLength) continue;
    yield rows;
    rows = [];
    jsonLength = 0;
  }
  if (rows.length > 0) yield rows;
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
