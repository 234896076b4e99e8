/**
 * The rule that carries a deletion out: ends the tasks of a request that is DELETING, and when the last
 * is gone, the request itself. What happened to it has been told to history.
 */

import { forgetAllDeploys } from "../deploys/forget-deploys.ts";
import { given } from "../given.ts";
import type { RequestCleanup } from "../model/task.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { dropPlans } from "../tasks/plan-task.ts";
import type { Turn } from "../turn.ts";
import { forgetDeletions } from "./forget-deletions.ts";
import { tellRequestEvent } from "./request-changed.ts";

export function finishDeletion(turn: Turn, requestId: string): undefined {
  const known = turn.get("request", requestId);
  if (known?.state !== "DELETING") return;
  const cleanup = turn.get("requestCleanup", requestId);
  dropPlans(turn, requestId, () => true);
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])];
  for (const task of tasks) {
    if (task.cleanup?.cleanupType === "REQUEST_DELETING") continue;
    cleanUpTask(turn, task, { cleanupType: "REQUEST_DELETING", ...reasonOf(cleanup) });
  }
  const isOnTrial = turn.get("requestDeploys", requestId)?.pending !== undefined;
  if (tasks.length > 0 || isOnTrial) return;
  const { request } = known;
  tellRequestEvent(turn, { request, eventType: "DELETED", ...reasonOf(cleanup) });
  forgetAllDeploys(turn, requestId);
  leaveGroups(turn, requestId);
  for (const kind of [
    "expiring",
    "requestCleanup",
    "crashLoops",
    "shuffleBlocked",
    "request",
  ] as const) {
    turn.remove(kind, requestId);
  }
  turn.put("deletedRequest", requestId, { requestId, at: turn.now });
  turn.state.clusterAgenda.plan("forgetDeletions", forgetDeletions(turn));
}

function reasonOf(cleanup: RequestCleanup | undefined) {
  const { user, message, actionId } = cleanup ?? {};
  return given({ user, message, actionId });
}

function leaveGroups(turn: Turn, requestId: string): void {
  for (const group of [...turn.state.records.group.values()]) {
    if (!group.requestIds.includes(requestId)) continue;
    const requestIds = group.requestIds.filter((id) => id !== requestId);
    turn.put("group", group.id, { ...group, requestIds });
  }
}
