/**
 * Tasks that are not launched: their framework is told why, by an update that ends each.
 */

import type { TaskInfo, TaskState, TaskStatus_Reason } from "@tavola/protocol";
import { forwardStatus, masterStatus } from "./master-status.ts";
import type { Framework } from "./state.ts";
import { countEnd } from "./task-records.ts";
import type { Turn } from "./turn.ts";

export function refuseTasks(
  turn: Turn,
  framework: Framework,
  tasks: readonly TaskInfo[],
  why: {
    readonly state: TaskState;
    readonly reason: TaskStatus_Reason;
    readonly message: string;
  },
): void {
  for (const task of tasks) {
    const status = masterStatus(turn, {
      taskId: task.task_id.value,
      agentId: task.agent_id.value,
      ...why,
    });
    countEnd(turn, status);
    forwardStatus(turn, framework, status);
  }
}
