/**
 * What a task finds in its environment: who and where it is, its ports, what its deploy says, and
 * what was said for this run. Later ones win, but nobody can pretend to have been started by another.
 */

import type { Environment } from "@tavola/protocol";
import type { TaskRecord } from "../records.ts";
import type { LaunchSubject } from "./task-info.ts";

export function taskEnvironment({ task, request, deploy }: LaunchSubject): Environment {
  const { taskId, hostname, pendingTask, ports } = task;
  const filled = (values: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fillIn(value, task)]));
  const all: Record<string, string | number | undefined> = {
    INSTANCE_NO: taskId.instanceNo,
    TASK_HOST: hostname,
    TASK_RACK_ID: taskId.rackId,
    AVAILABILITY_ZONE: taskId.rackId,
    TASK_REQUEST_ID: taskId.requestId,
    TASK_DEPLOY_ID: taskId.deployId,
    TASK_ID: taskId.id,
    ESTIMATED_INSTANCE_COUNT: request.instances ?? 1,
    ...filled(deploy.env),
    ...filled(deploy.taskEnv?.[taskId.instanceNo]),
    PORT: ports[0],
    ...Object.fromEntries(ports.map((port, index) => [`PORT${index}`, port])),
    ...overridden(pendingTask.resources),
    ...pendingTask.envOverrides,
    STARTED_BY_USER: pendingTask.user,
  };
  return {
    variables: Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value: String(value) }],
    ),
  };
}

/** Said only where the run's resources differ from the deploy's. */
function overridden(resources: TaskRecord["pendingTask"]["resources"]): Record<string, number> {
  const { cpus = 0, memoryMb = 0 } = resources ?? {};
  return {
    ...(cpus === 0 ? {} : { DEPLOY_CPUS: Math.trunc(cpus) }),
    ...(memoryMb === 0 ? {} : { DEPLOY_MEM: Math.trunc(memoryMb) }),
  };
}

/** Puts in what is known of the task only now: `${TASK_ID}` and its like. */
export function fillIn(text: string, { taskId, hostname }: TaskRecord): string {
  if (!text.includes("${TASK_")) return text;
  const values: Readonly<Record<string, string>> = {
    REQUEST_ID: taskId.requestId,
    DEPLOY_ID: taskId.deployId,
    STARTED_AT: String(taskId.startedAt),
    INSTANCE_NO: String(taskId.instanceNo),
    HOST: hostname,
    RACK_ID: taskId.rackId,
    ID: taskId.id,
  };
  return text.replace(/\$\{TASK_(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
