/**
 * How the tasks of a deploy's step stand: which are there, which are healthy, which failed, and until
 * when they must be.
 */

import { stepAllowedMs } from "../health/step-allowed.ts";
import type { DeployFailure, PendingDeploy } from "../model/deploy-progress.ts";
import type { DeployRecord, RequestDeploys, TaskRecord } from "../records.ts";
import { isHealthy } from "../tasks/task-health.ts";
import type { Turn } from "../turn.ts";

interface Step {
  readonly deploys: RequestDeploys;
  readonly pending: PendingDeploy;
  readonly record: DeployRecord;
}

/** Tasks of the new deploy that are not being cleaned up. */
export function standingOf(turn: Turn, { record }: Pick<Step, "record">): readonly TaskRecord[] {
  const { requestId, id } = record.deploy;
  return [...(turn.state.tasksOf.get(requestId)?.values() ?? [])].filter(
    ({ taskId, cleanup }) => taskId.deployId === id && cleanup === undefined,
  );
}

/** Those of the numbers that the step is about. */
export function healthyOf(turn: Turn, step: Step): readonly TaskRecord[] {
  const { targetActiveInstances } = step.pending.deployProgress;
  return standingOf(turn, step).filter(
    (task) => task.taskId.instanceNo <= targetActiveInstances && isHealthy(task),
  );
}

/** What failed since the step began: tasks that ended, and tasks whose checks gave up on them. */
export function failuresOf(turn: Turn, step: Step): readonly DeployFailure[] {
  const ended = step.deploys.failures ?? [];
  const unhealthy = standingOf(turn, step).flatMap((task): DeployFailure[] => {
    const { taskId, health, hostname } = task;
    if (health?.failure === undefined || health.healthyAt !== undefined) return [];
    const message = `Instance ${taskId.instanceNo} on ${hostname} is unhealthy: ${health.failure.reason}`;
    return [{ reason: "TASK_FAILED_HEALTH_CHECKS", taskId, message }];
  });
  return [...ended, ...unhealthy];
}

/**
 * When the step has taken too long to start. While the master is away, and until it has answered for
 * the tasks from before, nobody can know how they are: that time does not count.
 */
export function stepOverdueAt(turn: Turn, { pending, record }: Step): number {
  const { connected, launchesFrom = 0 } = turn.state.link;
  const { timestamp } = pending.deployProgress;
  const from = connected ? Math.max(timestamp, launchesFrom) : turn.now;
  return from + stepAllowedMs(turn.config.health, record.deploy);
}
