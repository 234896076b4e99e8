/**
 * Asking for a task's end: a mark on its record with who, why and what for.
 *
 * When it is killed is `task-cleanups.ts`'s to decide: some wait for a replacement, jobs may be
 * given time to end. A stronger wish replaces a weaker one; the same again changes nothing.
 */

import type { TaskCleanupType } from "../model/enums.ts";
import type { TaskCleanup } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { cleanupManners } from "./cleanup-manners.ts";
import { addUpdate } from "./task-updates.ts";

export interface CleanupWish {
  readonly cleanupType: TaskCleanupType;
  readonly user?: string;
  readonly message?: string;
  readonly actionId?: string;
  readonly runBeforeKillId?: NonNullable<TaskCleanup["runBeforeKillId"]>;
  /** Replaces whatever was asked before. */
  readonly overrides?: boolean;
}

/** Returns the cleanup that stands now, whether asked for this time or before. */
export function cleanUpTask(turn: Turn, task: TaskRecord, wish: CleanupWish): TaskCleanup {
  const { overrides = false, ...reason } = wish;
  const before = task.cleanup;
  if (before !== undefined && !overrides && !isStronger(wish.cleanupType, before.cleanupType)) {
    return before;
  }
  const cleanup: TaskCleanup = { ...reason, taskId: task.taskId, timestamp: turn.now };
  const marked = before === undefined ? cleaning(turn, task, cleanup) : task;
  turn.put("task", task.taskId.id, { ...marked, cleanup });
  turn.dirty(task.taskId.requestId);
  return cleanup;
}

/** What is killed at once is stronger than what waits. */
function isStronger(wanted: TaskCleanupType, standing: TaskCleanupType): boolean {
  return cleanupManners[wanted].strength > cleanupManners[standing].strength;
}

function cleaning(turn: Turn, task: TaskRecord, cleanup: TaskCleanup): TaskRecord {
  const { cleanupType, message, user } = cleanup;
  const by = user === undefined ? "" : ` by ${user}`;
  return addUpdate(turn, task, {
    taskId: task.taskId,
    timestamp: turn.now,
    taskState: "TASK_CLEANING",
    statusMessage: `${cleanupType}${by}${message === undefined ? "" : `: ${message}`}`,
  });
}
