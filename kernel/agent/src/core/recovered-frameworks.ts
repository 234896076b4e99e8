/**
 * Frameworks, executors, tasks and their updates again, from what was checkpointed of them.
 *
 * Whatever cannot be told apart any more is passed over, and its files go in time: a framework without
 * its info, an executor without its info or its latest run, a task without its info. Updates of such
 * executors are still delivered: schedulers wait for them. A run that was over is history; a task whose
 * end is acknowledged too. Source: Slave::recoverFramework, Framework::recoverExecutor,
 * Executor::recoverTask, TaskStatusUpdateManagerProcess::recover.
 */

import {
  type AgentId,
  type ContainerId,
  type ExecutorId,
  type FrameworkId,
  invariant,
  type TaskId,
} from "@tavola/base";
import { type ExecutorInfo, isTerminal, type Task } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { normalizeAllocated } from "./assigned-resources.ts";
import type {
  CheckpointedAgent,
  CheckpointedExecutor,
  CheckpointedFramework,
  CheckpointedRun,
  CheckpointedTask,
} from "./checkpointed.ts";
import { addExecutor, moveExecutor } from "./executors.ts";
import { addFramework } from "./frameworks.ts";
import {
  executorPath,
  frameworkPath,
  metaRoot,
  type RunAddress,
  runPath,
  taskPath,
  taskUpdatesPath,
} from "./paths.ts";
import { isSameAgentInfo } from "./reconfiguration.ts";
import type { Executor, Framework } from "./state.ts";
import { stateFor, taskLostInRestart } from "./task-states.ts";
import type { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

export function rebuildFrameworks(turn: Turn, agent: CheckpointedAgent, isRebooted: boolean): void {
  const { state } = turn;
  const agentId = agent.id as AgentId;
  state.id = agentId;
  state.info = { ...state.info, id: { value: agentId } };
  state.isInfoChanged = agent.info === undefined || !isSameAgentInfo(agent.info, state.info);
  for (const framework of agent.frameworks) rebuildFramework(turn, agentId, framework);
  turn.info(
    { agent: agentId, frameworks: state.frameworks.size, isRebooted },
    isRebooted ? "recovered checkpoints; the machine was rebooted" : "recovered checkpoints",
  );
}

function rebuildFramework(
  turn: Turn,
  agentId: AgentId,
  { id, info, pid, executors }: CheckpointedFramework,
): void {
  const { state } = turn;
  const frameworkId = id as FrameworkId;
  for (const executor of executors) {
    if (info === undefined || !isWhole(executor)) {
      rebuildUpdatesOf(turn, agentId, frameworkId, executor);
    }
  }
  const whole = info === undefined ? [] : executors.filter(isWhole);
  if (info === undefined || whole.length === 0) {
    retire(turn, (root) => frameworkPath(root, agentId, frameworkId));
    return;
  }
  // Agents before 0.23 did not write the id.
  const framework = addFramework(state, frameworkId, { ...info, id: { value: id } }, pid);
  for (const executor of executors) {
    const address = { agentId, frameworkId, executorId: executor.id as ExecutorId };
    if (isWhole(executor)) rebuildExecutor(turn, framework, executor);
    else retire(turn, (root) => executorPath(root, address));
  }
  if (framework.executors.size > 0) return;
  state.frameworks.delete(frameworkId);
  state.completedFrameworks.add(framework);
  retire(turn, (root) => frameworkPath(root, agentId, frameworkId));
}

type WholeExecutor = CheckpointedExecutor & { readonly info: ExecutorInfo };

function isWhole(executor: CheckpointedExecutor): executor is WholeExecutor {
  return executor.info !== undefined && latestOf(executor) !== undefined;
}

function latestOf({ latest, runs }: CheckpointedExecutor): CheckpointedRun | undefined {
  return runs.find(({ containerId }) => containerId === latest);
}

function rebuildExecutor(turn: Turn, framework: Framework, found: WholeExecutor): void {
  const { state } = turn;
  const run = latestOf(found);
  invariant(run !== undefined && state.id !== undefined, "a whole executor has a latest run");
  const info = withResources(found.info, framework);
  const address: RunAddress = {
    agentId: state.id,
    frameworkId: framework.id,
    executorId: found.id as ExecutorId,
    containerId: run.containerId as ContainerId,
  };
  for (const { containerId, isCompleted, tasks } of found.runs) {
    if (containerId === run.containerId) continue;
    const other = { ...address, containerId: containerId as ContainerId };
    // A run that was passed over after a power cut may still have something to tell.
    if (!isCompleted) {
      for (const { id, records } of tasks) rebuildUpdates(turn, other, id as TaskId, records);
    }
    retire(turn, (root) => runPath(root, other));
  }
  const executor = addExecutor(state, framework, {
    info,
    containerId: address.containerId,
    isGenerated: found.isGenerated ?? looksGenerated(info),
    directory: runPath(state.config.workDir, address),
    user: state.config.switchUser ? (info.command?.user ?? framework.info.user) : undefined,
  });
  for (const task of run.tasks) rebuildTask(turn, executor, address, task, run.isCompleted);
  if (!run.hasSubscribed && run.libprocessPid === undefined) neverSent(executor);
  // What a custom executor's container is sized for is not known: it is sized again when it is back.
  executor.containerResources = executor.isGenerated ? executor.allocated : Resources.empty;
  if (run.isCompleted) retireCompleted(turn, executor, address);
}

/** Without a subscription nothing was ever sent to it: if it is gone, its tasks never ran. */
function neverSent(executor: Executor): void {
  executor.pendingTermination = {
    state: stateFor(executor.framework, "TASK_DROPPED"),
    reason: "REASON_AGENT_RESTARTED",
    message: taskLostInRestart,
  };
}

/** Of agents that did not say, as Mesos guesses it. */
function looksGenerated({ command, name }: ExecutorInfo): boolean {
  return (
    (command?.value ?? "").endsWith("mesos-executor") && (name ?? "").startsWith("Command Executor")
  );
}

function withResources<T extends ExecutorInfo | Task>(message: T, framework: Framework): T {
  if (message.resources === undefined) return message;
  return { ...message, resources: normalizeAllocated(message.resources, framework.info) };
}

function rebuildTask(
  turn: Turn,
  executor: Executor,
  run: RunAddress,
  { id, info, records }: CheckpointedTask,
  isOver: boolean,
): void {
  const taskId = id as TaskId;
  const outcome = isOver ? "terminated" : rebuildUpdates(turn, run, taskId, records);
  const known = info ?? taskOfUpdates(executor, run, id, records);
  if (known === undefined) return;
  const task: Task = withResources({ ...known }, executor.framework);
  replay(executor, task, records);
  if (isTerminal(task.state) || isOver) {
    if (outcome === "terminated") {
      executor.completedTasks.add(task);
      if (!isOver && !executor.isGenerated) retireTask(turn, run, taskId);
      return;
    }
    executor.terminatedTasks.set(taskId, task);
  } else {
    executor.launchedTasks.set(taskId, task);
    executor.allocated = executor.allocated.plus(Resources.of(task.resources ?? []));
  }
  executor.framework.executorsByTask.set(taskId, executor);
}

/**
 * What is left of a task whose `task.info` a power cut took: enough to wait until its updates, which
 * were made durable, are acknowledged. Without any, nobody was told that it ever ran.
 */
function taskOfUpdates(
  { id: executorId, isGenerated }: Executor,
  { frameworkId, agentId }: RunAddress,
  taskId: string,
  records: CheckpointedTask["records"],
): Task | undefined {
  if (records.every(({ update }) => update === undefined)) return undefined;
  return {
    name: taskId,
    task_id: { value: taskId },
    framework_id: { value: frameworkId },
    ...(isGenerated ? {} : { executor_id: { value: executorId } }),
    agent_id: { value: agentId },
    state: "TASK_STAGING",
  };
}

/** The task as its updates have it, up to the first terminal one. */
function replay(executor: Executor, task: Task, records: CheckpointedTask["records"]): void {
  for (const { update } of records) {
    if (update === undefined) continue;
    const { status } = update;
    if (status.source === "SOURCE_EXECUTOR") executor.everSentTask = true;
    const statuses = task.statuses ?? [];
    const isRepeated = statuses.at(-1)?.state === status.state;
    task.statuses = [...(isRepeated ? statuses.slice(0, -1) : statuses), status];
    task.state = status.state;
    if (isTerminal(status.state)) return;
  }
}

function rebuildUpdates(
  turn: Turn,
  run: RunAddress,
  taskId: TaskId,
  records: CheckpointedTask["records"],
): "open" | "terminated" {
  const path = taskUpdatesPath(metaRoot(turn.state.config.workDir), run, taskId);
  const { frameworkId } = run;
  const recovered = turn.state.updates.recovered({ frameworkId, taskId, path, records });
  performStreamActions(turn, recovered.actions);
  return recovered.outcome;
}

/** Of an executor that is not whole. */
function rebuildUpdatesOf(
  turn: Turn,
  agentId: AgentId,
  frameworkId: FrameworkId,
  executor: CheckpointedExecutor,
): void {
  turn.warn(
    { executor: executor.id, framework: frameworkId },
    "passing over an executor: its info or its latest run cannot be recovered",
  );
  const executorId = executor.id as ExecutorId;
  for (const { containerId, isCompleted, tasks } of executor.runs) {
    if (isCompleted) continue;
    const run = { agentId, frameworkId, executorId, containerId: containerId as ContainerId };
    for (const { id, records } of tasks) rebuildUpdates(turn, run, id as TaskId, records);
  }
}

/** It had ended, and everything about it was acknowledged, before the agent did. */
function retireCompleted(turn: Turn, executor: Executor, run: RunAddress): void {
  moveExecutor(executor, "terminated");
  executor.framework.executors.delete(executor.id);
  turn.state.executorsByContainer.delete(executor.containerId);
  executor.framework.completedExecutors.add(executor);
  retire(turn, (root) => executorPath(root, run));
}

function retireTask(turn: Turn, run: RunAddress, taskId: TaskId): void {
  const path = taskPath(metaRoot(turn.state.config.workDir), run, taskId);
  turn.add({ kind: "retirePaths", paths: [path] });
}

function retire(turn: Turn, pathBelow: (root: string) => string): void {
  const { workDir } = turn.state.config;
  turn.add({ kind: "retirePaths", paths: [pathBelow(workDir), pathBelow(metaRoot(workDir))] });
}
