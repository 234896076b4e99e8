/**
 * Why an assigned task cannot run here. A master that does its work never sends most of these.
 *
 * Source: the checks in Slave::run and Slave::__run, with their reasons and sentences; Mesos's agent
 * crashes where a task has both or neither of command and executor.
 */

import type { internal, Resource, TaskInfo, TaskState, TaskStatus_Reason } from "@tavola/protocol";
import type { AgentConfig } from "./agent-config.ts";
import { isPathComponent } from "./paths.ts";
import { stateFor } from "./task-states.ts";

export interface Refusal {
  readonly state: TaskState;
  readonly reason: TaskStatus_Reason;
  readonly message: string;
}

export function refusalOf(
  config: AgentConfig,
  framework: { readonly isPartitionAware: boolean },
  task: TaskInfo,
  resourceVersions: readonly internal.ResourceVersionUUID[],
): Refusal | undefined {
  const invalid = invalidityOf(task);
  if (invalid !== undefined) {
    return { state: "TASK_ERROR", reason: "REASON_TASK_INVALID", message: invalid };
  }
  const state = stateFor(framework, "TASK_DROPPED");
  const unlimitable = limitProblemOf(config, task);
  if (unlimitable !== undefined) {
    return { state, reason: "REASON_GC_ERROR", message: unlimitable };
  }
  if (!isResourceVersionCurrent(config, resourceVersions)) {
    const message = "Task assumes outdated resource state";
    return { state, reason: "REASON_INVALID_OFFERS", message };
  }
  const unknown = unknownResourcesOf(task);
  if (unknown !== undefined) {
    return { state, reason: "REASON_RESOURCES_UNKNOWN", message: unknown };
  }
  return undefined;
}

function invalidityOf({ task_id, command, executor }: TaskInfo): string | undefined {
  if (!isPathComponent(task_id.value)) return `Task ID '${task_id.value}' cannot name a file`;
  if ((command === undefined) === (executor === undefined)) {
    return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
  }
  if (executor === undefined) return undefined;
  const executorId = executor.executor_id.value;
  if (!isPathComponent(executorId)) return `Executor ID '${executorId}' cannot name a file`;
  if (executor.type === "DEFAULT") return "The default executor is not supported by this agent yet";
  return executor.command === undefined ? "'ExecutorInfo.command' must be set" : undefined;
}

function limitProblemOf(config: AgentConfig, { limits = {} }: TaskInfo): string | undefined {
  for (const [name, label] of [
    ["cpus", "CPU"],
    ["mem", "Memory"],
  ] as const) {
    if (limits[name] === undefined || config.limitableResources.has(name)) continue;
    const isolator = name === "cpus" ? "cgroups/cpu" : "cgroups/mem";
    return `${label} limits can only be set on tasks launched in Mesos containers when the agent has loaded the '${isolator}' isolator`;
  }
  return undefined;
}

function isResourceVersionCurrent(
  { resourceVersionUuid }: AgentConfig,
  versions: readonly internal.ResourceVersionUUID[],
): boolean {
  return versions.every(({ resource_provider_id, uuid }) => {
    if (resource_provider_id !== undefined) return true;
    return (
      uuid.value.length === resourceVersionUuid.length &&
      resourceVersionUuid.every((byte, i) => byte === uuid.value[i])
    );
  });
}

/** Dynamic reservations and persistent volumes are made by operations, which do not exist here yet. */
function unknownResourcesOf({ resources = [], executor }: TaskInfo): string | undefined {
  const whose = resources.some(isMadeByOperation)
    ? "task"
    : (executor?.resources ?? []).some(isMadeByOperation)
      ? "executor"
      : undefined;
  if (whose === undefined) return undefined;
  return `The checkpointed resources being used by the ${whose} are unknown to the agent`;
}

function isMadeByOperation({ reservations = [], disk }: Resource): boolean {
  return disk?.persistence !== undefined || reservations.some(({ type }) => type === "DYNAMIC");
}
