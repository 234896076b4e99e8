/**
 * What the states of a task mean to an agent.
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

export function isTerminalState(state: TaskState): boolean {
  return terminalStates.has(state);
}

/** A state that only PARTITION_AWARE frameworks know, as `TASK_LOST` for the others. */
export function stateFor(
  framework: { readonly isPartitionAware: boolean },
  state: "TASK_DROPPED" | "TASK_GONE",
): TaskState {
  return framework.isPartitionAware ? state : "TASK_LOST";
}
