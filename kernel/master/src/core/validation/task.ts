/**
 * A task that is to be launched, by LAUNCH or in a group: Mesos's rules in Mesos's order.
 */

import { asId, type ExecutorId, type TaskId } from "@tavola/base";
import type { TaskInfo } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { findExecutor } from "../executor-records.ts";
import type { Agent, Framework } from "../state.ts";
import { validateCheck, validateHealthCheck } from "./checks.ts";
import { validateCommandInfo } from "./command-info.ts";
import { validateContainerInfo } from "./container-info.ts";
import { nanosecondsOf } from "./duration.ts";
import { prefixed, validateExecutor } from "./executor.ts";
import { validateId } from "./id.ts";
import {
  haveOverlap,
  validateSingleAllocation,
  validateUniquePersistenceIds,
  validateUnmixedRevocable,
  validateUsableResources,
} from "./used-resources.ts";

/** For LAUNCH. `task` has its resources allocated; `available` is what is left of the offers. */
export function validateTask(
  task: TaskInfo,
  framework: Framework,
  agent: Agent,
  available: Resources,
): string | undefined {
  return (
    validateTaskAlone(task, framework, agent) ??
    validateOwnExecutor(task, framework, agent) ??
    validateFit(task, framework, agent, available) ??
    (task.container?.linux_info?.share_cgroups === false
      ? "Only tasks in a task group may have 'share_cgroups' set to 'false'"
      : undefined)
  );
}

/** Everything but its executor and the offers; what tasks of groups are also held to. */
export function validateTaskAlone(
  task: TaskInfo,
  framework: Framework,
  agent: Agent,
): string | undefined {
  return (
    validateId(task.task_id.value) ??
    validateUniqueTaskId(task, framework) ??
    validateAgentId(task, agent) ??
    validateTimes(task) ??
    prefixed("Task uses invalid check: ", task.check && validateCheck(task.check)) ??
    prefixed(
      "Task uses invalid health check: ",
      task.health_check && validateHealthCheck(task.health_check),
    ) ??
    validateResources(task) ??
    prefixed(
      "Task's `CommandInfo` is invalid: ",
      task.command && validateCommandInfo(task.command),
    ) ??
    prefixed(
      "Task's `ContainerInfo` is invalid: ",
      task.container && validateContainerInfo(task.container),
    ) ??
    validateLimits(task, agent)
  );
}

function validateUniqueTaskId(task: TaskInfo, framework: Framework): string | undefined {
  const id = asId<TaskId>(task.task_id.value);
  if (framework.tasks.has(id)) return `Task has duplicate ID: ${id}`;
  if (framework.unreachableTasks.has(id)) {
    return `Task reuses the ID of an unreachable task: ${id}`;
  }
  return undefined;
}

function validateAgentId(task: TaskInfo, agent: Agent): string | undefined {
  if (task.agent_id.value === agent.id) return undefined;
  return `Task uses invalid agent ${task.agent_id.value} while agent ${agent.id} is expected`;
}

function validateTimes(task: TaskInfo): string | undefined {
  const grace = task.kill_policy?.grace_period;
  if (grace !== undefined && nanosecondsOf(grace) < 0) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  const most = task.max_completion_time;
  if (most !== undefined && nanosecondsOf(most) < 0) {
    return "Task's `max_completion_time` must be non-negative";
  }
  return undefined;
}

function validateResources(task: TaskInfo): string | undefined {
  const list = task.resources ?? [];
  if (list.length === 0) return "Task uses no resources";
  const resources = Resources.of(list);
  return (
    prefixed("Task uses invalid resources: ", validateUsableResources(list)) ??
    prefixed("Task uses duplicate persistence ID: ", validateUniquePersistenceIds(resources)) ??
    prefixed("Invalid task resources: ", validateSingleAllocation(list)) ??
    prefixed(
      "Task mixes revocable and non-revocable resources: ",
      validateUnmixedRevocable(resources),
    )
  );
}

function validateLimits(task: TaskInfo, agent: Agent): string | undefined {
  const limits = task.limits ?? {};
  const names = Object.keys(limits);
  if (names.length === 0) return undefined;
  if (!agent.capabilities.has("TASK_RESOURCE_LIMITS")) {
    return "Agent is not capable of handling task resource limits";
  }
  if (names.some((name) => name !== "cpus" && name !== "mem")) {
    return "Only cpus and mem may be included in a task's resource limits";
  }
  const request = Resources.of(task.resources ?? []);
  if (limits.cpus !== undefined) {
    const asked = request.scalar("cpus") / 1000;
    if (asked === 0) return "When a CPU limit is specified, a CPU request must also be specified";
    if (!(limits.cpus.value >= asked)) {
      return "The cpu limit must be greater than or equal to the cpu request";
    }
  }
  if (limits.mem !== undefined) {
    const asked = request.scalar("mem") / 1000;
    if (asked === 0) {
      return "When a memory limit is specified, a memory request must also be specified";
    }
    if (!(limits.mem.value >= asked)) {
      return "The memory limit must be greater than or equal to the memory request";
    }
  }
  return undefined;
}

function validateOwnExecutor(
  task: TaskInfo,
  framework: Framework,
  agent: Agent,
): string | undefined {
  const { executor } = task;
  if ((executor === undefined) === (task.command === undefined)) {
    return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
  }
  if (executor === undefined) return undefined;
  const error = validateExecutor(executor, framework, agent);
  if (error !== undefined) return error;
  if (executor.type !== undefined && executor.type !== "CUSTOM") {
    return "'ExecutorInfo.type' must be 'CUSTOM'";
  }
  if (!executor.command) return "'ExecutorInfo.command' must be set";
  const resources = Resources.of(executor.resources ?? []);
  if (!resources.shared().isEmpty) {
    return `Executor resources ${resources} should not contain any shared resources`;
  }
  if (executor.container?.linux_info?.share_cgroups === true) {
    return "The 'share_cgroups' field cannot be set to 'true' on executor containers";
  }
  return undefined;
}

function validateFit(
  task: TaskInfo,
  framework: Framework,
  agent: Agent,
  available: Resources,
): string | undefined {
  const ofTask = Resources.of(task.resources ?? []);
  const { executor } = task;
  let needed = ofTask;
  if (executor !== undefined) {
    const ofExecutor = Resources.of(executor.resources ?? []);
    const error = validateTogether(ofTask, ofExecutor);
    if (error !== undefined) return error;
    const executorId = asId<ExecutorId>(executor.executor_id.value);
    const isNew = findExecutor(agent, framework.id, executorId) === undefined;
    if (isNew) needed = ofTask.plus(ofExecutor);
  }
  if (available.contains(needed)) return undefined;
  return `Total resources ${needed} required by task and its executor is more than available ${available}`;
}

function validateTogether(ofTask: Resources, ofExecutor: Resources): string | undefined {
  const total = ofTask.plus(ofExecutor);
  if (haveOverlap([ofTask, ofExecutor])) {
    return `There are overlapping resources in the task resources ${ofTask} and executor resources ${ofExecutor}`;
  }
  return (
    prefixed(
      "Task and its executor use invalid resources: ",
      validateUsableResources(total.toList()),
    ) ??
    prefixed(
      "Task and its executor use duplicate persistence ID: ",
      validateUniquePersistenceIds(total),
    ) ??
    prefixed(
      "Task and its executor mix revocable and non-revocable resources: ",
      validateUnmixedRevocable(total),
    )
  );
}
