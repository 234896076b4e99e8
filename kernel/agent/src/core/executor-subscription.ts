/**
 * An executor subscribes (again), loses its stream, sends a message. Source: Slave::subscribe.
 */

import type { ContainerId, TaskId } from "@tavola/base";
import {
  type AgentInfo,
  type executor as api,
  type ContainerStatus,
  internal,
  parseUpid,
  type TaskStatus,
} from "@tavola/protocol";
import { limits } from "./agent-config.ts";
import { shutDownExecutor } from "./executor-shutdown.ts";
import { sendQueuedTasks } from "./executor-tasks.ts";
import { describeExecutor, moveExecutor, runAddressOf } from "./executors.ts";
import type { Executor } from "./state.ts";
import { agentUpdated, executorUpdated } from "./status-updates.ts";
import { agentUpdateOf, executorUpdateOf } from "./task-messages.ts";
import { stateFor, taskLostInRestart } from "./task-states.ts";
import type { Turn } from "./turn.ts";

/** The shell has put the new stream in the place of an older one. */
export function executorSubscribed(
  turn: Turn,
  containerId: ContainerId,
  subscribe: api.Call_Subscribe,
): void {
  const { state } = turn;
  const executor = state.executorsByContainer.get(containerId);
  if (executor === undefined || !isWelcome(turn, executor)) {
    turn.sendEvent(containerId, { type: "SHUTDOWN" });
    turn.add({ kind: "closeStream", containerId });
    return;
  }
  turn.debug(describeExecutor(executor), "executor subscribed");
  if (executor.phase === "registering") {
    moveExecutor(executor, "running");
    // What was assumed of it, should it be gone.
    executor.pendingTermination = undefined;
    state.deadlines.cancel(`registration/${containerId}`);
    if (executor.isCheckpointing) {
      turn.add({ kind: "checkpointSubscription", run: runAddressOf(state, executor) });
    }
  }
  executor.isConnected = true;
  planHeartbeat(turn, containerId);
  replayUpdates(turn, executor, subscribe);
  dropUnknownTasks(turn, executor, subscribe);
  // After the agent's restart that is all that tells whether it ever was.
  if (executor.launchedTasks.size > 0) executor.everSentTask = true;
  if (!executor.everSentTask && executor.queuedTasks.size === 0) {
    turn.warn(describeExecutor(executor), "all its tasks were killed before they were sent");
    shutDownExecutor(turn, executor);
    return;
  }
  turn.sendEvent(containerId, {
    type: "SUBSCRIBED",
    subscribed: {
      executor_info: executor.info,
      framework_info: executor.framework.info,
      agent_info: publicAgentInfo(state.info),
      container_id: { value: containerId },
    },
  });
  for (const kill of executor.killsAsked.values()) {
    turn.sendEvent(containerId, { type: "KILL", kill });
  }
  sendQueuedTasks(turn, executor, [...executor.queuedTasks.keys()]);
}

function isWelcome({ state }: Turn, { phase, framework }: Executor): boolean {
  if (state.phase === "terminating" || framework.phase === "terminating") return false;
  return phase === "registering" || phase === "running";
}

/** `checkpoint` is only between agents and masters; the v1 APIs do not have it. */
export function publicAgentInfo({ checkpoint: _, ...info }: AgentInfo): AgentInfo {
  return info;
}

/** What the executor reported and never heard to be accepted. Duplicates are known as such. */
function replayUpdates(turn: Turn, executor: Executor, subscribe: api.Call_Subscribe): void {
  for (const { status } of subscribe.unacknowledged_updates ?? []) {
    executorReported(turn, executor.containerId, status);
  }
}

export function executorReported(
  turn: Turn,
  containerId: ContainerId,
  status: TaskStatus,
  container?: ContainerStatus,
): void {
  const { state } = turn;
  const executor = state.executorsByContainer.get(containerId);
  if (executor === undefined) return;
  if (container !== undefined) executor.containerStatus = container;
  const agentId = state.id as NonNullable<typeof state.id>;
  const frameworkId = executor.framework.id;
  const update = executorUpdateOf({ frameworkId, agentId, status }, turn.now);
  executorUpdated(turn, executor, { ...update, executor_id: { value: executor.id } });
}

/** Tasks that were sent when the executor could not hear: it never got them. */
function dropUnknownTasks(turn: Turn, executor: Executor, subscribe: api.Call_Subscribe): void {
  const { state } = turn;
  const { framework } = executor;
  const known = new Set((subscribe.unacknowledged_tasks ?? []).map(({ task_id }) => task_id.value));
  for (const [taskId, task] of [...executor.launchedTasks]) {
    if (task.state !== "TASK_STAGING" || known.has(taskId)) continue;
    const update = agentUpdateOf(
      {
        frameworkId: framework.id,
        agentId: state.id as NonNullable<typeof state.id>,
        taskId: taskId as TaskId,
        state: stateFor(framework, "TASK_DROPPED"),
        reason: "REASON_AGENT_RESTARTED",
        message: taskLostInRestart,
        executorId: executor.id,
      },
      turn.now,
      turn.random,
    );
    agentUpdated(turn, framework, update);
  }
}

export function executorDisconnected(turn: Turn, containerId: ContainerId): void {
  const executor = turn.state.executorsByContainer.get(containerId);
  if (executor === undefined) return;
  executor.isConnected = false;
  turn.state.deadlines.cancel(`heartbeat/${containerId}`);
  turn.debug(describeExecutor(executor), "executor disconnected");
}

function planHeartbeat(turn: Turn, containerId: ContainerId): void {
  const at = turn.later(limits.executorHeartbeatMs);
  const wake = { kind: "executorHeartbeat", containerId } as const;
  turn.state.deadlines.set(`heartbeat/${containerId}`, at, wake);
}

export function executorHeartbeatDue(turn: Turn, containerId: ContainerId): void {
  const executor = turn.state.executorsByContainer.get(containerId);
  if (executor?.isConnected !== true) return;
  turn.sendEvent(containerId, { type: "HEARTBEAT" });
  planHeartbeat(turn, containerId);
}

/** To the scheduler: a native one directly, an HTTP one through the master. */
export function executorMessaged(turn: Turn, containerId: ContainerId, data: Uint8Array): void {
  const { state } = turn;
  const { counters } = state;
  const executor = state.executorsByContainer.get(containerId);
  if (state.phase !== "running" || executor?.framework.phase !== "running") {
    turn.warn({ container: containerId }, "dropping an executor's message to its scheduler");
    counters.invalidFrameworkMessages += 1;
    return;
  }
  const { framework } = executor;
  const message: internal.ExecutorToFrameworkMessage = {
    slave_id: { value: state.id as string },
    framework_id: { value: framework.id },
    executor_id: { value: executor.id },
    data,
  };
  const scheduler = framework.pid === undefined ? undefined : parseUpid(framework.pid);
  const to = scheduler ?? state.master;
  if (to !== undefined) turn.send(to, internal.ExecutorToFrameworkMessage, message);
  counters.validFrameworkMessages += 1;
}
