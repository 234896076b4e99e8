/**
 * A task that was to end may go on: what it was to make room for is not going to happen.
 *
 * One that has been told to stop, or is being drained for that, cannot be kept; it is passed over.
 */

import type { TaskRecord } from "../records.ts";
import { addUpdate } from "../tasks/task-updates.ts";
import type { Turn } from "../turn.ts";

/** `why` is for the task's history. Returns whether the task stays. */
export function withdrawCleanup(turn: Turn, task: TaskRecord, why: string): boolean {
  const { cleanup, ...kept } = task;
  if (cleanup === undefined) return true;
  if (task.kill !== undefined || task.drain !== undefined) return false;
  const stateBefore = task.updates.findLast(({ taskState }) => taskState !== "TASK_CLEANING");
  const update = {
    taskId: task.taskId,
    timestamp: Math.floor(turn.now),
    taskState: stateBefore?.taskState ?? "TASK_LAUNCHED",
    statusMessage: `no longer to be cleaned up (${cleanup.cleanupType}): ${why}`,
  };
  turn.put("task", task.taskId.id, addUpdate(turn, kept, update));
  turn.dirty(task.taskId.requestId);
  return true;
}
