/**
 * The rule that keeps jobs planned.
 *
 *     SCHEDULED  one plan, for the schedule's next time, whenever nothing of it runs; none while
 *                something does, so that it never overlaps itself. No next time: FINISHED
 *     RUN_ONCE   one plan for each deploy that has not been run
 *     ON_DEMAND  nothing: people plan its runs (`job-run-asked.ts`)
 *
 * What a person asked to be run (IMMEDIATE) and what is tried again (RETRY) takes the place of the
 * scheduled plan once it is due; afterwards the schedule goes on.
 */

import { given } from "../given.ts";
import type { RequestWithState } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import type { RequestRule } from "../reconcile-request.ts";
import { deployKey } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { requestFinished } from "../requests/request-finished.ts";
import { dueAt, isBySchedule } from "../tasks/due-plans.ts";
import { dropPlans, planTask } from "../tasks/plan-task.ts";
import type { Turn } from "../turn.ts";
import { nextScheduledRun } from "./next-scheduled-run.ts";
import { scheduleOf } from "./schedule-of-request.ts";

export const keepJobs: RequestRule = (turn, requestId) => {
  const known = turn.get("request", requestId);
  if (known === undefined || isLongRunning(known.request)) return undefined;
  if (known.request.requestType === "SCHEDULED") keepScheduled(turn, known);
  if (known.request.requestType === "RUN_ONCE") keepRunOnce(turn, known);
  return undefined;
};

function isRunnable({ state }: RequestWithState): boolean {
  return state === "ACTIVE" || state === "SYSTEM_COOLDOWN";
}

function keepScheduled(turn: Turn, known: RequestWithState): void {
  const { id: requestId } = known.request;
  const active = turn.get("requestDeploys", requestId)?.active;
  const isRunning = (turn.state.tasksOf.get(requestId)?.size ?? 0) > 0;
  if (active === undefined || isRunning || !isRunnable(known) || isDueAnyway(turn, requestId)) {
    dropPlans(turn, requestId, (pending) => isBySchedule(turn.state, pending));
    return;
  }
  const standing = plansOf(turn, requestId).find((pending) =>
    isGoodPlan(turn, pending, active.deployId),
  );
  dropPlans(
    turn,
    requestId,
    (pending) => isBySchedule(turn.state, pending) && pending !== standing,
  );
  if (standing === undefined) planNextRun(turn, known, active.deployId);
}

function plansOf(turn: Turn, requestId: string): readonly PendingTask[] {
  return [...(turn.state.pendingOf.get(requestId)?.values() ?? [])];
}

/** Something that is no scheduled run is about to start. */
function isDueAnyway(turn: Turn, requestId: string): boolean {
  return plansOf(turn, requestId).some(
    (pending) => !isBySchedule(turn.state, pending) && dueAt(turn.state, pending) <= turn.now,
  );
}

/** A plan from the future was made by a clock that has been set back since, while nobody looked. */
function isGoodPlan(turn: Turn, pending: PendingTask, deployId: string): boolean {
  const { createdAt, deployId: ofDeploy } = pending.pendingTaskId;
  const toleranceMs = 1000;
  return (
    isBySchedule(turn.state, pending) &&
    ofDeploy === deployId &&
    createdAt <= turn.now + toleranceMs
  );
}

function planNextRun(turn: Turn, { request }: RequestWithState, deployId: string): void {
  const nextRunAt = nextScheduledRun(turn, request);
  if (nextRunAt === undefined) {
    // A run that somebody asked for and that is yet to come keeps the request alive.
    if (plansOf(turn, request.id).length > 0) return;
    const why = scheduleOf(request).error;
    requestFinished(turn, request.id, why ?? "The schedule has no next run");
    return;
  }
  const record = turn.get("deploy", deployKey(request.id, deployId));
  const hasRun = (record?.statistics?.numTasks ?? 0) > 0;
  planTask(turn, {
    requestId: request.id,
    deployId,
    instanceNo: 1,
    pendingType: hasRun ? "TASK_DONE" : "NEW_DEPLOY",
    nextRunAt,
    ...given({ user: hasRun ? undefined : record?.marker.user }),
  });
}

function keepRunOnce(turn: Turn, known: RequestWithState): void {
  const { id: requestId } = known.request;
  const active = turn.get("requestDeploys", requestId)?.active;
  if (active === undefined || !isRunnable(known)) return;
  const { deployId } = active;
  const record = turn.get("deploy", deployKey(requestId, deployId));
  if (record === undefined || (record.statistics?.numTasks ?? 0) > 0) return;
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])];
  if (tasks.some(({ taskId }) => taskId.deployId === deployId)) return;
  const plans = plansOf(turn, requestId);
  if (plans.some(({ pendingTaskId }) => pendingTaskId.deployId === deployId)) return;
  planTask(turn, {
    requestId,
    deployId,
    instanceNo: 1,
    pendingType: "NEW_DEPLOY",
    ...given({ user: record.marker.user, message: record.marker.message }),
  });
}
