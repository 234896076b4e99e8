/**
 * Where a task is asked how it is, and what is not known for that.
 */

import type { Result } from "@tavola/base";
import type { TaskId } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";
import type { HealthPlan } from "./health-plan.ts";

export interface HealthTarget {
  readonly taskId: TaskId;
  readonly plan: HealthPlan;
  readonly runningAt: number;
  /** It passed a check before. */
  readonly hasSucceeded: boolean;
  /** It passed one, and has failed too often since: its recovery is news. */
  readonly isUnhealthy: boolean;
  /** `http://host:port/path`, or the sentence that each check then fails with. */
  readonly url: Result<string>;
}

/** `task` must be running. */
export function healthTargetOf(task: TaskRecord, plan: HealthPlan, now: number): HealthTarget {
  return {
    taskId: task.taskId,
    plan,
    runningAt: task.runningAt ?? now,
    hasSucceeded: task.health?.healthyAt !== undefined,
    isUnhealthy: task.health?.unhealthySince !== undefined,
    url: urlOf(task, plan),
  };
}

function urlOf(task: TaskRecord, plan: HealthPlan): Result<string> {
  if (plan.path === undefined) {
    return { error: "Invalid healthcheck uri or ports not present: the check has no uri" };
  }
  const port = plan.portNumber ?? task.ports[plan.portIndex];
  if (port === undefined || port < 1) {
    const has = task.ports.length === 0 ? "no ports" : `${task.ports.length} ports`;
    return {
      error: `Invalid healthcheck uri or ports not present: the check asks for port ${plan.portIndex}, the task has ${has}`,
    };
  }
  const scheme = plan.protocol.startsWith("HTTPS") ? "https" : "http";
  const host = task.address ?? task.hostname;
  return { value: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${plan.path}` };
}
