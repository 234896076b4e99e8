/**
 * ExecutorInfo that comes with a task, a task group, or a reregistering agent.
 */

import { asId, type ExecutorId } from "@tavola/base";
import { ExecutorInfo, formatMessageJson } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { findExecutor } from "../executor-records.ts";
import type { Agent, Framework } from "../state.ts";
import { validateCommandInfo } from "./command-info.ts";
import { validateContainerInfo } from "./container-info.ts";
import { nanosecondsOf } from "./duration.ts";
import { validateId } from "./id.ts";
import { sameMessage } from "./same-message.ts";
import {
  validateSingleAllocation,
  validateUniquePersistenceIds,
  validateUnmixedRevocable,
  validateUsableResources,
} from "./used-resources.ts";

/** By itself. */
export function validateExecutorInfo(executor: ExecutorInfo): string | undefined {
  const grace = executor.shutdown_grace_period;
  return (
    validateType(executor) ??
    validateId(executor.executor_id.value) ??
    (grace !== undefined && nanosecondsOf(grace) < 0
      ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative"
      : undefined) ??
    prefixed(
      "Executor's `CommandInfo` is invalid: ",
      executor.command && validateCommandInfo(executor.command),
    ) ??
    prefixed(
      "Executor's `ContainerInfo` is invalid: ",
      executor.container && validateContainerInfo(executor.container),
    )
  );
}

/** For use by a framework on an agent; resources allocated. */
export function validateExecutor(
  executor: ExecutorInfo,
  framework: Framework,
  agent: Agent,
): string | undefined {
  return (
    validateExecutorInfo(executor) ??
    validateFrameworkId(executor, framework) ??
    validateResources(executor) ??
    validateCompatible(executor, framework, agent)
  );
}

function validateType(executor: ExecutorInfo): string | undefined {
  switch (executor.type) {
    case "DEFAULT":
      if (executor.command) {
        return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
      }
      if (executor.container && executor.container.type !== "MESOS") {
        return "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor";
      }
      if (executor.container?.mesos?.image) {
        return "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor";
      }
      return undefined;
    case "CUSTOM":
      if (executor.command) return undefined;
      return "'ExecutorInfo.command' must be set for 'CUSTOM' executor";
    default:
      return undefined;
  }
}

function validateFrameworkId(executor: ExecutorInfo, framework: Framework): string | undefined {
  if (!executor.framework_id) return "'ExecutorInfo.framework_id' must be set";
  if (executor.framework_id.value === framework.id) return undefined;
  return `ExecutorInfo has an invalid FrameworkID (Actual: ${executor.framework_id.value} vs Expected: ${framework.id})`;
}

function validateResources(executor: ExecutorInfo): string | undefined {
  const list = executor.resources ?? [];
  const resources = Resources.of(list);
  return (
    prefixed("Executor uses invalid resources: ", validateUsableResources(list)) ??
    prefixed("Executor uses duplicate persistence ID: ", validateUniquePersistenceIds(resources)) ??
    prefixed("Invalid executor resources: ", validateSingleAllocation(list)) ??
    prefixed(
      "Executor mixes revocable and non-revocable resources: ",
      validateUnmixedRevocable(resources),
    )
  );
}

/** The same id on the same agent is the same executor, in every field. */
function validateCompatible(
  executor: ExecutorInfo,
  framework: Framework,
  agent: Agent,
): string | undefined {
  const executorId = asId<ExecutorId>(executor.executor_id.value);
  const existing = findExecutor(agent, framework.id, executorId);
  if (existing === undefined || isSameExecutor(existing, executor)) return undefined;
  const line = "-".repeat(60);
  return [
    "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.",
    line,
    "Existing ExecutorInfo:",
    formatMessageJson(ExecutorInfo, existing),
    line,
    "ExecutorInfo:",
    formatMessageJson(ExecutorInfo, executor),
    line,
    "",
  ].join("\n");
}

/** Equal in everything; the order of resources does not count. */
export function isSameExecutor(a: ExecutorInfo, b: ExecutorInfo): boolean {
  const { resources: ofA, ...restOfA } = a;
  const { resources: ofB, ...restOfB } = b;
  return sameMessage(restOfA, restOfB) && Resources.of(ofA ?? []).equals(Resources.of(ofB ?? []));
}

/** `prefix` before the error, if there is one. */
export function prefixed(prefix: string, error: string | undefined): string | undefined {
  return error === undefined ? undefined : prefix + error;
}
