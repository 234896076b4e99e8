/**
 * Which task states are the end. From Mesos's documentation of task states.
 */

import type { TaskState } from "@tavola/protocol";

const terminalStates: ReadonlySet<TaskState> = new Set<TaskState>([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

/** Whether a task in this state never runs again. TASK_UNREACHABLE and TASK_UNKNOWN are not the end. */
export function isTerminal(state: TaskState): boolean {
  return terminalStates.has(state);
}
