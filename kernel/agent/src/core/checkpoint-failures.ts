/**
 * The disk does not take what must be on it.
 *
 * Differs: Mesos's agent aborts. Here the task that cannot be kept safe ends, with a reason that says
 * so, and the agent goes on with the others.
 */

import type { ContainerId, FrameworkId, TaskId } from "@tavola/base";
import { describeExecutor, moveExecutor } from "./executors.ts";
import type { Executor } from "./state.ts";
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

/** The update goes out from memory; its task, if it still lives, ends. */
export function updateRecordFailed(
  turn: Turn,
  frameworkId: FrameworkId,
  taskId: TaskId,
  message: string,
): void {
  const { state } = turn;
  turn.error({ task: taskId, framework: frameworkId }, `cannot checkpoint update: ${message}`);
  performStreamActions(turn, state.updates.persistFailed(frameworkId, taskId, turn.now));
  const executor = state.frameworks.get(frameworkId)?.executorsByTask.get(taskId);
  if (executor?.launchedTasks.has(taskId)) endExecutor(turn, executor, message);
}

function endExecutor(turn: Turn, executor: Executor, message: string): void {
  if (executor.phase === "terminated") return;
  executor.pendingTermination ??= {
    state: "TASK_FAILED",
    reason: "REASON_EXECUTOR_TERMINATED",
    message: `Executor killed: cannot checkpoint its status updates: ${message}`,
  };
  if (executor.phase !== "terminating") moveExecutor(executor, "terminating");
  turn.add({ kind: "destroyContainer", containerId: executor.containerId });
}
