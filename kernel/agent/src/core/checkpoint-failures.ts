/**
 * The disk does not take what must be on it.
 *
 * Differs: Mesos's agent aborts. Here a task that is not written down is not sent, and fails with a reason
 * that says so; an update waits until the disk takes it.
 */

import type { ContainerId, FrameworkId, TaskId } from "@tavola/base";
import { describeExecutor } from "./executors.ts";
import { agentUpdated } from "./status-updates.ts";
import { agentUpdateOf } from "./task-messages.ts";
import type { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

/** A task that was not sent yet ends alone. One that was is too late to stop, and stays. */
export function taskCheckpointFailed(
  turn: Turn,
  containerId: ContainerId,
  taskId: TaskId,
  message: string,
): void {
  const { state } = turn;
  const executor = state.executorsByContainer.get(containerId);
  if (executor === undefined) return;
  turn.error({ task: taskId, ...describeExecutor(executor) }, `cannot checkpoint task: ${message}`);
  if (!executor.queuedTasks.has(taskId)) return;
  const { framework } = executor;
  const update = agentUpdateOf(
    {
      frameworkId: framework.id,
      agentId: state.id as NonNullable<typeof state.id>,
      taskId,
      state: "TASK_FAILED",
      reason: "REASON_CONTAINER_LAUNCH_FAILED",
      message: `Cannot checkpoint task: ${message}`,
      executorId: executor.id,
    },
    turn.now,
    turn.random,
  );
  agentUpdated(turn, framework, update);
}

/** It is written again until the disk takes it; until then nobody hears of it, and its task runs on. */
export function updateRecordFailed(
  turn: Turn,
  frameworkId: FrameworkId,
  taskId: TaskId,
  message: string,
): void {
  turn.error({ task: taskId, framework: frameworkId }, `cannot checkpoint update: ${message}`);
  const { updates } = turn.state;
  performStreamActions(turn, updates.persistFailed(frameworkId, taskId, turn.now));
}
