/**
 * Counts of what happened, behind the metrics of the same names (`slave/tasks_failed`, …).
 */

import type { TaskState } from "@tavola/protocol";

const countedFrom = {
  TASK_FINISHED: 0,
  TASK_FAILED: 0,
  TASK_KILLED: 0,
  TASK_LOST: 0,
  TASK_GONE: 0,
} satisfies Partial<Record<TaskState, 0>>;

/** Terminal states that have a counter of their own. */
export type CountedTaskState = keyof typeof countedFrom;

export interface AgentCounters {
  readonly tasks: Record<CountedTaskState, number>;
  executorsTerminated: number;
  containerLaunchErrors: number;
  validStatusUpdates: number;
  invalidStatusUpdates: number;
  validFrameworkMessages: number;
  invalidFrameworkMessages: number;
}

export function createCounters(): AgentCounters {
  return {
    tasks: { ...countedFrom },
    executorsTerminated: 0,
    containerLaunchErrors: 0,
    validStatusUpdates: 0,
    invalidStatusUpdates: 0,
    validFrameworkMessages: 0,
    invalidFrameworkMessages: 0,
  };
}

export function isCounted(state: TaskState): state is CountedTaskState {
  return state in countedFrom;
}
