/**
 * The life of an executor as a table, and the small steps that the rules share.
 *
 * Owns the indexes: an executor is in its framework's `executors` and in `executorsByContainer` from
 * its creation to its removal; a task of it is in exactly one of its collections, and in its
 * framework's `executorsByTask` while it is not completed.
 */

import { BoundedList, type ContainerId, invariant, type TaskId } from "@tavola/base";
import type { ExecutorInfo, Task, TaskInfo } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { limits } from "./agent-config.ts";
import type { RunAddress } from "./paths.ts";
import type { AgentState, Executor, ExecutorPhase, Framework } from "./state.ts";
import { taskOf } from "./task-messages.ts";

const successors: Readonly<Record<ExecutorPhase, readonly ExecutorPhase[]>> = {
  registering: ["running", "terminating", "terminated"],
  running: ["terminating", "terminated"],
  terminating: ["terminated"],
  terminated: [],
};

export function moveExecutor(executor: Executor, to: ExecutorPhase): void {
  invariant(
    successors[executor.phase].includes(to),
    `illegal executor move ${executor.phase} -> ${to}`,
  );
  executor.phase = to;
}

export interface NewExecutor {
  readonly info: ExecutorInfo;
  readonly containerId: ContainerId;
  readonly isGenerated: boolean;
  readonly directory: string;
  readonly user: string | undefined;
}

export function addExecutor(
  state: AgentState,
  framework: Framework,
  { info, containerId, isGenerated, directory, user }: NewExecutor,
): Executor {
  const own = Resources.of(info.resources ?? []);
  const executor: Executor = {
    id: info.executor_id.value as Executor["id"],
    framework,
    info,
    containerId,
    isGenerated,
    isCheckpointing: framework.info.checkpoint ?? false,
    directory,
    user,
    phase: "registering",
    isConnected: false,
    allocated: own,
    containerResources: own,
    containerStatus: undefined,
    queuedTasks: new Map(),
    launchedTasks: new Map(),
    terminatedTasks: new Map(),
    completedTasks: new BoundedList(limits.completedTasksPerExecutorMax),
    killsAsked: new Map(),
    everSentTask: false,
    pendingTermination: undefined,
  };
  invariant(!framework.executors.has(executor.id), `executor ${executor.id} exists already`);
  framework.executors.set(executor.id, executor);
  state.executorsByContainer.set(containerId, executor);
  return executor;
}

export function queueTask(executor: Executor, task: TaskInfo): void {
  const taskId = task.task_id.value as TaskId;
  executor.queuedTasks.set(taskId, task);
  executor.framework.executorsByTask.set(taskId, executor);
  executor.allocated = executor.allocated.plus(Resources.of(task.resources ?? []));
}

/** The queued task is about to be sent to its executor. */
export function launchQueuedTask(executor: Executor, task: TaskInfo): void {
  const taskId = task.task_id.value as TaskId;
  executor.queuedTasks.delete(taskId);
  executor.launchedTasks.set(taskId, taskOf(task, "TASK_STAGING", executor.framework.id));
  executor.everSentTask = true;
}

/** A queued or launched task has ended; it stays until its updates are acknowledged. */
export function terminateTask(executor: Executor, taskId: TaskId, task: Task): void {
  executor.queuedTasks.delete(taskId);
  executor.launchedTasks.delete(taskId);
  executor.killsAsked.delete(taskId);
  executor.terminatedTasks.set(taskId, task);
  executor.allocated = executor.allocated.minus(Resources.of(task.resources ?? []));
}

/** All updates of a terminated task are acknowledged. */
export function completeTask(executor: Executor, taskId: TaskId): boolean {
  const task = executor.terminatedTasks.get(taskId);
  if (task === undefined) return false;
  executor.terminatedTasks.delete(taskId);
  executor.completedTasks.add(task);
  if (executor.framework.executorsByTask.get(taskId) === executor) {
    executor.framework.executorsByTask.delete(taskId);
  }
  return true;
}

export function hasIncompleteTasks(executor: Executor): boolean {
  return (
    executor.queuedTasks.size + executor.launchedTasks.size + executor.terminatedTasks.size > 0
  );
}

/** Where its files are. The agent has an id as soon as it has executors. */
export function runAddressOf(state: AgentState, executor: Executor): RunAddress {
  invariant(state.id !== undefined, "an agent with executors has an id");
  return {
    agentId: state.id,
    frameworkId: executor.framework.id,
    executorId: executor.id,
    containerId: executor.containerId,
  };
}

/** For a line in the log. */
export function describeExecutor(executor: Executor): Readonly<Record<string, string>> {
  return {
    executor: executor.id,
    framework: executor.framework.id,
    container: executor.containerId,
  };
}
