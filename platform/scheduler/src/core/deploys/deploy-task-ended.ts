/**
 * A task of the deploy on trial has ended: whether that counts against the deploy, and in which words.
 *
 *     ended by itself, failed or finished      counts
 *     killed because a person asked            counts: who kills it does not want it
 *     killed to be replaced elsewhere          does not: another takes its place
 *     lost with its agent or by the master     does not
 *
 * What it comes to is `advance-deploy.ts`'s to decide.
 */

import type { DeployFailure } from "../model/deploy-progress.ts";
import type { TaskCleanupType } from "../model/enums.ts";
import type { TaskHistoryUpdate } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import { endKindOf } from "../tasks/task-end-kind.ts";
import type { Turn } from "../turn.ts";

/** Ends that somebody wanted of this very task, and not of its place. */
const heldAgainstIt: ReadonlySet<TaskCleanupType> = new Set([
  "USER_REQUESTED",
  "USER_REQUESTED_DESTROY",
  "OVERDUE_NEW_TASK",
  "UNHEALTHY_NEW_TASK",
]);

/** Characters of what Mesos says that go into a deploy's result; the task's history has all of them. */
const wordsMax = 1000;

/** `task` as it was last, with the update. Tasks of other deploys are passed over. */
export function deployTaskEnded(turn: Turn, task: TaskRecord, update: TaskHistoryUpdate): void {
  const { requestId, deployId, id } = task.taskId;
  const deploys = turn.get("requestDeploys", requestId);
  const pending = deploys?.pending;
  if (deploys === undefined || pending?.deployMarker.deployId !== deployId) return;
  const known = deploys.failures ?? [];
  if (known.some(({ taskId }) => taskId?.id === id)) return;
  const failure = failureOf(task, update);
  if (failure === undefined) return;
  const progress = pending.deployProgress;
  turn.put("requestDeploys", requestId, {
    ...deploys,
    failures: [...known, failure],
    pending: {
      ...pending,
      deployProgress: {
        ...progress,
        failedDeployTasks: [...progress.failedDeployTasks, task.taskId],
      },
    },
  });
  turn.dirty(requestId);
}

function failureOf(task: TaskRecord, update: TaskHistoryUpdate): DeployFailure | undefined {
  const { taskId, cleanup } = task;
  const kind = endKindOf(update);
  if (kind === "lost") return undefined;
  if (cleanup !== undefined && !heldAgainstIt.has(cleanup.cleanupType)) return undefined;
  if (kind === "success") {
    return {
      reason: "TASK_EXPECTED_RUNNING_FINISHED",
      taskId,
      message: `Instance ${taskId.instanceNo} on ${task.hostname} was to keep running, but ended by itself with success${told(update)}`,
    };
  }
  if (cleanup !== undefined) {
    const by = cleanup.user === undefined ? "" : ` by ${cleanup.user}`;
    return {
      reason: "TASK_FAILED_ON_STARTUP",
      taskId,
      message: `Instance ${taskId.instanceNo} on ${task.hostname} was killed${by} (${cleanup.cleanupType})`,
    };
  }
  const after = task.runningAt === undefined ? "before it ran" : ranFor(task.runningAt, update);
  return {
    reason: "TASK_FAILED_ON_STARTUP",
    taskId,
    message: `Instance ${taskId.instanceNo} on ${task.hostname} ended with ${update.taskState} ${after}${told(update)}`,
  };
}

function ranFor(runningAt: number, { timestamp }: TaskHistoryUpdate): string {
  return `after running for ${Math.max(0, timestamp - runningAt) / 1000} s`;
}

function told({ statusMessage, statusReason }: TaskHistoryUpdate): string {
  const words = [statusMessage, statusReason].filter((word) => word !== undefined && word !== "");
  return words.length === 0 ? "" : `: ${words.join(", ").slice(0, wordsMax)}`;
}
