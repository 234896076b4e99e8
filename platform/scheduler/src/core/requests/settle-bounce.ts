/**
 * The rule that carries a bounce out: asks old tasks to go, each with a replacement planned beside it,
 * and takes the marker away when none is left.
 *
 * An old task is one of the bounced deploy that was there when the bounce began. Of an incremental
 * bounce only a few are asked at once, so that one host more than instances is enough where they may
 * not share hosts.
 */

import { given } from "../given.ts";
import type { Request } from "../model/request.ts";
import type { RequestCleanup } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { planTask } from "../tasks/plan-task.ts";
import { shellCommandAsked } from "../tasks/shell-command-asked.ts";
import { isHealthy } from "../tasks/task-health.ts";
import type { Turn } from "../turn.ts";
import { clearExpiring } from "./expiring-record.ts";
import { instancesOf } from "./long-running.ts";
import { bounceOf } from "./request-bounced.ts";
import { placementOf } from "./scale-guards.ts";

/** Of the instances of an incremental bounce, where hosts are no constraint. */
const surgeShare = 0.1;

export function settleBounce(turn: Turn, requestId: string): undefined {
  const bounce = bounceOf(turn, requestId);
  const request = turn.get("request", requestId)?.request;
  if (bounce === undefined || request === undefined) return;
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])];
  const old = tasks.filter((task) => isOld(task, bounce));
  if (old.length === 0) {
    endBounce(turn, requestId);
    return;
  }
  const asked = old.filter(({ cleanup }) => cleanup !== undefined);
  const untouched = old.filter(({ cleanup }) => cleanup === undefined);
  for (const task of untouched.slice(0, mayGo(turn, request, bounce, tasks, asked.length))) {
    replace(turn, task, bounce);
  }
}

/** Also asked for when another deploy has taken over, and when the request is paused or deleted. */
export function endBounce(turn: Turn, requestId: string): void {
  if (bounceOf(turn, requestId) === undefined) return;
  turn.remove("requestCleanup", requestId);
  clearExpiring(turn, requestId, "bounce");
  turn.dirty(requestId);
}

function isOld({ taskId, pendingTask }: TaskRecord, bounce: RequestCleanup): boolean {
  return (
    taskId.deployId === bounce.deployId &&
    taskId.startedAt <= bounce.timestamp &&
    pendingTask.actionId !== bounce.actionId
  );
}

/** How many more old tasks may be asked to go now. */
function mayGo(
  turn: Turn,
  request: Request,
  bounce: RequestCleanup,
  tasks: readonly TaskRecord[],
  asked: number,
): number {
  if (bounce.cleanupType === "BOUNCE") return tasks.length;
  const instances = instancesOf(request);
  const isRoomy = ["GREEDY", "OPTIMISTIC"].includes(placementOf(turn, request));
  const surge = isRoomy ? Math.max(1, Math.floor(instances * surgeShare)) : 1;
  // What has been started for the bounce and is not healthy yet holds the next ones back.
  const arriving = tasks.filter(
    (task) =>
      task.pendingTask.actionId === bounce.actionId &&
      task.cleanup === undefined &&
      !isHealthy(task),
  ).length;
  return Math.max(0, surge - Math.max(asked, arriving));
}

function replace(turn: Turn, task: TaskRecord, bounce: RequestCleanup): void {
  const { requestId, deployId, instanceNo, id } = task.taskId;
  const { user, message, actionId, skipHealthchecks, runShellCommandBeforeKill } = bounce;
  const asked =
    runShellCommandBeforeKill &&
    shellCommandAsked(turn, { taskId: id, user, shellCommand: runShellCommandBeforeKill });
  // A command that is no longer allowed does not hold the bounce up.
  const runBeforeKillId = asked?.value && {
    taskId: task.taskId,
    name: asked.value.shellCommand.name,
    timestamp: asked.value.timestamp,
  };
  cleanUpTask(turn, turn.get("task", id) ?? task, {
    cleanupType: bounce.cleanupType === "BOUNCE" ? "BOUNCING" : "INCREMENTAL_BOUNCE",
    ...given({ user, message, actionId, runBeforeKillId }),
  });
  const isPlanned = [...(turn.state.pendingOf.get(requestId)?.values() ?? [])].some(
    ({ pendingTaskId }) =>
      pendingTaskId.deployId === deployId && pendingTaskId.instanceNo === instanceNo,
  );
  const instances = instancesOf(turn.get("request", requestId)?.request as Request);
  if (isPlanned || instanceNo > instances) return;
  planTask(turn, {
    requestId,
    deployId,
    instanceNo,
    pendingType: "BOUNCE",
    ...given({ user, message, actionId, skipHealthchecks }),
  });
}
