/**
 * A bounce that did not get done in its time is taken back: old tasks that still stand stay, and what
 * was started in their place goes.
 *
 * Where an old task has already gone, its replacement is the instance now, and stays.
 */

import type { TaskId } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { dropPlans } from "../tasks/plan-task.ts";
import type { Turn } from "../turn.ts";
import { endBounce } from "./settle-bounce.ts";
import { withdrawCleanup } from "./withdraw-cleanup.ts";

export interface BounceExpired {
  readonly actionId: string;
  readonly message: string;
}

export function withdrawBounce(
  turn: Turn,
  requestId: string,
  { actionId, message }: BounceExpired,
): void {
  endBounce(turn, requestId);
  const kept = new Map<string, TaskRecord>();
  for (const task of [...(turn.state.tasksOf.get(requestId)?.values() ?? [])]) {
    const isAsked = task.cleanup?.actionId === actionId;
    if (isAsked && withdrawCleanup(turn, task, message)) kept.set(placeOf(task.taskId), task);
  }
  for (const task of [...(turn.state.tasksOf.get(requestId)?.values() ?? [])]) {
    const instead = kept.get(placeOf(task.taskId));
    if (instead === undefined || instead.taskId.id === task.taskId.id) continue;
    if (task.cleanup !== undefined) continue;
    cleanUpTask(turn, task, { cleanupType: "SCALING_DOWN", message, actionId });
  }
  dropPlans(turn, requestId, ({ pendingTaskId }) => kept.has(placeOf(pendingTaskId)));
}

/** What one task at a time is to serve. */
function placeOf({ deployId, instanceNo }: Pick<TaskId, "deployId" | "instanceNo">): string {
  return `${deployId} ${instanceNo}`;
}
