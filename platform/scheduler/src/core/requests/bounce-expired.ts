/**
 * A bounce that did not get done in its time is taken back: old tasks that still stand stay, and what
 * was started in their place goes.
 *
 * Where an old task has already gone, its replacement is the instance now, and stays.
 */

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
  const kept = new Set<number>();
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])];
  for (const task of tasks) {
    const isAsked = task.cleanup?.actionId === actionId;
    if (isAsked && withdrawCleanup(turn, task, message)) kept.add(task.taskId.instanceNo);
  }
  for (const task of tasks) {
    const isReplacement = task.pendingTask.actionId === actionId && task.cleanup === undefined;
    if (!isReplacement || !kept.has(task.taskId.instanceNo)) continue;
    cleanUpTask(turn, task, { cleanupType: "SCALING_DOWN", message, actionId });
  }
  dropPlans(
    turn,
    requestId,
    (pending) => pending.actionId === actionId && kept.has(pending.pendingTaskId.instanceNo),
  );
}
