/**
 * TASK webhooks: each step of each task, to every hook of that type.
 */

import type { TaskHistoryUpdate } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { taskOf } from "./task-history.ts";

export function announceTask(turn: Turn, record: TaskRecord, taskUpdate: TaskHistoryUpdate): void {
  const hooks = [...turn.state.records.webhook.values()].filter(({ type }) => type === "TASK");
  if (hooks.length === 0) return;
  const task = taskOf(turn.state, record);
  if (task === undefined) return;
  const { requestId, deployId, id } = record.taskId;
  for (const { id: webhookId } of hooks) {
    turn.put(
      "outboxWebhook",
      `${webhookId}-${id}-${taskUpdate.taskState}-${taskUpdate.timestamp}`,
      {
        webhookId,
        type: "TASK",
        at: turn.now,
        requestId,
        deployId,
        taskId: id,
        body: { task, taskUpdate },
      },
    );
  }
  turn.effect({ kind: "outbox", outbox: "webhook" });
}
