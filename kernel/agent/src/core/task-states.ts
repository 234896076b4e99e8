/**
 * What the states of a task mean to an agent.
 */

import type { TaskState } from "@tavola/protocol";

/** What Mesos says of a task that its executor never got. */
export const taskLostInRestart = "Task launched during agent restart";

/** A state that only PARTITION_AWARE frameworks know, as `TASK_LOST` for the others. */
export function stateFor(
  framework: { readonly isPartitionAware: boolean },
  state: "TASK_DROPPED" | "TASK_GONE",
): TaskState {
  return framework.isPartitionAware ? state : "TASK_LOST";
}
