/**
 * A container came up, did not, or is gone, and what that means for the tasks in it.
 *
 * Source: Slave::executorLaunched, Slave::executorTerminated, sendExecutorTerminatedStatusUpdate.
 */

import type { ContainerId, TaskId } from "@tavola/base";
import type { ContainerStatus } from "@tavola/protocol";
import type { ExecutorEnd } from "./events.ts";
import { exitedExecutor } from "./executor-exits.ts";
import { removeExecutorIfDone } from "./executor-removal.ts";
import { describeExecutor, moveExecutor, terminateTask } from "./executors.ts";
import type { Executor } from "./state.ts";
import { agentUpdated } from "./status-updates.ts";
import { agentUpdateOf } from "./task-messages.ts";
import type { Turn } from "./turn.ts";

export function executorLaunched(
  turn: Turn,
  containerId: ContainerId,
  status: ContainerStatus | undefined,
): void {
  const executor = turn.state.executorsByContainer.get(containerId);
  if (executor === undefined) {
    turn.add({ kind: "destroyContainer", containerId });
    return;
  }
  executor.containerStatus = status;
  // Told to end while its container was still being made, when it could not hear it.
  if (executor.phase === "terminating" && !executor.isConnected) {
    turn.info(describeExecutor(executor), "killing executor: it is not wanted any more");
    turn.add({ kind: "destroyContainer", containerId });
  }
}

export function executorLaunchFailed(turn: Turn, containerId: ContainerId, message: string): void {
  turn.state.counters.containerLaunchErrors += 1;
  const executor = turn.state.executorsByContainer.get(containerId);
  if (executor === undefined) return;
  turn.error(describeExecutor(executor), `container failed to start: ${message}`);
  executor.pendingTermination ??= {
    state: "TASK_FAILED",
    reason: "REASON_CONTAINER_LAUNCH_FAILED",
    message: `Failed to launch container: ${message}`,
  };
}

export function executorTerminated(turn: Turn, containerId: ContainerId, end: ExecutorEnd): void {
  const { state } = turn;
  const executor = state.executorsByContainer.get(containerId);
  if (executor === undefined || executor.phase === "terminated") return;
  const { framework } = executor;
  turn.info({ ...describeExecutor(executor), status: end.status }, "executor has terminated");
  state.counters.executorsTerminated += 1;
  state.deadlines.cancel(`registration/${containerId}`);
  state.deadlines.cancel(`shutdown/${containerId}`);
  state.deadlines.cancel(`heartbeat/${containerId}`);
  moveExecutor(executor, "terminated");
  executor.isConnected = false;
  turn.add({ kind: "closeStream", containerId });
  if (!executor.isGenerated) exitedExecutor(turn, framework.id, executor.id, end.status);
  if (framework.phase === "running") tasksEnded(turn, executor, end);
  else tasksForgotten(executor);
  removeExecutorIfDone(turn, executor);
}

function tasksEnded(turn: Turn, executor: Executor, end: ExecutorEnd): void {
  const { framework, pendingTermination } = executor;
  const agentId = turn.state.id as NonNullable<Turn["state"]["id"]>;
  for (const taskId of [...executor.launchedTasks.keys(), ...executor.queuedTasks.keys()]) {
    const update = agentUpdateOf(
      {
        frameworkId: framework.id,
        agentId,
        taskId,
        state: end.state ?? pendingTermination?.state ?? "TASK_FAILED",
        reason: end.reason ?? pendingTermination?.reason ?? "REASON_EXECUTOR_TERMINATED",
        message: endMessage(executor, end),
        executorId: executor.id,
        limitation: end.limitation,
      },
      turn.now,
      turn.random,
    );
    agentUpdated(turn, framework, update);
  }
}

/** Why the agent ended it, then what was seen of its end; once if they say the same. */
function endMessage({ pendingTermination }: Executor, { message }: ExecutorEnd): string {
  const why = pendingTermination?.message;
  if (why === undefined) return message ?? "Executor terminated";
  return message === undefined || why.includes(message) ? why : `${why}; ${message}`;
}

/** Nobody is told of them any more; they are shown as they last were. */
function tasksForgotten(executor: Executor): void {
  for (const [taskId, task] of [...executor.launchedTasks]) {
    terminateTask(executor, taskId as TaskId, task);
  }
}
