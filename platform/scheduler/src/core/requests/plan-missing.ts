/**
 * Plans the instances of the active deploy that are missing, in the words of the action that wants them.
 *
 * The rules would plan them as well, but could not say for whom, or that health checks are to be
 * skipped. Of requests that are not long-running nothing is planned here.
 */

import { oldInstanceNumbers } from "../deploys/old-instances-wanted.ts";
import type { TaskPlan } from "../tasks/plan-task.ts";
import { planTask } from "../tasks/plan-task.ts";
import type { Turn } from "../turn.ts";
import { earliestStart } from "./cooldown-delay.ts";
import { isLongRunning } from "./long-running.ts";

type Words = Pick<TaskPlan, "pendingType" | "user" | "message" | "skipHealthchecks" | "actionId">;

export function planMissing(turn: Turn, requestId: string, words: Words): void {
  const request = turn.get("request", requestId)?.request;
  const deployId = turn.get("requestDeploys", requestId)?.active?.deployId;
  if (request === undefined || deployId === undefined || !isLongRunning(request)) return;
  const taken = new Set<number>();
  for (const { taskId, cleanup } of turn.state.tasksOf.get(requestId)?.values() ?? []) {
    if (taskId.deployId === deployId && cleanup === undefined) taken.add(taskId.instanceNo);
  }
  for (const { pendingTaskId } of turn.state.pendingOf.get(requestId)?.values() ?? []) {
    if (pendingTaskId.deployId === deployId) taken.add(pendingTaskId.instanceNo);
  }
  const { first, last } = oldInstanceNumbers(turn.state, requestId);
  for (let instanceNo = first; instanceNo <= last; instanceNo += 1) {
    if (taken.has(instanceNo)) continue;
    const nextRunAt = earliestStart(turn, requestId);
    planTask(turn, { requestId, deployId, instanceNo, nextRunAt, ...words });
  }
}
