/**
 * What a status update does to its task, on its way from whoever makes it to the master.
 *
 *     reported --> task's state changes --> (container shrinks) --> streams: durable, sent, acknowledged
 *
 * Two makers: executors, and the agent itself for tasks that end without their executor's word.
 */

import { type ContainerId, invariant, type TaskId } from "@tavola/base";
import { type internal, isTerminal, type Task, type TaskStatus } from "@tavola/protocol";
import { isCounted } from "./counters.ts";
import type { HeldUpdate } from "./effects.ts";
import { executorLimits } from "./executor-limits.ts";
import { runAddressOf, terminateTask } from "./executors.ts";
import { metaRoot, taskUpdatesPath } from "./paths.ts";
import type { Executor, Framework } from "./state.ts";
import { taskOf } from "./task-messages.ts";
import type { Turn } from "./turn.ts";
import { acknowledgeToExecutor, performStreamActions } from "./update-delivery.ts";

/** An update for a task that no executor here has: nothing to change, only to deliver. */
export function receiveUpdate(turn: Turn, update: internal.StatusUpdate): void {
  const received = { update, path: undefined, reporter: undefined };
  performStreamActions(turn, turn.state.updates.received(received, turn.now));
}

/** Of a task of `framework`, made by the agent. The task, if an executor has it, must not be over. */
export function agentUpdated(
  turn: Turn,
  framework: Framework,
  update: internal.StatusUpdate,
): void {
  // Nobody acknowledges for a framework that is going away.
  if (framework.phase === "terminating") return;
  turn.state.counters.validStatusUpdates += 1;
  const executor = framework.executorsByTask.get(update.status.task_id.value as TaskId);
  if (executor === undefined) {
    receiveUpdate(turn, update);
    return;
  }
  const refusal = changeTask(turn, executor, update.status);
  invariant(refusal === undefined, `the agent's own update was refused: ${refusal}`);
  deliver(turn, executor, update, undefined);
}

/** From `reporter`, about a task that need not be its own. */
export function executorUpdated(
  turn: Turn,
  reporter: Executor,
  update: internal.StatusUpdate,
): void {
  const { counters } = turn.state;
  const { framework } = reporter;
  const taskId = update.status.task_id.value as TaskId;
  if (update.uuid === undefined || framework.phase === "terminating") {
    counters.invalidStatusUpdates += 1;
    // Nobody would acknowledge it; the executor must not wait for that.
    acknowledgeToExecutor(turn, reporter.containerId, update.status);
    return;
  }
  counters.validStatusUpdates += 1;
  const executor = framework.executorsByTask.get(taskId);
  if (executor === undefined) {
    if (!isReportedAgain(reporter, update.status)) receiveUpdate(turn, update);
    acknowledgeToExecutor(turn, reporter.containerId, update.status);
    return;
  }
  if (turn.state.updates.hasReceived(framework.id, taskId, update.uuid)) {
    deliver(turn, executor, update, reporter.containerId);
    return;
  }
  const filled = withContainerStatus(turn, executor, update);
  const refusal = changeTask(turn, executor, filled.status);
  if (refusal !== undefined) {
    turn.warn(
      { task: taskId, framework: framework.id, state: update.status.state },
      `dropping a status update: ${refusal}`,
    );
    // So that it is not reported over and over; but not before what it repeats is safe.
    performStreamActions(turn, turn.state.updates.repeated(update, reporter.containerId));
    return;
  }
  if (isTerminal(filled.status.state) && mustShrinkFirst(executor)) {
    shrink(turn, executor, { update: filled, reporter: reporter.containerId });
  } else {
    deliver(turn, executor, filled, reporter.containerId);
  }
}

/**
 * Whether this is an update of a completed task, which the executor did not hear to be accepted. A
 * command task's host that died cannot have kept what it had said: the next one says it anew.
 */
function isReportedAgain(reporter: Executor, { task_id, uuid }: TaskStatus): boolean {
  for (const task of reporter.completedTasks) {
    if (task.task_id.value !== task_id.value) continue;
    if (reporter.isGenerated) return true;
    return (task.statuses ?? []).some((each) => sameBytes(each.uuid, uuid));
  }
  return false;
}

function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/** Where the task runs, as far as its executor did not say so itself. */
function withContainerStatus(
  turn: Turn,
  executor: Executor,
  update: internal.StatusUpdate,
): internal.StatusUpdate {
  const { host } = turn.state.config.upid;
  const own = update.status.container_status;
  const isOther =
    own?.container_id !== undefined && own.container_id.value !== executor.containerId;
  const container = {
    ...(isOther ? {} : { container_id: { value: executor.containerId } }),
    ...own,
    ...(isOther ? {} : executor.containerStatus),
  };
  if ((container.network_infos ?? []).length === 0) {
    container.network_infos = [{ ip_addresses: [{ ip_address: host }] }];
  }
  const status = {
    ...update.status,
    executor_id: { value: executor.id },
    container_status: container,
  };
  return { ...update, executor_id: { value: executor.id }, status };
}

/** Says why the update cannot be. */
function changeTask(turn: Turn, executor: Executor, status: TaskStatus): string | undefined {
  const taskId = status.task_id.value as TaskId;
  const isEnd = isTerminal(status.state);
  const task = taskToChange(executor, taskId, isEnd);
  if (typeof task === "string") return task;
  const statuses = task.statuses ?? [];
  const isRepeated = statuses.at(-1)?.state === status.state;
  task.statuses = [...(isRepeated ? statuses.slice(0, -1) : statuses), status];
  task.state = status.state;
  if (!isEnd) return undefined;
  terminateTask(executor, taskId, task);
  if (isCounted(status.state)) turn.state.counters.tasks[status.state] += 1;
  return undefined;
}

function taskToChange(executor: Executor, taskId: TaskId, isEnd: boolean): Task | string {
  const queued = executor.queuedTasks.get(taskId);
  if (queued !== undefined) {
    if (!isEnd) return "the task was not sent to the executor yet";
    return taskOf(queued, "TASK_STAGING", executor.framework.id);
  }
  const launched = executor.launchedTasks.get(taskId);
  if (launched !== undefined) return launched;
  const terminated = executor.terminatedTasks.get(taskId);
  return terminated === undefined
    ? "the task is unknown"
    : `the task is already terminated with state ${terminated.state}`;
}

/**
 * Whether a container must give back what its ended task used before anyone is told that it is free.
 * Differs: Mesos does so for command executors too, which end within moments of their task.
 */
function mustShrinkFirst(executor: Executor): boolean {
  return !executor.isGenerated && executor.phase === "running";
}

function shrink(turn: Turn, executor: Executor, deliver: HeldUpdate): void {
  executor.containerResources = executor.allocated;
  turn.add({
    kind: "resizeContainer",
    containerId: executor.containerId,
    resources: executor.allocated.toList(),
    limits: executorLimits(executor, turn.state.config.canLimitCpus),
    afterwards: { launch: [], deliver },
  });
}

/** To the streams. The executor in `reporter` is told when the agent has it for good. */
export function deliver(
  turn: Turn,
  executor: Executor,
  update: internal.StatusUpdate,
  reporter: ContainerId | undefined,
): void {
  const { state } = turn;
  const taskId = update.status.task_id.value as TaskId;
  const path = executor.isCheckpointing
    ? taskUpdatesPath(metaRoot(state.config.workDir), runAddressOf(state, executor), taskId)
    : undefined;
  const received = { update, path, reporter };
  performStreamActions(turn, state.updates.received(received, turn.now));
}
