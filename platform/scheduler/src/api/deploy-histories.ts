/**
 * Deploys of a request, whether history has them already or not: those that are under way, and those of
 * which history is yet to be told.
 *
 * What is here need not be the newest: a deploy is told once more when its last task has gone, and later
 * ones may be history by then. So both lists are merged by time.
 */

import { deployHistoryOf } from "../core/deploys/tell-deploy.ts";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import { deployKey } from "../core/records.ts";
import type { SchedulerState } from "../core/state.ts";
import { type Slice, sliceMax } from "../history/history-store.ts";
import type { HistoryAccess } from "./task-histories.ts";

/** Latest first; marker and result only. */
export async function listDeploys(
  access: HistoryAccess,
  requestId: string,
  { offset, limit }: Slice,
): Promise<readonly DeployHistory[]> {
  const here = deploysHere(access.state, requestId);
  // Each that history does not have moves those behind it one place on.
  const strangers = offset === 0 ? here : await unknownToHistory(access, requestId, here);
  const from = Math.max(0, offset - strangers.length);
  const there = await deploysThere(access, requestId, {
    offset: from,
    limit: offset + limit - from,
  });
  const [first] = there;
  if (from > 0 && first === undefined) return [];
  const earlier = strangers.filter(
    (each) => from > 0 && first !== undefined && latestFirst(each, first) < 0,
  ).length;
  const start = offset - from - earlier;
  return merged(there, here, strangers.slice(earlier)).slice(start, start + limit);
}

export async function countDeploys(access: HistoryAccess, requestId: string): Promise<number> {
  const here = deploysHere(access.state, requestId);
  const strangers = await unknownToHistory(access, requestId, here);
  return strangers.length + (await access.context.history.countDeploys(requestId));
}

async function deploysThere(
  { context: { history } }: HistoryAccess,
  requestId: string,
  { offset, limit }: Slice,
): Promise<readonly DeployHistory[]> {
  const found: DeployHistory[] = [];
  while (found.length < limit) {
    const part = { offset: offset + found.length, limit: Math.min(sliceMax, limit - found.length) };
    const more = await history.deploys(requestId, part);
    found.push(...more);
    if (more.length < part.limit) break;
  }
  return found;
}

/** What history has of one that is here may be older. */
function merged(
  there: readonly DeployHistory[],
  here: readonly DeployHistory[],
  strangers: readonly DeployHistory[],
): readonly DeployHistory[] {
  const byId = new Map([...there, ...strangers].map((each) => [idOf(each), each]));
  for (const each of here) if (byId.has(idOf(each))) byId.set(idOf(each), each);
  return [...byId.values()].sort(latestFirst);
}

async function unknownToHistory(
  { context: { history } }: HistoryAccess,
  requestId: string,
  here: readonly DeployHistory[],
): Promise<readonly DeployHistory[]> {
  const known = await Promise.all(here.map((each) => history.hasDeploy(requestId, idOf(each))));
  return here.filter((_, index) => known[index] !== true);
}

/** Latest first. */
function deploysHere(state: SchedulerState, requestId: string): readonly DeployHistory[] {
  const { active, pending, leaving = [] } = state.records.requestDeploys.get(requestId) ?? {};
  const keys = new Set(
    [active?.deployId, pending?.deployMarker.deployId, ...leaving]
      .filter((id) => id !== undefined)
      .map((id) => deployKey(requestId, id)),
  );
  const known = [...keys].flatMap((key) => {
    const record = state.records.deploy.get(key);
    return record === undefined ? [] : [deployHistoryOf(record)];
  });
  const onTheirWay = [...state.records.outboxDeploy]
    .filter(([key, { deployMarker }]) => deployMarker.requestId === requestId && !keys.has(key))
    .map(([, deploy]) => deploy);
  return [...known, ...onTheirWay]
    .map(({ deploy: _, deployStatistics: _statistics, ...brief }) => brief)
    .sort(latestFirst);
}

function idOf({ deployMarker }: DeployHistory): string {
  return deployMarker.deployId;
}

/** As history has them. */
function latestFirst(
  { deployMarker: a }: DeployHistory,
  { deployMarker: b }: DeployHistory,
): number {
  return b.timestamp - a.timestamp || (a.deployId < b.deployId ? 1 : -1);
}
