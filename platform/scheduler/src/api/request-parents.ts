/**
 * A request with all that belongs to it, as most calls about requests answer.
 */

import { activeDeployOf, pendingDeployOf } from "../core/deploys/which-deploy.ts";
import { given } from "../core/given.ts";
import type { RequestParent } from "../core/model/answers.ts";
import type { RequestDeployState } from "../core/model/deploy-progress.ts";
import type { RequestWithState } from "../core/model/request.ts";
import type { TaskId, TaskIdsByStatus } from "../core/model/task.ts";
import type { RequestDeploys } from "../core/records.ts";
import type { SchedulerState } from "../core/state.ts";
import { isHealthy } from "../core/tasks/task-health.ts";

/** Without what is about its tasks and deploys in full: for lists. */
export function briefParentOf(
  { request, state }: RequestWithState,
  deploys: RequestDeploys | undefined,
): RequestParent {
  return { request, state, ...given({ requestDeployState: deployStateOf(deploys) }) };
}

export function parentOf(
  state: SchedulerState,
  { request, state: requestState }: RequestWithState,
): RequestParent {
  const { id } = request;
  const deploys = state.records.requestDeploys.get(id);
  const expiring = state.records.expiring.get(id);
  return {
    request,
    state: requestState,
    taskIds: taskIdsOf(state, id),
    ...given({
      requestDeployState: deployStateOf(deploys),
      activeDeploy: activeDeployOf(state, id)?.deploy,
      pendingDeploy: pendingDeployOf(state, id)?.deploy,
      pendingDeployState: deploys?.pending,
      expiringBounce: expiring?.bounce,
      expiringPause: expiring?.pause,
      expiringScale: expiring?.scale,
      expiringSkipHealthchecks: expiring?.skipHealthchecks,
      expiringPriority: expiring?.priority,
    }),
  };
}

function deployStateOf(deploys: RequestDeploys | undefined): RequestDeployState | undefined {
  if (deploys === undefined) return undefined;
  const { requestId, active, pending } = deploys;
  return {
    requestId,
    ...given({ activeDeploy: active, pendingDeploy: pending?.deployMarker }),
  };
}

/** Each task in one list only: killed before cleaning before healthy. */
export function taskIdsOf(state: SchedulerState, requestId: string): TaskIdsByStatus {
  const lists = {
    healthy: [] as TaskId[],
    notYetHealthy: [] as TaskId[],
    cleaning: [] as TaskId[],
    killed: [] as TaskId[],
  };
  for (const task of state.tasksOf.get(requestId)?.values() ?? []) {
    if (task.kill !== undefined) lists.killed.push(task.taskId);
    else if (task.cleanup !== undefined) lists.cleaning.push(task.taskId);
    else if (isHealthy(task)) lists.healthy.push(task.taskId);
    else lists.notYetHealthy.push(task.taskId);
  }
  const pending = [...(state.pendingOf.get(requestId)?.values() ?? [])];
  return { ...lists, pending: pending.map((task) => task.pendingTaskId), loadBalanced: [] };
}
