/**
 * A job's task has ended: its run's time is remembered, and it is tried again where that is wanted.
 *
 *     lost with its machine, or by Mesos   again at once, and not counted
 *     failed, or stopped by a rule         again at once, `numRetriesOnFailure` times in a row
 *     stopped by a person, or done         not again
 *
 * Runs of scheduled jobs that a person asked for are not tried again when they fail: the person is
 * there. The next scheduled run is the business of `keep-jobs.ts`.
 *
 * Differs: Singularity tries a scheduled job again also when a person has killed it.
 */

import type { TaskCleanupType } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import type { TaskHistoryUpdate } from "../model/task.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { earliestStart } from "../requests/cooldown-delay.ts";
import { isBySchedule } from "../tasks/due-plans.ts";
import { planTask } from "../tasks/plan-task.ts";
import { endKindOf } from "../tasks/task-end-kind.ts";
import type { Turn } from "../turn.ts";
import { previousRunOf } from "./next-scheduled-run.ts";

/** Somebody wanted it to end. */
const wantedEnds: ReadonlySet<TaskCleanupType> = new Set<TaskCleanupType>([
  "USER_REQUESTED",
  "USER_REQUESTED_DESTROY",
  "PAUSE",
  "PAUSING",
  "REQUEST_DELETING",
  "PRIORITY_KILL",
]);

/** After `task` was removed and its end counted. */
export function jobTaskEnded(turn: Turn, task: TaskRecord, update: TaskHistoryUpdate): void {
  rememberRun(turn, task);
  const { requestId, deployId } = task.taskId;
  const known = turn.get("request", requestId);
  if (known === undefined) return;
  const kind = endKindOf(update);
  const retries = turn.get("deploy", deployKey(requestId, deployId))?.statistics;
  const retriesInARow = retries?.numSequentialRetries ?? 0;
  const isWanted = kind === "success" || isStoppedByPerson(task);
  const mayRetry = retriesInARow < (known.request.numRetriesOnFailure ?? 0);
  const isRetried =
    !isWanted && kind !== "lost" && mayRetry && !isAskedScheduledRun(task, known.request);
  const isRunnable = known.state === "ACTIVE" || known.state === "SYSTEM_COOLDOWN";
  const isAgain = isRunnable && !isWanted && (kind === "lost" || isRetried);
  if (isAgain) planAgain(turn, task, known.request);
  if (kind !== "lost") countRetries(turn, task, isAgain ? retriesInARow + 1 : 0);
}

function isStoppedByPerson({ cleanup }: TaskRecord): boolean {
  return cleanup !== undefined && wantedEnds.has(cleanup.cleanupType);
}

function isAskedScheduledRun({ pendingTask }: TaskRecord, { requestType }: Request): boolean {
  return requestType === "SCHEDULED" && pendingTask.pendingTaskId.pendingType === "IMMEDIATE";
}

/** By the deploy that is active now; a RUN_ONCE has only its own. */
function planAgain(turn: Turn, task: TaskRecord, request: Request): void {
  const { requestId, instanceNo, deployId: ofTask } = task.taskId;
  const active = turn.get("requestDeploys", requestId)?.active?.deployId;
  const deployId = request.requestType === "RUN_ONCE" ? ofTask : active;
  if (deployId === undefined || turn.get("deploy", deployKey(requestId, deployId)) === undefined) {
    return;
  }
  const { pendingTaskId: _ended, runAt: _past, ...asked } = task.pendingTask;
  planTask(turn, {
    ...asked,
    requestId,
    deployId,
    instanceNo,
    pendingType: "RETRY",
    nextRunAt: earliestStart(turn, requestId),
  });
}

function countRetries(turn: Turn, { taskId }: TaskRecord, numSequentialRetries: number): void {
  const key = deployKey(taskId.requestId, taskId.deployId);
  const record = turn.get("deploy", key);
  if (record?.statistics === undefined) return;
  if ((record.statistics.numSequentialRetries ?? 0) === numSequentialRetries) return;
  turn.put("deploy", key, {
    ...record,
    statistics: { ...record.statistics, numSequentialRetries },
  });
}

/** So that a clock that is set back does not bring it round again. */
function rememberRun(turn: Turn, { taskId, pendingTask }: TaskRecord): void {
  if (!isBySchedule(turn.state, pendingTask)) return;
  const deploys = turn.get("requestDeploys", taskId.requestId);
  const { nextRunAt } = pendingTask.pendingTaskId;
  if (deploys === undefined || (previousRunOf(turn, taskId.requestId) ?? 0) >= nextRunAt) return;
  turn.put("requestDeploys", taskId.requestId, { ...deploys, lastRunAt: nextRunAt });
}
