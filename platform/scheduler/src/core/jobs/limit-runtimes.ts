/**
 * The rule about jobs that run for long: past their time limit they are stopped, and of a scheduled
 * one that runs much longer than expected somebody is told, once.
 *
 * Differs: Singularity looks every ten minutes; here a job is stopped when its time is up.
 */

import { instant } from "@tavola/base";
import { putMail } from "../mail/put-mail.ts";
import type { Request } from "../model/request.ts";
import type { RequestRule } from "../reconcile-request.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { durationWords } from "../requests/duration-words.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { nextRunAt } from "../schedules/schedule.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { taskHistoryOf } from "../tasks/task-history.ts";
import type { Turn } from "../turn.ts";
import { scheduleOf } from "./schedule-of-request.ts";

export const limitRuntimes: RequestRule = (turn, requestId) => {
  const request = turn.get("request", requestId)?.request;
  if (request === undefined || isLongRunning(request)) return undefined;
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const { taskId } of [...(turn.state.tasksOf.get(requestId)?.values() ?? [])]) {
    wakeAt = Math.min(wakeAt, limitRuntime(turn, request, taskId.id));
    wakeAt = Math.min(wakeAt, tellOverdue(turn, request, taskId.id));
  }
  return Number.isFinite(wakeAt) ? wakeAt : undefined;
};

/** Returns when to look again. */
function limitRuntime(turn: Turn, request: Request, taskId: string): number {
  const task = turn.get("task", taskId);
  const limitMs = request.taskExecutionTimeLimitMillis ?? turn.config.taskExecutionTimeLimitMs;
  if (task === undefined || limitMs === undefined || task.kill !== undefined) {
    return Number.POSITIVE_INFINITY;
  }
  const endsAt = task.taskId.startedAt + limitMs;
  if (turn.now < endsAt) return endsAt;
  const ranMs = turn.now - task.taskId.startedAt;
  cleanUpTask(turn, task, {
    cleanupType: "TASK_EXCEEDED_TIME_LIMIT",
    message: `Task has run for ${durationWords(ranMs)}, which exceeds the maximum execution time of ${durationWords(limitMs)}`,
  });
  return Number.POSITIVE_INFINITY;
}

function tellOverdue(turn: Turn, request: Request, taskId: string): number {
  const task = turn.get("task", taskId);
  if (request.requestType !== "SCHEDULED" || task === undefined || task.overdueTold === true) {
    return Number.POSITIVE_INFINITY;
  }
  const expectedMs = expectedRuntime(turn, request, task);
  if (expectedMs === undefined) return Number.POSITIVE_INFINITY;
  const { startedAt } = task.taskId;
  const { warnIfScheduledJobIsRunningForAtLeastMs, warnIfScheduledJobIsRunningPastNextRunPct } =
    turn.config;
  const pastMs = Math.floor((expectedMs * warnIfScheduledJobIsRunningPastNextRunPct) / 100) + 1;
  const tellAt = startedAt + Math.max(warnIfScheduledJobIsRunningForAtLeastMs, pastMs);
  if (turn.now < tellAt) return tellAt;
  turn.put("task", taskId, { ...task, overdueTold: true });
  const taskHistory = taskHistoryOf(turn.state, task);
  putMail(turn, {
    type: "TASK_SCHEDULED_OVERDUE_TO_FINISH",
    requestId: request.id,
    request,
    ...(taskHistory === undefined ? {} : { taskHistory }),
    details: { runTimeMillis: turn.now - startedAt, expectedRuntimeMillis: expectedMs },
  });
  return Number.POSITIVE_INFINITY;
}

/** What the request says, or what it took so far, or until it would run again. */
function expectedRuntime(turn: Turn, request: Request, task: TaskRecord): number | undefined {
  const { requestId, deployId, startedAt } = task.taskId;
  const statistics = turn.get("deploy", deployKey(requestId, deployId))?.statistics;
  const known = request.scheduledExpectedRuntimeMillis ?? statistics?.averageRuntimeMillis;
  if (known !== undefined) return known;
  const schedule = scheduleOf(request).value;
  const next = schedule && nextRunAt(schedule, instant(startedAt));
  return next === undefined ? undefined : next - startedAt;
}
