/**
 * What agents say of themselves when they register and reregister.
 */

import type { AgentInfo, FrameworkInfo, internal, Task } from "@tavola/protocol";
import { validateResources } from "@tavola/resources";
import { prefixed, validateExecutorInfo } from "./executor.ts";
import { validateFrameworkInfo } from "./framework.ts";
import { validateId } from "./id.ts";

export function validateRegistration(message: internal.RegisterSlaveMessage): string | undefined {
  const checkpointed = message.checkpointed_resources ?? [];
  if (checkpointed.length > 0 && message.slave.checkpoint !== true) {
    return "Checkpointed resources provided when checkpointing is not enabled";
  }
  return validateAgentInfo(message.slave) ?? validateResources(checkpointed);
}

export function validateReregistration(
  message: internal.ReregisterSlaveMessage,
): string | undefined {
  if (message.slave.id === undefined) return "AgentInfo.id must be set";
  const frameworks = new Set<string>();
  const executors = new Set<string>();
  return (
    validateAgentInfo(message.slave) ??
    validateResources(message.checkpointed_resources ?? []) ??
    validateFrameworks(message.frameworks ?? [], frameworks) ??
    validateExecutors(message, frameworks, executors) ??
    validateTasks(message, frameworks, executors)
  );
}

function validateAgentInfo(info: AgentInfo): string | undefined {
  const error = info.id === undefined ? undefined : validateId(info.id.value);
  return error ?? validateResources(info.resources ?? []);
}

function validateFrameworks(
  frameworks: readonly FrameworkInfo[],
  ids: Set<string>,
): string | undefined {
  for (const info of frameworks) {
    const id = info.id?.value;
    if (id === undefined) return "FrameworkInfo.id must be set";
    const error = validateFrameworkInfo(info);
    if (error !== undefined) return error;
    if (ids.has(id)) return `Framework has a duplicate FrameworkID: '${id}'`;
    ids.add(id);
  }
  return undefined;
}

function validateExecutors(
  message: internal.ReregisterSlaveMessage,
  frameworks: ReadonlySet<string>,
  ids: Set<string>,
): string | undefined {
  for (const executor of message.executor_infos ?? []) {
    const error = validateExecutorInfo(executor) ?? validateResources(executor.resources ?? []);
    if (error !== undefined) return error;
    const frameworkId = executor.framework_id?.value ?? "";
    const executorId = executor.executor_id.value;
    if (!frameworks.has(frameworkId)) {
      return `Executor has an invalid FrameworkID '${frameworkId}'`;
    }
    const key = keyOf(frameworkId, executorId);
    if (ids.has(key)) {
      return `Framework '${frameworkId}' has a duplicate ExecutorID '${executorId}'`;
    }
    ids.add(key);
  }
  return undefined;
}

function validateTasks(
  message: internal.ReregisterSlaveMessage,
  frameworks: ReadonlySet<string>,
  executors: ReadonlySet<string>,
): string | undefined {
  const seen = new Map<string, Set<string>>();
  for (const task of message.tasks ?? []) {
    const error =
      prefixed("Task has an invalid TaskID: ", validateId(task.task_id.value)) ??
      validateOwners(task, message.slave.id?.value, frameworks, executors) ??
      prefixed("Task uses invalid resources: ", validateResources(task.resources ?? []));
    if (error !== undefined) return error;
    // Differs: Mesos ends itself on an agent that reports a task twice.
    const frameworkId = task.framework_id.value;
    const taskId = task.task_id.value;
    const ofFramework = seen.get(frameworkId);
    if (ofFramework === undefined) seen.set(frameworkId, new Set([taskId]));
    else if (ofFramework.has(taskId)) return `Task '${taskId}' is reported twice`;
    else ofFramework.add(taskId);
  }
  return undefined;
}

function validateOwners(
  task: Task,
  agentId: string | undefined,
  frameworks: ReadonlySet<string>,
  executors: ReadonlySet<string>,
): string | undefined {
  if (task.agent_id.value !== agentId) {
    return `Task has an invalid SlaveID '${task.agent_id.value}'`;
  }
  const frameworkId = task.framework_id.value;
  if (!frameworks.has(frameworkId)) return `Task has an invalid FrameworkID '${frameworkId}'`;
  const executorId = task.executor_id?.value;
  if (executorId === undefined || task.state !== "TASK_RUNNING") return undefined;
  if (executors.has(keyOf(frameworkId, executorId))) return undefined;
  return `Task has an invalid ExecutorID '${executorId}'`;
}

function keyOf(frameworkId: string, id: string): string {
  return `${frameworkId}\n${id}`;
}
