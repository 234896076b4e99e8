/**
 * TASK webhooks: each step of each task, to every hook of that type.
 */

import type { TaskHistoryUpdate } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { announce } from "../webhooks/announce.ts";
import { taskOf } from "./task-history.ts";

export function announceTask(turn: Turn, record: TaskRecord, taskUpdate: TaskHistoryUpdate): void {
  const hooks = [...turn.state.records.webhook.values()];
  if (!hooks.some(({ type }) => type === "TASK")) return;
  const task = taskOf(turn.state, record);
  if (task === undefined) return;
  const { requestId, deployId, id: taskId } = record.taskId;
  announce(turn, { type: "TASK", requestId, deployId, taskId, body: { task, taskUpdate } });
}
