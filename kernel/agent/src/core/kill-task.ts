/**
 * A scheduler wants a task dead: before it reached its executor that is ours to do, later its
 * executor's. Source: Slave::killTask, Slave::kill.
 */

import { asId, type FrameworkId, type TaskId } from "@tavola/base";
import type { internal, TaskState } from "@tavola/protocol";
import { shutDownExecutor } from "./executor-shutdown.ts";
import { describeExecutor } from "./executors.ts";
import { expectLaunch } from "./frameworks.ts";
import type { Executor, Framework } from "./state.ts";
import { agentUpdated, receiveUpdate } from "./status-updates.ts";
import { agentUpdateOf } from "./task-messages.ts";
import { stateFor } from "./task-states.ts";
import type { Turn } from "./turn.ts";

export function killTask(turn: Turn, message: internal.KillTaskMessage): void {
  const { state } = turn;
  const taskId = asId<TaskId>(message.task_id.value);
  const fields = { task: taskId, framework: message.framework_id.value };
  turn.info(fields, "asked to kill task");
  if (state.phase === "recovering" || state.phase === "terminating") {
    turn.warn(fields, `cannot kill task: the agent is ${state.phase}`);
    return;
  }
  const framework = state.frameworks.get(asId<FrameworkId>(message.framework_id.value));
  if (framework === undefined || framework.phase === "terminating") {
    turn.warn(fields, "ignoring a kill: no such framework is running");
    return;
  }
  const executor = framework.executorsByTask.get(taskId);
  if (executor === undefined) {
    turn.warn(fields, "cannot kill task: no executor has it");
    unknownTaskKilled(turn, framework, taskId);
    expectLaunch(state, framework.id, taskId, turn.now);
    return;
  }
  if (executor.phase === "terminating" || executor.phase === "terminated") {
    turn.warn(fields, `ignoring a kill: the executor is ${executor.phase}`);
    return;
  }
  if (executor.queuedTasks.has(taskId)) {
    queuedTaskKilled(turn, executor, taskId);
    return;
  }
  const { task_id, kill_policy } = message;
  const kill = kill_policy === undefined ? { task_id } : { task_id, kill_policy };
  // Differs: an executor that is away just now (its host was started again) hears of it when it is back.
  if (executor.launchedTasks.has(taskId)) executor.killsAsked.set(taskId, kill);
  turn.sendEvent(executor.containerId, { type: "KILL", kill });
}

function unknownTaskKilled(turn: Turn, framework: Framework, taskId: TaskId): void {
  const update = updateOf(turn, framework, {
    taskId,
    state: stateFor(framework, "TASK_DROPPED"),
    reason: "REASON_EXECUTOR_TERMINATED",
    message: "Cannot find executor",
  });
  receiveUpdate(turn, update);
}

/** An executor that was never given a task and has none waiting would sit there for ever. */
function queuedTaskKilled(turn: Turn, executor: Executor, taskId: TaskId): void {
  const { framework } = executor;
  turn.warn({ task: taskId, ...describeExecutor(executor) }, "killing a task before it was sent");
  const update = updateOf(turn, framework, {
    taskId,
    state: "TASK_KILLED",
    reason: "REASON_TASK_KILLED_DURING_LAUNCH",
    message: "Killed before delivery to the executor",
    executorId: executor.id,
  });
  agentUpdated(turn, framework, update);
  const isIdle = !executor.everSentTask && executor.queuedTasks.size === 0;
  // One that is still registering is told when it comes.
  if (executor.phase === "running" && isIdle) shutDownExecutor(turn, executor);
}

interface KillUpdate {
  readonly taskId: TaskId;
  readonly state: TaskState;
  readonly reason: "REASON_EXECUTOR_TERMINATED" | "REASON_TASK_KILLED_DURING_LAUNCH";
  readonly message: string;
  readonly executorId?: string;
}

function updateOf(turn: Turn, framework: Framework, update: KillUpdate) {
  const agentId = turn.state.id as NonNullable<Turn["state"]["id"]>;
  return agentUpdateOf({ ...update, frameworkId: framework.id, agentId }, turn.now, turn.random);
}
