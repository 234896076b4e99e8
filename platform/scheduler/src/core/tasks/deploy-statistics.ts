/**
 * A deploy's record of how its tasks ended: what cooldown and the history page read. How often jobs
 * were tried again is counted where they are (`jobs/job-task-ended.ts`).
 */

import type { DeployStatistics } from "../model/deploy-progress.ts";
import type { TaskFailureType } from "../model/enums.ts";
import type { TaskHistoryUpdate } from "../model/task.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { Turn } from "../turn.ts";
import { dueAt } from "./due-plans.ts";
import { endKindOf, failureTypeOf, type TaskEndKind } from "./task-end-kind.ts";

const failureEventsMax = 50;
/** Failures in a row that are remembered for each instance. */
const sequentialFailuresMax = 20;

export function countTaskEnd(turn: Turn, task: TaskRecord, update: TaskHistoryUpdate): void {
  const { requestId, deployId } = task.taskId;
  const key = deployKey(requestId, deployId);
  const record = turn.get("deploy", key);
  const request = turn.get("request", requestId)?.request;
  if (record === undefined || request === undefined) return;
  const before = record.statistics ?? { requestId, deployId };
  const { kind, failure } = judge(task, update, isLongRunning(request));
  const counted: DeployStatistics = {
    ...before,
    ...averages(before, task, { update, dueAt: dueAt(turn.state, task.pendingTask) }),
    ...sequences(before, task, kind, update.timestamp),
    numTasks: (before.numTasks ?? 0) + 1,
    numSuccess: (before.numSuccess ?? 0) + (kind === "success" ? 1 : 0),
    numFailures: (before.numFailures ?? 0) + (kind === "failed" ? 1 : 0),
    lastFinishAt: update.timestamp,
    lastTaskState: update.taskState,
    taskFailureEvents:
      failure === undefined
        ? (before.taskFailureEvents ?? [])
        : [
            ...(before.taskFailureEvents ?? []),
            { instance: task.taskId.instanceNo, timestamp: update.timestamp, type: failure },
          ].slice(-failureEventsMax),
  };
  turn.put("deploy", key, { ...record, statistics: counted });
}

/** Who was being stopped did not fail, unless that was for never having come up. */
function judge(
  task: TaskRecord,
  update: TaskHistoryUpdate,
  isLongRunning: boolean,
): { readonly kind: TaskEndKind; readonly failure: TaskFailureType | undefined } {
  switch (task.cleanup?.cleanupType) {
    case undefined:
      return {
        kind: endKindOf(update),
        failure: failureTypeOf(update, task.runningAt !== undefined, isLongRunning),
      };
    case "UNHEALTHY_NEW_TASK":
    case "OVERDUE_NEW_TASK":
      return { kind: "failed", failure: "STARTUP_FAILURE" };
    default:
      return { kind: "killed", failure: undefined };
  }
}

function averages(
  before: DeployStatistics,
  task: TaskRecord,
  end: { readonly update: TaskHistoryUpdate; readonly dueAt: number },
): Pick<DeployStatistics, "averageRuntimeMillis" | "averageSchedulingDelayMillis"> {
  const { numTasks = 0 } = before;
  const mean = (average: number | undefined, value: number): number =>
    Math.round(((average ?? 0) * numTasks + value) / (numTasks + 1));
  const { startedAt } = task.taskId;
  return {
    averageRuntimeMillis: mean(
      before.averageRuntimeMillis,
      Math.max(0, end.update.timestamp - startedAt),
    ),
    averageSchedulingDelayMillis: mean(
      before.averageSchedulingDelayMillis,
      Math.max(0, startedAt - end.dueAt),
    ),
  };
}

function sequences(
  before: DeployStatistics,
  { taskId: { instanceNo } }: TaskRecord,
  kind: TaskEndKind,
  at: number,
): Pick<DeployStatistics, "instanceSequentialFailureTimestamps"> {
  const failures = before.instanceSequentialFailureTimestamps ?? {};
  if (kind === "failed") {
    const ofInstance = [...(failures[instanceNo] ?? []), at].slice(-sequentialFailuresMax);
    return { instanceSequentialFailureTimestamps: { ...failures, [instanceNo]: ofInstance } };
  }
  if (kind !== "success") return {};
  const { [instanceNo]: _ended, ...others } = failures as Record<number, readonly number[]>;
  return { instanceSequentialFailureTimestamps: others };
}
