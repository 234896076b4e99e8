/** Questions about tasks that have ended. PERF: by an index, but for a state or a start time alone. */

import {
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type RawBuilder,
  type SqlBool,
  sql,
} from "kysely";
import type { TaskHistory, TaskIdHistory } from "../core/model/task.ts";
import type { DatabaseKind } from "./history-format.ts";
import { parseStored, taskIdHistory } from "./history-rows.ts";
import type { OrderDirection, Slice, TaskHistoryQuery } from "./history-store.ts";
import type { HistoryTables } from "./history-tables.ts";

type Tables = Kysely<HistoryTables>;

/** Lists are asked for in the database's own words. */
export interface TaskTables {
  readonly database: Tables;
  readonly kind: DatabaseKind;
}

const table = "tavola_task_history";

export async function findTask(database: Tables, taskId: string): Promise<TaskHistory | undefined> {
  const row = await database
    .selectFrom(table)
    .select("json")
    .where("task_id", "=", taskId)
    .executeTakeFirst();
  const json = row?.json ?? null;
  return json === null ? undefined : parseStored(json, `task "${taskId}"`);
}

export async function findTaskOfRun(
  database: Tables,
  requestId: string,
  runId: string,
): Promise<TaskHistory | undefined> {
  const row = await database
    .selectFrom(table)
    .select("json")
    .where("run_id", "=", runId)
    .where("request_id", "=", requestId)
    .orderBy("updated_at", "desc")
    .orderBy("task_id", "desc")
    .limit(1)
    .executeTakeFirst();
  const json = row?.json ?? null;
  return json === null ? undefined : parseStored(json, `run "${runId}" of "${requestId}"`);
}

export async function listTasks(
  { database, kind }: TaskTables,
  query: TaskHistoryQuery,
  { offset, limit }: Slice,
  direction: OrderDirection,
): Promise<readonly TaskIdHistory[]> {
  const order = direction === "ASC" ? "asc" : "desc";
  const rows = await database
    .selectFrom(table)
    .select(["task_id", "request_id", "deploy_id", "run_id", "host", "rack_id", "instance_no"])
    .select(["last_state", "started_at", "updated_at"])
    .where((builder) => matches(builder, query, kind))
    .orderBy("updated_at", order)
    .orderBy("task_id", order)
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(taskIdHistory);
}

export async function countTasks(
  { database, kind }: TaskTables,
  query: TaskHistoryQuery,
): Promise<number> {
  const row = await database
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where((builder) => matches(builder, query, kind))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function listArguments(
  database: Tables,
  requestId: string,
  tasks: number,
): Promise<readonly (readonly string[])[]> {
  const rows = await database
    .selectFrom(table)
    .select("arguments")
    .where("request_id", "=", requestId)
    .orderBy("updated_at", "desc")
    .orderBy("task_id", "desc")
    .limit(tasks)
    .execute();
  const texts = new Set(rows.map((row) => row.arguments));
  texts.delete(null);
  return [...texts].map((text) => parseStored(text ?? "[]", `request "${requestId}"`));
}

function matches(
  builder: ExpressionBuilder<HistoryTables, typeof table>,
  query: TaskHistoryQuery,
  kind: DatabaseKind,
): Expression<SqlBool> {
  const equals = [
    ["request_id", query.requestId],
    ["deploy_id", query.deployId],
    ["run_id", query.runId],
    ["host", query.host],
    ["last_state", query.lastTaskState],
  ] as const;
  const bounds = [
    ["started_at", "<", query.startedBefore],
    ["started_at", ">", query.startedAfter],
    ["updated_at", "<", query.updatedBefore],
    ["updated_at", ">", query.updatedAfter],
  ] as const;
  const conditions: Expression<SqlBool>[] = [];
  for (const [column, value] of equals) {
    if (value !== undefined) conditions.push(builder(column, "=", value));
  }
  for (const [column, operator, value] of bounds) {
    if (value !== undefined) conditions.push(builder(column, operator, value));
  }
  const { exceptTaskIds = [] } = query;
  if (exceptTaskIds.length > 0) {
    conditions.push(sql<SqlBool>`task_id NOT IN (${listed(exceptTaskIds, kind)})`);
  }
  return builder.and(conditions);
}

/** As one parameter: thousands of them would be more than a statement takes. */
function listed(texts: readonly string[], kind: DatabaseKind): RawBuilder<string> {
  const json = JSON.stringify(texts);
  return kind === "postgres"
    ? sql`SELECT jsonb_array_elements_text(${json}::jsonb)`
    : sql`SELECT value FROM json_each(${json})`;
}
