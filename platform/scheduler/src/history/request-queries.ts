/** Questions about requests and their deploys. */

import type { Kysely } from "kysely";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import type { RequestHistory } from "../core/model/request.ts";
import { parseStored } from "./history-rows.ts";
import type { OrderDirection, RequestHistoryQuery, Slice } from "./history-store.ts";
import type { HistoryTables } from "./history-tables.ts";

type Tables = Kysely<HistoryTables>;

export async function listRequestEvents(
  database: Tables,
  query: RequestHistoryQuery,
  { offset, limit }: Slice,
  direction: OrderDirection,
): Promise<readonly RequestHistory[]> {
  const order = direction === "ASC" ? "asc" : "desc";
  const rows = await eventsOf(database, query)
    .select("json")
    .orderBy("created_at", order)
    .orderBy("event_type", order)
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(({ json }) => parseStored(json, `request "${query.requestId}"`));
}

export async function countRequestEvents(
  database: Tables,
  query: RequestHistoryQuery,
): Promise<number> {
  const row = await eventsOf(database, query)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

function eventsOf(database: Tables, query: RequestHistoryQuery) {
  const { requestId, createdBefore, createdAfter } = query;
  let events = database.selectFrom("tavola_request_history").where("request_id", "=", requestId);
  if (createdBefore !== undefined) events = events.where("created_at", "<", createdBefore);
  if (createdAfter !== undefined) events = events.where("created_at", ">", createdAfter);
  return events;
}

/** A range and not LIKE, to which the `_` of ids is a wildcard. */
export async function listRequestIds(
  database: Tables,
  prefix: string,
  { offset, limit }: Slice,
): Promise<readonly string[]> {
  const rows = await database
    .selectFrom("tavola_request_ids")
    .select("request_id")
    .where("request_id", ">=", prefix)
    // Behind every character of any id.
    .where("request_id", "<", `${prefix}\u{10ffff}`)
    .orderBy("request_id")
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(({ request_id }) => request_id);
}

export async function findDeploy(
  database: Tables,
  requestId: string,
  deployId: string,
): Promise<DeployHistory | undefined> {
  const row = await database
    .selectFrom("tavola_deploy_history")
    .select(["summary", "json"])
    .where("request_id", "=", requestId)
    .where("deploy_id", "=", deployId)
    .executeTakeFirst();
  return row && parseStored(row.json ?? row.summary, `deploy "${deployId}" of "${requestId}"`);
}

export async function hasDeploy(
  database: Tables,
  requestId: string,
  deployId: string,
): Promise<boolean> {
  const row = await database
    .selectFrom("tavola_deploy_history")
    .select("deploy_id")
    .where("request_id", "=", requestId)
    .where("deploy_id", "=", deployId)
    .executeTakeFirst();
  return row !== undefined;
}

export async function listDeploys(
  database: Tables,
  requestId: string,
  { offset, limit }: Slice,
): Promise<readonly DeployHistory[]> {
  const rows = await database
    .selectFrom("tavola_deploy_history")
    .select("summary")
    .where("request_id", "=", requestId)
    .orderBy("created_at", "desc")
    .orderBy("deploy_id", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(({ summary }) => parseStored(summary, `deploys of "${requestId}"`));
}

export async function countDeploys(database: Tables, requestId: string): Promise<number> {
  const row = await database
    .selectFrom("tavola_deploy_history")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("request_id", "=", requestId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
