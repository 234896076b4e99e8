/**
 * Which mail a task's end is worth, as one table.
 *
 * Only for tasks of the active deploy and outside cooldown, as in Singularity: a pending deploy has
 * mails of its own (DEPLOY_FAILED), which say more.
 */

import { putMail } from "../mail/put-mail.ts";
import type { EmailType, RequestType } from "../model/enums.ts";
import type { TaskHistory } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { endKindOf, type TaskEndKind } from "./task-end-kind.ts";

const finished: Readonly<Record<RequestType, EmailType>> = {
  SERVICE: "TASK_FINISHED_LONG_RUNNING",
  WORKER: "TASK_FINISHED_LONG_RUNNING",
  SCHEDULED: "TASK_FINISHED_SCHEDULED",
  ON_DEMAND: "TASK_FINISHED_ON_DEMAND",
  RUN_ONCE: "TASK_FINISHED_RUN_ONCE",
};

export function mailTaskEnd(turn: Turn, task: TaskRecord, taskHistory: TaskHistory): void {
  const { requestId, deployId } = task.taskId;
  const known = turn.get("request", requestId);
  const active = turn.get("requestDeploys", requestId)?.active;
  const update = task.updates.at(-1);
  if (known === undefined || update === undefined || active?.deployId !== deployId) return;
  if (known.state === "SYSTEM_COOLDOWN") return;
  const kind = endKindOf(update);
  const type = mailTypeOf(kind, task, known.request.requestType);
  if (type === undefined) return;
  const user = task.cleanup?.user ?? task.pendingTask.user;
  putMail(turn, {
    type,
    requestId,
    request: known.request,
    taskHistory,
    ...(user === undefined ? {} : { user }),
    ...(kind === "lost" ? { cause: `agent:${task.agentId}` } : {}),
  });
}

function mailTypeOf(kind: TaskEndKind, task: TaskRecord, type: RequestType): EmailType | undefined {
  const cleanup = task.cleanup?.cleanupType;
  const isDecommissioned = cleanup === "DECOMISSIONING" || cleanup === "DECOMMISSION_TIMEOUT";
  switch (kind) {
    case "lost":
      return "TASK_LOST";
    case "success":
      return finished[type];
    case "failed":
      if (isDecommissioned) return "TASK_FAILED_DECOMISSIONED";
      return cleanup === undefined ? "TASK_FAILED" : undefined;
    case "killed":
      if (cleanup === "UNHEALTHY_NEW_TASK" || cleanup === "OVERDUE_NEW_TASK")
        return "TASK_KILLED_UNHEALTHY";
      return isDecommissioned ? "TASK_KILLED_DECOMISSIONED" : "TASK_KILLED";
  }
}
