/**
 * The rule that forgets the records of deploys that are over, once their last task is gone.
 *
 * What is kept: the active deploy, the one on trial, and the one that can be gone back to. History has
 * been told of the others; it is told once more with how their tasks ended.
 */

import { deployKey } from "../records.ts";
import type { Turn } from "../turn.ts";
import { tellHistory } from "./tell-deploy.ts";

export function forgetDeploys(turn: Turn, requestId: string): undefined {
  const deploys = turn.get("requestDeploys", requestId);
  if (deploys?.leaving === undefined) return;
  const { leaving, ...others } = deploys;
  const inUse = deployIdsInUse(turn, requestId);
  const staying = leaving.filter((id) => inUse.has(id));
  if (staying.length === leaving.length) return;
  for (const id of leaving) if (!inUse.has(id)) forget(turn, requestId, id);
  turn.put(
    "requestDeploys",
    requestId,
    staying.length === 0 ? others : { ...others, leaving: staying },
  );
}

/** With the request itself. */
export function forgetAllDeploys(turn: Turn, requestId: string): void {
  const { active, pending, previous, leaving = [] } = turn.get("requestDeploys", requestId) ?? {};
  const ids = [active?.deployId, pending?.deployMarker.deployId, previous?.deployId, ...leaving];
  for (const id of ids) if (id !== undefined) forget(turn, requestId, id);
  turn.remove("requestDeploys", requestId);
}

function deployIdsInUse(turn: Turn, requestId: string): ReadonlySet<string> {
  const { active, pending, previous } = turn.get("requestDeploys", requestId) ?? {};
  const inUse = new Set<string>();
  for (const { taskId } of turn.state.tasksOf.get(requestId)?.values() ?? []) {
    inUse.add(taskId.deployId);
  }
  for (const { pendingTaskId } of turn.state.pendingOf.get(requestId)?.values() ?? []) {
    inUse.add(pendingTaskId.deployId);
  }
  for (const id of [active?.deployId, pending?.deployMarker.deployId, previous?.deployId]) {
    if (id !== undefined) inUse.add(id);
  }
  return inUse;
}

function forget(turn: Turn, requestId: string, deployId: string): void {
  const key = deployKey(requestId, deployId);
  const record = turn.get("deploy", key);
  if (record === undefined) return;
  tellHistory(turn, record);
  turn.remove("deploy", key);
}
