/**
 * Whether a task is healthy, as its record says, and the rule that writes it there.
 *
 *     running, no check     healthy once it has run for a while
 *     running, with check   healthy at its first success; not while continuous checks fail
 *     neither in time       cleaned up (unless its deploy is on trial: then the deploy fails)
 */

import { type HealthReport, healthReported } from "../health/health-reported.ts";
import { type HealthTelling, healthTellingOf } from "../health/health-telling.ts";
import { isActionDisabled } from "../operations/disabled-actions.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { cleanUpTask } from "./clean-up-task.ts";

/** It counts as one of the instances that are wanted. Of jobs: never asked. */
export function isHealthy({ health }: TaskRecord): boolean {
  return health?.healthyAt !== undefined && health.unhealthySince === undefined;
}

/** By what this task's health is told; undefined when its deploy or request is unknown. */
export function healthTelling(
  state: SchedulerState,
  config: SchedulerConfig,
  { taskId, pendingTask }: TaskRecord,
): HealthTelling | undefined {
  const { requestId, deployId } = taskId;
  const request = state.records.request.get(requestId)?.request;
  const deploy = state.records.deploy.get(deployKey(requestId, deployId))?.deploy;
  if (request === undefined || deploy === undefined) return undefined;
  return healthTellingOf({
    settings: config.health,
    request,
    deploy,
    pendingTask,
    isDeployPending: isOnTrial(state, requestId, deployId),
    checksDisabled: isActionDisabled(state, "RUN_HEALTH_CHECKS") !== undefined,
  });
}

/** Whether the shell is to check on it. */
export function checksHealth(
  state: SchedulerState,
  config: SchedulerConfig,
  task: TaskRecord,
): boolean {
  return healthTelling(state, config, task)?.kind === "checks";
}

/** A check was answered, or not. Reports of tasks that are gone are passed over. */
export function healthcheckAnswered(turn: Turn, report: HealthReport): void {
  const task = turn.get("task", report.taskId);
  if (task === undefined) return;
  const { verdict, result } = report;
  const before = task.health;
  const health = healthReported(before, report, turn.config.maxHealthcheckResultsPerTask);
  const failed = verdict.kind === "unhealthy" && health.healthyAt === undefined;
  turn.put("task", report.taskId, {
    ...task,
    health: failed
      ? { ...health, failure: before?.failure ?? { at: result.timestamp, reason: verdict.message } }
      : health,
  });
  turn.dirty(task.taskId.requestId);
}

/** The rule: health by time, and the end of those that never got there. */
export function settleHealth(turn: Turn, requestId: string): number | undefined {
  const request = turn.get("request", requestId)?.request;
  if (request === undefined || !isLongRunning(request)) return undefined;
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const task of [...(turn.state.tasksOf.get(requestId)?.values() ?? [])]) {
    wakeAt = Math.min(wakeAt, settleOne(turn, task) ?? Number.POSITIVE_INFINITY);
  }
  return Number.isFinite(wakeAt) ? wakeAt : undefined;
}

function settleOne(turn: Turn, task: TaskRecord): number | undefined {
  if (task.cleanup !== undefined || isHealthy(task)) return undefined;
  const { requestId, deployId } = task.taskId;
  const judgedByDeploy = isOnTrial(turn.state, requestId, deployId);
  if (task.runningAt === undefined) {
    const overdueAt = task.taskId.startedAt + turn.config.killIfNotRunningAfterMs;
    if (judgedByDeploy || turn.now < overdueAt) return judgedByDeploy ? undefined : overdueAt;
    cleanUpTask(turn, task, {
      cleanupType: "OVERDUE_NEW_TASK",
      message: `did not run within ${turn.config.killIfNotRunningAfterMs / 1000} s`,
    });
    return undefined;
  }
  if (task.health?.failure !== undefined) {
    if (judgedByDeploy) return undefined;
    cleanUpTask(turn, task, {
      cleanupType: "UNHEALTHY_NEW_TASK",
      message: task.health.failure.reason,
    });
    return undefined;
  }
  const telling = healthTelling(turn.state, turn.config, task);
  if (telling?.kind !== "running") return undefined;
  const healthyAt = task.runningAt + telling.afterMs;
  if (turn.now < healthyAt) return healthyAt;
  turn.put("task", task.taskId.id, {
    ...task,
    health: { results: task.health?.results ?? [], healthyAt },
  });
  turn.dirty(requestId);
  return undefined;
}

function isOnTrial(state: SchedulerState, requestId: string, deployId: string): boolean {
  return state.records.requestDeploys.get(requestId)?.pending?.deployMarker.deployId === deployId;
}
