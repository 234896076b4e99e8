/**
 * A task group that is to be launched: all of its tasks or none.
 */

import { asId, type ExecutorId } from "@tavola/base";
import type { ExecutorInfo, TaskGroupInfo, TaskInfo } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { findExecutor } from "../executor-records.ts";
import { limits } from "../limits.ts";
import type { Agent, Framework } from "../state.ts";
import { validateCommandInfo } from "./command-info.ts";
import { isSameExecutor, prefixed, validateExecutor } from "./executor.ts";
import { validateTaskAlone } from "./task.ts";
import {
  haveOverlap,
  validateUniquePersistenceIds,
  validateUnmixedRevocable,
} from "./used-resources.ts";

/** Every task names the group's executor by now; resources are allocated. */
export function validateTaskGroup(
  group: TaskGroupInfo,
  executor: ExecutorInfo,
  at: { readonly framework: Framework; readonly agent: Agent; readonly available: Resources },
): string | undefined {
  const tasks = group.tasks ?? [];
  for (const task of tasks) {
    const error = validateTaskAlone(task, at.framework, at.agent) ?? validateGroupTask(task);
    if (error !== undefined) return `Task '${task.task_id.value}' is invalid: ${error}`;
  }
  return (
    validateExecutor(executor, at.framework, at.agent) ??
    validateGroupExecutor(executor, tasks) ??
    validateFit(executor, tasks, at) ??
    prefixed(
      `Executor '${executor.executor_id.value}'contains an invalid command: `,
      executor.command && validateCommandInfo(executor.command),
    ) ??
    validateShareCgroups(executor, tasks, at.framework, at.agent)
  );
}

function validateGroupTask(task: TaskInfo): string | undefined {
  const { container, health_check: check } = task;
  if (!task.executor) return "'TaskInfo.executor' must be set";
  const hasOwnNetwork = (container?.network_infos ?? []).length > 0;
  if (hasOwnNetwork && (check?.type === "HTTP" || check?.type === "TCP")) {
    return "HTTP and TCP health checks are not supported for nested containers not joining parent's network";
  }
  if (container?.type === "DOCKER") return "Docker ContainerInfo is not supported on the task";
  const isLimited = Object.keys(task.limits ?? {}).length > 0;
  if (isLimited && container?.linux_info?.share_cgroups !== false) {
    return "Resource limits may only be set for tasks within a task group when the 'share_cgroups' field is set to 'false'.";
  }
  return undefined;
}

function validateGroupExecutor(
  executor: ExecutorInfo,
  tasks: readonly TaskInfo[],
): string | undefined {
  const id = executor.executor_id.value;
  if (executor.type === undefined) return "'ExecutorInfo.type' must be set";
  if (executor.type === "UNKNOWN") return "Unknown executor type";
  if (executor.container?.type === "DOCKER") {
    return "Docker ContainerInfo is not supported on the executor";
  }
  const other = tasks.find((task) => task.executor && !isSameExecutor(task.executor, executor));
  if (other !== undefined) {
    return `The \`ExecutorInfo\` of task '${other.task_id.value}' is different from executor '${id}'`;
  }
  const resources = Resources.of(executor.resources ?? []);
  const cpus = resources.scalar("cpus") / 1000;
  if (cpus < limits.executorCpusMin) {
    return `Executor '${id}' uses less CPUs (${cpus || "None"}) than the minimum required (${limits.executorCpusMin})`;
  }
  const mem = resources.scalar("mem") / 1000;
  if (mem < limits.executorMemMbMin) {
    return `Executor '${id}' uses less memory (${mem ? `${mem}MB` : "None"}) than the minimum required (${limits.executorMemMbMin}MB)`;
  }
  return resources.scalar("disk") === 0 ? `Executor '${id}' uses no disk` : undefined;
}

function validateFit(
  executor: ExecutorInfo,
  tasks: readonly TaskInfo[],
  at: { readonly framework: Framework; readonly agent: Agent; readonly available: Resources },
): string | undefined {
  const ofExecutor = Resources.of(executor.resources ?? []);
  const ofTasks = tasks.map((task) => Resources.of(task.resources ?? []));
  const total = Resources.sum([ofExecutor, ...ofTasks]);
  const error =
    prefixed(
      "Task group and executor use duplicate persistence ID: ",
      validateUniquePersistenceIds(total),
    ) ??
    prefixed(
      "Task group and executor mix revocable and non-revocable resources: ",
      validateUnmixedRevocable(total),
    );
  if (error !== undefined) return error;
  if (haveOverlap([ofExecutor, ...ofTasks])) {
    return `There are overlapping resources in the task group's task resources { ${ofTasks.join(", ")} } and/or executor resources ${ofExecutor}`;
  }
  const executorId = asId<ExecutorId>(executor.executor_id.value);
  const isKnown = findExecutor(at.agent, at.framework.id, executorId) !== undefined;
  const needed = isKnown ? Resources.sum(ofTasks) : total;
  if (at.available.contains(needed)) return undefined;
  return `Total resources ${needed} required by task group and its executor are more than available ${at.available}`;
}

/** All tasks of an executor share its cgroup, or none does. */
function validateShareCgroups(
  executor: ExecutorInfo,
  tasks: readonly TaskInfo[],
  framework: Framework,
  agent: Agent,
): string | undefined {
  if (executor.container?.linux_info?.share_cgroups === true) {
    return "The 'share_cgroups' field cannot be set to 'true' on executor containers";
  }
  const containers = tasks.map((task) => task.container);
  const executorId = executor.executor_id.value;
  for (const task of agent.tasksByFramework.get(framework.id)?.values() ?? []) {
    if (task.executorId === executorId) containers.push(task.message.container);
  }
  const answers = new Set(
    containers.map((container) => container?.linux_info?.share_cgroups ?? true),
  );
  if (answers.size <= 1) return undefined;
  return "If set, the value of 'share_cgroups' must be the same for all tasks in each task group and under a single executor";
}
