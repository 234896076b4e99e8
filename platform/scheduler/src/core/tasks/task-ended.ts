/**
 * A task has ended: its record becomes history, its deploy's statistics are brought up to date, and
 * deploys, jobs and mails hear of it. What is to run instead is the rules' business.
 */

import { mayBeAnnounced } from "../announce/announced-tasks.ts";
import { announcementIdOf } from "../announce/task-announcement.ts";
import { deployTaskEnded } from "../deploys/deploy-task-ended.ts";
import { jobTaskEnded } from "../jobs/job-task-ended.ts";
import type { TaskHistoryUpdate } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { Turn } from "../turn.ts";
import { countTaskEnd } from "./deploy-statistics.ts";
import { taskHistoryOf } from "./task-history.ts";
import { mailTaskEnd } from "./task-mails.ts";
import { addUpdate } from "./task-updates.ts";

export function taskEnded(turn: Turn, task: TaskRecord, update: TaskHistoryUpdate): void {
  const { id, requestId } = task.taskId;
  const ended = addUpdate(turn, task, update);
  const history = taskHistoryOf(turn.state, ended);
  turn.remove("task", id);
  turn.effect({ kind: "stopHealthcheck", taskId: id });
  if (history !== undefined) {
    turn.put("outboxTask", id, history);
    mailTaskEnd(turn, ended, history);
  }
  if (task.drain?.withdrawnAt === undefined && mayBeAnnounced(turn.state, turn.config, task)) {
    turn.put("outboxWithdrawal", id, {
      announcementId: announcementIdOf(task.taskId),
      at: turn.now,
    });
  }
  countTaskEnd(turn, ended, update);
  deployTaskEnded(turn, ended, update);
  const request = turn.get("request", requestId)?.request;
  if (request !== undefined && !isLongRunning(request)) jobTaskEnded(turn, ended, update);
  turn.dirty(requestId);
}
