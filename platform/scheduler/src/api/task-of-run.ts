/**
 * The task of a run: one that runs now, one that has just ended, or one of history.
 */

import type { TaskId } from "../core/model/task.ts";
import type { Call, QueryTable } from "./route.ts";

export async function taskOfRun(
  { state, context }: Pick<Call<unknown, QueryTable>, "state" | "context">,
  requestId: string,
  runId: string,
): Promise<TaskId | undefined> {
  for (const { taskId, pendingTask } of state.tasksOf.get(requestId)?.values() ?? []) {
    if (pendingTask.runId === runId) return taskId;
  }
  for (const { task } of state.records.outboxTask.values()) {
    const { taskId, taskRequest } = task;
    if (taskId.requestId === requestId && taskRequest.pendingTask.runId === runId) return taskId;
  }
  return (await context.history.taskOfRun(requestId, runId))?.task.taskId;
}
