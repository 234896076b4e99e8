/**
 * What every change of a request's wishes comes to, whoever makes it: its record, its history, and the
 * tasks that are too many or planned by a schedule that no longer holds.
 *
 * Tasks that are missing are planned by the rules. Refuses nothing.
 */

import { given } from "../given.ts";
import type { RequestHistoryEvent } from "../model/enums.ts";
import type { Request, RequestWithState } from "../model/request.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { isBySchedule } from "../tasks/due-plans.ts";
import { dropPlans } from "../tasks/plan-task.ts";
import type { Turn } from "../turn.ts";
import { instancesOf, isLongRunning } from "./long-running.ts";
import { rebalance } from "./rebalance.ts";
import { requestChanged } from "./request-changed.ts";
import { switchHealthchecks } from "./switch-healthchecks.ts";

export interface RequestUpdate {
  readonly before: RequestWithState;
  readonly request: Request;
  readonly eventType: RequestHistoryEvent;
  readonly user?: string | undefined;
  readonly message?: string | undefined;
}

export function updateRequest(turn: Turn, update: RequestUpdate): RequestWithState {
  const { before, request, eventType, user, message } = update;
  const isRescheduled = scheduleOf(request) !== scheduleOf(before.request);
  const isWokenUp = before.state === "FINISHED" && isRescheduled;
  const changed = requestChanged(turn, {
    request,
    state: isWokenUp ? "ACTIVE" : before.state,
    eventType,
    user,
    message,
  });
  // Runs that a person asked for stay; the rules plan the next one by the new schedule.
  if (isRescheduled) dropPlans(turn, request.id, (pending) => isBySchedule(turn.state, pending));
  if (instancesOf(request) < instancesOf(before.request)) endSurplus(turn, update);
  switchHealthchecks(turn, { before: before.request, request, user });
  return changed;
}

function scheduleOf(request: Request): string {
  const { schedule, quartzSchedule, scheduleType, scheduleTimeZone } = request;
  return JSON.stringify([schedule, quartzSchedule, scheduleType, scheduleTimeZone]);
}

/** So that the tasks' history says who scaled down; the rules would only say that they are too many. */
function endSurplus(turn: Turn, { before, request, user, message }: RequestUpdate): void {
  const active = turn.get("requestDeploys", request.id)?.active;
  if (active === undefined || !isLongRunning(request)) return;
  const wanted = instancesOf(request);
  for (const task of [...(turn.state.tasksOf.get(request.id)?.values() ?? [])]) {
    const { deployId, instanceNo } = task.taskId;
    if (deployId !== active.deployId || instanceNo <= wanted || task.cleanup !== undefined)
      continue;
    cleanUpTask(turn, task, { cleanupType: "SCALING_DOWN", ...given({ user, message }) });
  }
  const { deployId } = active;
  rebalance(turn, { request, instancesBefore: instancesOf(before.request), deployId, user });
}
