/**
 * Instances that were healthy and no longer answer are replaced, but only so many of a request at
 * once: what ails all of them is no better after all of them were killed.
 */

import { restartsAllowed } from "../health/restarts-allowed.ts";
import type { RequestRule } from "../reconcile-request.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { instancesOf, isLongRunning } from "../requests/long-running.ts";
import { cleanUpTask } from "./clean-up-task.ts";
import { isHealthy } from "./task-health.ts";

export const restartUnhealthy: RequestRule = (turn, requestId) => {
  const request = turn.get("request", requestId)?.request;
  const active = turn.get("requestDeploys", requestId)?.active;
  if (request === undefined || active === undefined || !isLongRunning(request)) return undefined;
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])].filter(
    ({ taskId }) => taskId.deployId === active.deployId,
  );
  const unhealthy = tasks.filter(
    ({ cleanup, health }) => cleanup === undefined && isFallen(health),
  );
  if (unhealthy.length === 0) return undefined;
  const deploy = turn.get("deploy", deployKey(requestId, active.deployId))?.deploy;
  const instances = instancesOf(request);
  const allowed = restartsAllowed({
    instances,
    unhealthy: unhealthy.length,
    restarting: Math.max(0, instances - unhealthy.length - tasks.filter(standsWell).length),
    share:
      deploy?.healthcheck?.maxUnhealthyRestartShare ?? turn.config.health.maxUnhealthyRestartShare,
  });
  const longestFirst = unhealthy.sort((a, b) => since(a) - since(b));
  for (const task of longestFirst.slice(0, allowed)) {
    cleanUpTask(turn, task, {
      cleanupType: "UNHEALTHY_NEW_TASK",
      message: "it was healthy, and does not answer its check any more",
    });
  }
  return undefined;
};

function standsWell(task: TaskRecord): boolean {
  return task.cleanup === undefined && isHealthy(task);
}

function isFallen(health: TaskRecord["health"]): boolean {
  return health?.healthyAt !== undefined && health.unhealthySince !== undefined;
}

function since({ health }: TaskRecord): number {
  return health?.unhealthySince ?? 0;
}
