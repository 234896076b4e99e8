/**
 * What happened to a task, step by step: appended to its record, told to webhooks.
 */

import type { TaskState } from "../model/enums.ts";
import type { TaskHistoryUpdate } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { announceTask } from "./task-webhooks.ts";

/** Steps that are kept; a task that goes on and on changes only its last. */
const updatesMax = 50;

const terminal: ReadonlySet<TaskState> = new Set([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_LOST",
  "TASK_LOST_WHILE_DOWN",
  "TASK_ERROR",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_UNREACHABLE",
  "TASK_GONE_BY_OPERATOR",
  "TASK_UNKNOWN",
]);

/** Whether the task has ended, as Singularity counts it: an unreachable one has. */
export function isTerminalState(state: TaskState): boolean {
  return terminal.has(state);
}

/** The record with one more step. The caller puts it. */
export function addUpdate(turn: Turn, task: TaskRecord, update: TaskHistoryUpdate): TaskRecord {
  announceTask(turn, task, update);
  const kept = task.updates.length < updatesMax ? task.updates : task.updates.slice(0, -1);
  return { ...task, updates: [...kept, update], state: update.taskState };
}
