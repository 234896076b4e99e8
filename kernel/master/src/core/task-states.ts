/**
 * Task states: which end a task, and how they are counted.
 *
 *     STAGING -> STARTING -> RUNNING -> KILLING -> (terminal)
 *        any live state -> UNREACHABLE -> back to what the agent says, when it returns
 */

import type { TaskState } from "@tavola/protocol";

const isTerminalByState: Readonly<Record<TaskState, boolean>> = {
  TASK_STAGING: false,
  TASK_STARTING: false,
  TASK_RUNNING: false,
  TASK_KILLING: false,
  TASK_UNREACHABLE: false,
  TASK_UNKNOWN: false,
  TASK_FINISHED: true,
  TASK_FAILED: true,
  TASK_KILLED: true,
  TASK_ERROR: true,
  TASK_LOST: true,
  TASK_DROPPED: true,
  TASK_GONE: true,
  TASK_GONE_BY_OPERATOR: true,
};

/** A task in such a state is over, and uses nothing. */
export function isTerminal(state: TaskState): boolean {
  return isTerminalByState[state];
}

/** Every state at zero. */
export function noTasksByState(): Record<TaskState, number> {
  const counts = {} as Record<TaskState, number>;
  for (const state of Object.keys(isTerminalByState) as TaskState[]) counts[state] = 0;
  return counts;
}
