/**
 * A task arrives: refuse it with a reason, queue it, or launch an executor for it.
 *
 * Source: Slave::run and Slave::__run. Whether an executor is to be launched is the master's
 * decision (`launch_executor`), so that master and agent agree on which executors there are; where
 * they turn out not to, the task is dropped and the master told that the executor is gone.
 */

import {
  asId,
  type ContainerId,
  type ExecutorId,
  type FrameworkId,
  randomUuid,
  type TaskId,
} from "@tavola/base";
import type { ExecutorInfo, FrameworkInfo, internal, TaskInfo } from "@tavola/protocol";
import { normalizeTask } from "./assigned-resources.ts";
import { commandExecutorOf } from "./command-executor.ts";
import { executorEnvironment } from "./executor-environment.ts";
import { exitedExecutor } from "./executor-exits.ts";
import { executorLimits } from "./executor-limits.ts";
import { shutDownExecutor } from "./executor-shutdown.ts";
import { sendQueuedTasks } from "./executor-tasks.ts";
import { addExecutor, describeExecutor, queueTask, runAddressOf } from "./executors.ts";
import { addFramework, knownTask, removeFrameworkIfIdle } from "./frameworks.ts";
import { isPathComponent, runPath } from "./paths.ts";
import type { Executor, Framework } from "./state.ts";
import { receiveUpdate } from "./status-updates.ts";
import { agentUpdateOf, taskOf } from "./task-messages.ts";
import { type Refusal, refusalOf } from "./task-refusals.ts";
import { stateFor } from "./task-states.ts";
import type { Turn } from "./turn.ts";

/** A task on its way in, with all that its launch needs. */
interface Assignment {
  readonly framework: Framework;
  readonly isFrameworkNew: boolean;
  readonly task: TaskInfo;
  readonly executorInfo: ExecutorInfo;
  readonly isGenerated: boolean;
  /** undefined: from a master so old that it leaves the choice to the agent. */
  readonly launchExecutor: boolean | undefined;
}

export function runTask(turn: Turn, message: internal.RunTaskMessage): void {
  const { state } = turn;
  const { framework: frameworkInfo, launch_executor } = message;
  if (!canRun(turn, frameworkInfo, message.task.agent_id.value, message.task.task_id.value)) return;
  const frameworkId = asId<FrameworkId>(frameworkInfo.id?.value ?? "");
  const task = normalizeTask(message.task, frameworkInfo);
  const known = state.frameworks.get(frameworkId);
  if (known?.phase === "terminating") {
    // A framework that is going away cannot acknowledge, so it is told nothing.
    turn.warn({ task: task.task_id.value }, "ignoring a task: its framework is terminating");
    if (launch_executor === true) {
      exitedExecutor(turn, frameworkId, executorIdOf(task), undefined);
    }
    return;
  }
  if (knownTask(state, frameworkId, task.task_id.value)) {
    turn.warn({ task: task.task_id.value }, "ignoring a task: it is here already");
    return;
  }
  const taskId = asId<TaskId>(task.task_id.value);
  const isLate = state.tasksInTransit.arrived(frameworkId, taskId, turn.now);
  if (state.updates.isEnding(frameworkId, taskId)) {
    // Held up on its way, it comes after its master asked for it and was told that it was dropped.
    turn.warn({ task: task.task_id.value }, "ignoring a task: its end has been told");
    if (launch_executor === true) {
      exitedExecutor(turn, frameworkId, executorIdOf(task), undefined);
    }
    return;
  }
  const framework = known ?? addFramework(state, frameworkId, frameworkInfo, message.pid);
  const refusal = isLate
    ? lateLaunch(framework)
    : refusalOf(state.config, framework, task, message.resource_version_uuids ?? []);
  const assignment: Assignment = {
    framework,
    isFrameworkNew: known === undefined,
    task,
    executorInfo: task.executor ?? commandExecutorOf(task, frameworkId, state.config.launcherDir),
    isGenerated: task.executor === undefined,
    launchExecutor: launch_executor,
  };
  if (refusal === undefined) {
    place(turn, assignment);
    return;
  }
  drop(turn, assignment, refusal);
  if (launch_executor === true) exitedExecutor(turn, frameworkId, executorIdOf(task), undefined);
  removeFrameworkIfIdle(turn, framework);
}

/** Differs: Mesos runs it, and its master asks what it is. */
function lateLaunch(framework: Framework): Refusal {
  return {
    state: stateFor(framework, "TASK_DROPPED"),
    reason: "REASON_RECONCILIATION",
    message: "The launch arrived after the task was said to be unknown to the agent",
  };
}

/** Differs: Mesos's master never sends task groups to agents without the default executor; ours may. */
export function runTaskGroup(turn: Turn, message: internal.RunTaskGroupMessage): void {
  const { framework: frameworkInfo, task_group, executor, launch_executor } = message;
  const tasks = task_group.tasks ?? [];
  const frameworkId = asId<FrameworkId>(frameworkInfo.id?.value ?? "");
  for (const task of tasks) {
    if (!canRun(turn, frameworkInfo, task.agent_id.value, task.task_id.value)) return;
  }
  const { state } = turn;
  const known = state.frameworks.get(frameworkId);
  if (tasks.length === 0 || known?.phase === "terminating") return;
  const framework = known ?? addFramework(state, frameworkId, frameworkInfo, undefined);
  for (const task of tasks) {
    refuse(turn, framework, task.task_id.value, executor.executor_id.value, {
      state: "TASK_ERROR",
      reason: "REASON_TASK_GROUP_INVALID",
      message: "Task groups are not supported by this agent yet",
    });
  }
  if (launch_executor === true) {
    exitedExecutor(turn, frameworkId, executor.executor_id.value, undefined);
  }
  removeFrameworkIfIdle(turn, framework);
}

/** Tasks that cannot even be refused: there is nobody to tell, or it is not ours to tell. */
function canRun(
  turn: Turn,
  frameworkInfo: FrameworkInfo,
  agentId: string,
  taskId: string,
): boolean {
  const { state } = turn;
  const frameworkId = frameworkInfo.id?.value;
  if (frameworkId === undefined || !isPathComponent(frameworkId)) {
    turn.error({ task: taskId }, "ignoring a task: its framework has no usable id");
    return false;
  }
  if (agentId !== state.id) {
    turn.warn({ task: taskId, agent: agentId }, "ignoring a task for another agent");
    return false;
  }
  if (state.phase === "recovering" || state.phase === "terminating") {
    turn.warn({ task: taskId }, `ignoring a task: the agent is ${state.phase}`);
    return false;
  }
  // Differs: Mesos takes it. Held up on its way, it may come after its master has given this agent up
  // and forgotten it; what we have just said runs here is all that the master will know of. If it does
  // remember, it asks after the task in its answer and hears that it was dropped.
  if (state.isReregistrationUnanswered) {
    turn.warn({ task: taskId }, "ignoring a task: it came before the answer to our reregistration");
    return false;
  }
  return true;
}

/** Source: the second half of Slave::__run. */
function place(turn: Turn, assignment: Assignment): void {
  const { framework, task, executorInfo, isGenerated, launchExecutor } = assignment;
  const executorId = asId<ExecutorId>(executorInfo.executor_id.value);
  const executor = framework.executors.get(executorId);
  if (executor === undefined) {
    if (launchExecutor === false && !isGenerated) {
      drop(turn, assignment, "No executor is expected to launch and there is none running");
      removeFrameworkIfIdle(turn, framework);
      return;
    }
    launch(turn, assignment);
    return;
  }
  if (launchExecutor !== undefined && isGenerated) {
    drop(turn, assignment, {
      state: stateFor(framework, "TASK_DROPPED"),
      reason: "REASON_TASK_INVALID",
      message: "Cannot reuse an already existing executor for a command task",
    });
    return;
  }
  if (launchExecutor === true) {
    replaceExecutor(turn, assignment, executor);
    return;
  }
  if (executor.phase === "terminating" || executor.phase === "terminated") {
    drop(turn, assignment, `Executor ${executor.phase}`);
    return;
  }
  addTask(turn, executor, task);
}

/** The master thinks that this executor is gone. Then it must go. */
function replaceExecutor(turn: Turn, assignment: Assignment, executor: Executor): void {
  drop(turn, assignment, "Master wants to launch executor, but one already exists");
  if (executor.phase === "terminated") {
    exitedExecutor(turn, executor.framework.id, executor.id, undefined);
  } else if (executor.phase !== "terminating") {
    shutDownExecutor(turn, executor);
  }
}

function launch(turn: Turn, assignment: Assignment): void {
  const { state } = turn;
  const { framework, isFrameworkNew, task, executorInfo, isGenerated } = assignment;
  const containerId = asId<ContainerId>(randomUuid(turn.random));
  const run = {
    agentId: state.id as NonNullable<typeof state.id>,
    frameworkId: framework.id,
    executorId: asId<ExecutorId>(executorInfo.executor_id.value),
    containerId,
  };
  const executor = addExecutor(state, framework, {
    info: executorInfo,
    containerId,
    isGenerated,
    directory: runPath(state.config.workDir, run),
    user: userOf(turn, framework, executorInfo),
  });
  queueTask(executor, task);
  executor.containerResources = executor.allocated;
  turn.info({ task: task.task_id.value, ...describeExecutor(executor) }, "launching executor");
  turn.add({
    kind: "launchExecutor",
    executor,
    run,
    command: executorInfo.command ?? {},
    environment: executorEnvironment(state.config, executorInfo, {
      agentId: run.agentId,
      frameworkId: framework.id,
      directory: executor.directory,
      isCheckpointing: executor.isCheckpointing,
    }),
    resources: executor.allocated.toList(),
    limits: executorLimits(executor, state.config.canLimitCpus),
    taskInfo: isGenerated ? task : undefined,
    firstTask: taskOf(task, "TASK_STAGING", framework.id),
    isFrameworkNew,
  });
  const at = turn.later(state.config.executorRegistrationTimeoutMs);
  state.deadlines.set(`registration/${containerId}`, at, {
    kind: "executorRegistrationTimeout",
    containerId,
  });
}

/** The task's or executor's own user before the framework's; undefined: the agent's. */
function userOf({ state }: Turn, framework: Framework, info: ExecutorInfo): string | undefined {
  if (!state.config.switchUser) return undefined;
  return info.command?.user ?? framework.info.user;
}

function addTask(turn: Turn, executor: Executor, task: TaskInfo): void {
  queueTask(executor, task);
  if (executor.isCheckpointing) {
    turn.add({
      kind: "checkpointTask",
      run: runAddressOf(turn.state, executor),
      task: taskOf(task, "TASK_STAGING", executor.framework.id),
    });
  }
  turn.debug({ task: task.task_id.value, ...describeExecutor(executor) }, "queued task");
  if (executor.phase === "running") {
    sendQueuedTasks(turn, executor, [task.task_id.value as TaskId]);
  }
}

/** A bare message means: dropped because of its executor. */
function drop(
  turn: Turn,
  { framework, task, executorInfo }: Assignment,
  refusal: Refusal | string,
): void {
  const full: Refusal =
    typeof refusal === "string"
      ? {
          state: stateFor(framework, "TASK_DROPPED"),
          reason: "REASON_EXECUTOR_TERMINATED",
          message: refusal,
        }
      : refusal;
  refuse(turn, framework, task.task_id.value, executorInfo.executor_id.value, full);
}

function refuse(
  turn: Turn,
  framework: Framework,
  taskId: string,
  executorId: string,
  refusal: Refusal,
): void {
  const { state } = turn;
  turn.warn({ task: taskId, framework: framework.id }, `refusing a task: ${refusal.message}`);
  const update = agentUpdateOf(
    {
      ...refusal,
      frameworkId: framework.id,
      agentId: state.id as NonNullable<typeof state.id>,
      taskId,
      executorId,
    },
    turn.now,
    turn.random,
  );
  receiveUpdate(turn, update);
}

function executorIdOf(task: TaskInfo): string {
  return task.executor?.executor_id.value ?? task.task_id.value;
}
