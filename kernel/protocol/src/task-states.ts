/**
 * Which task states are the end. From Mesos's documentation of task states.
 */

import type { TaskState } from "./generated/v1.ts";

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

/**
 * Whether a task in this state is over, and uses nothing. TASK_UNREACHABLE and TASK_UNKNOWN are not
 * the end.
 */
export function isTerminal(state: TaskState): boolean {
  return isTerminalByState[state];
}
