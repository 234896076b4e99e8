/**
 * Task states, as they are counted.
 *
 *     STAGING -> STARTING -> RUNNING -> KILLING -> (terminal)
 *        any live state -> UNREACHABLE -> back to what the agent says, when it returns
 */

import { TaskState } from "@tavola/protocol";

/** Every state at zero. */
export function noTasksByState(): Record<TaskState, number> {
  const counts = {} as Record<TaskState, number>;
  for (const state of Object.keys(TaskState.numbers) as TaskState[]) counts[state] = 0;
  return counts;
}
