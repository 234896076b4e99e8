/**
 * Hands queued tasks to a running executor, once its container has room for them.
 */

import type { TaskId } from "@tavola/base";
import type { ContainerEvent } from "./events.ts";
import { executorLimits } from "./executor-limits.ts";
import { describeExecutor, launchQueuedTask, moveExecutor } from "./executors.ts";
import type { Executor } from "./state.ts";
import { deliver } from "./status-updates.ts";
import { stateFor } from "./task-states.ts";
import type { Turn } from "./turn.ts";

/** `taskIds` are queued; without a need to resize (as for a command task) they are sent at once. */
export function sendQueuedTasks(turn: Turn, executor: Executor, taskIds: readonly TaskId[]): void {
  if (executor.allocated.equals(executor.containerResources)) {
    launchTasks(turn, executor, taskIds);
    return;
  }
  executor.containerResources = executor.allocated;
  turn.add({
    kind: "resizeContainer",
    containerId: executor.containerId,
    resources: executor.allocated.toList(),
    limits: executorLimits(executor, turn.state.config.canLimitCpus),
    afterwards: { launch: taskIds, deliver: undefined },
  });
}

export function containerResized(
  turn: Turn,
  { containerId, afterwards, failure }: Extract<ContainerEvent, { kind: "containerResized" }>,
): void {
  const executor = turn.state.executorsByContainer.get(containerId);
  if (executor === undefined) return;
  if (failure !== undefined) resizeFailed(turn, executor, failure);
  if (afterwards.deliver !== undefined) {
    deliver(turn, executor, afterwards.deliver.update, afterwards.deliver.reporter);
  }
  // Of a terminating executor or framework, the end of the executor takes care.
  if (executor.phase === "running" && executor.framework.phase === "running") {
    launchTasks(turn, executor, afterwards.launch);
  }
}

function launchTasks(turn: Turn, executor: Executor, taskIds: readonly TaskId[]): void {
  for (const taskId of taskIds) {
    const task = executor.queuedTasks.get(taskId);
    // Killed meanwhile.
    if (task === undefined) continue;
    launchQueuedTask(executor, task);
    turn.debug({ task: taskId, ...describeExecutor(executor) }, "sending task to executor");
    turn.sendEvent(executor.containerId, { type: "LAUNCH", launch: { task } });
  }
}

/** A container whose bounds cannot be set must not go on with the wrong ones. */
function resizeFailed(turn: Turn, executor: Executor, failure: string): void {
  if (executor.phase === "terminated") return;
  const message = `Failed to update resources for container: ${failure}`;
  turn.error(describeExecutor(executor), message);
  executor.pendingTermination ??= {
    state: stateFor(executor.framework, "TASK_GONE"),
    reason: "REASON_CONTAINER_UPDATE_FAILED",
    message,
  };
  if (executor.phase !== "terminating") moveExecutor(executor, "terminating");
  turn.add({ kind: "destroyContainer", containerId: executor.containerId });
}
