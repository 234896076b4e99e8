/**
 * Forgetting what is older than it is kept.
 *
 * A few hundred rows a statement, each a transaction of its own, so that a purge of years holds nobody
 * up, and one that is broken off has done what it did.
 */

import type { Instant } from "@tavola/base";
import type { Kysely } from "kysely";
import type { PurgeSummary } from "./history-store.ts";
import type { HistoryTables } from "./history-tables.ts";
import type { Retention } from "./retention.ts";

type Tables = Kysely<HistoryTables>;

const rowsAtOnce = 500;

export interface Purge {
  readonly retention: Retention;
  readonly now: Instant;
  /** Ends it between two steps, with its reason. */
  readonly signal: AbortSignal;
}

export async function purgeHistory(database: Tables, purge: Purge): Promise<PurgeSummary> {
  const { retention, now, signal } = purge;
  const { taskContentMs, taskMs, tasksPerRequestMax, requestEventMs, deployContentMs } = retention;
  const older = async (
    keptMs: number | undefined,
    step: (database: Tables, before: number) => Promise<number>,
  ): Promise<number> =>
    keptMs === undefined ? 0 : await untilNone(() => step(database, now - keptMs), signal);
  const aged = await older(taskMs, removeTasksBefore);
  const surplus =
    tasksPerRequestMax === undefined
      ? 0
      : await removeSurplusTasks(database, tasksPerRequestMax, signal);
  return {
    tasksRemoved: aged + surplus,
    tasksEmptied: await older(taskContentMs, emptyTasksBefore),
    requestEventsRemoved: await older(requestEventMs, removeEventsBefore),
    deploysEmptied: await older(deployContentMs, emptyDeploysBefore),
  };
}

async function untilNone(step: () => Promise<number>, signal: AbortSignal): Promise<number> {
  let all = 0;
  for (;;) {
    signal.throwIfAborted();
    const some = await step();
    all += some;
    if (some < rowsAtOnce) return all;
  }
}

async function removeTasksBefore(database: Tables, before: number): Promise<number> {
  const { numDeletedRows } = await database
    .deleteFrom("tavola_task_history")
    .where("task_id", "in", (tasks) =>
      tasks
        .selectFrom("tavola_task_history")
        .select("task_id")
        .where("updated_at", "<", before)
        .limit(rowsAtOnce),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function emptyTasksBefore(database: Tables, before: number): Promise<number> {
  const { numUpdatedRows } = await database
    .updateTable("tavola_task_history")
    .set({ json: null })
    .where("task_id", "in", (tasks) =>
      tasks
        .selectFrom("tavola_task_history")
        .select("task_id")
        .where("updated_at", "<", before)
        .where("json", "is not", null)
        .limit(rowsAtOnce),
    )
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** PERF: a walk through one index for the counts, then what is removed. */
async function removeSurplusTasks(
  database: Tables,
  tasksMax: number,
  signal: AbortSignal,
): Promise<number> {
  const crowded = await database
    .selectFrom("tavola_task_history")
    .select("request_id")
    .groupBy("request_id")
    .having(({ fn }) => fn.countAll(), ">", tasksMax)
    .execute();
  let removed = 0;
  for (const { request_id } of crowded) {
    removed += await untilNone(() => removeSurplusOf(database, request_id, tasksMax), signal);
  }
  return removed;
}

async function removeSurplusOf(
  database: Tables,
  requestId: string,
  tasksMax: number,
): Promise<number> {
  const { numDeletedRows } = await database
    .deleteFrom("tavola_task_history")
    .where("task_id", "in", (tasks) =>
      tasks
        .selectFrom("tavola_task_history")
        .select("task_id")
        .where("request_id", "=", requestId)
        .orderBy("updated_at", "desc")
        .orderBy("task_id", "desc")
        .limit(rowsAtOnce)
        .offset(tasksMax),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function removeEventsBefore(database: Tables, before: number): Promise<number> {
  const { numDeletedRows } = await database
    .deleteFrom("tavola_request_history")
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple("request_id", "created_at", "event_type"),
        "in",
        selectFrom("tavola_request_history")
          .select(["request_id", "created_at", "event_type"])
          .where("created_at", "<", before)
          .limit(rowsAtOnce)
          .$asTuple("request_id", "created_at", "event_type"),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function emptyDeploysBefore(database: Tables, before: number): Promise<number> {
  const { numUpdatedRows } = await database
    .updateTable("tavola_deploy_history")
    .set({ json: null })
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple("request_id", "deploy_id"),
        "in",
        selectFrom("tavola_deploy_history")
          .select(["request_id", "deploy_id"])
          .where("created_at", "<", before)
          .where("json", "is not", null)
          .limit(rowsAtOnce)
          .$asTuple("request_id", "deploy_id"),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}
