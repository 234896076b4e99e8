/**
 * What the master is told of a task: Mesos's TaskInfo, put together from the task's record, its
 * request and its deploy.
 *
 * Everything in it was decided before; what an agent, a port or an argument is, the record says.
 */

import type { ExecutorInfo, Resource, TaskInfo } from "@tavola/protocol";
import type { Deploy, TaskLabel, TaskResources } from "../model/deploy.ts";
import type { Request } from "../model/request.ts";
import type { TaskRecord } from "../records.ts";
import { discoveryInfo } from "./discovery-info.ts";
import { executorData } from "./executor-data.ts";
import { listed } from "./listed.ts";
import { executorCommand, taskCommand } from "./task-command.ts";
import { taskContainer } from "./task-container.ts";

export interface LaunchSubject {
  readonly task: TaskRecord;
  readonly request: Request;
  readonly deploy: Deploy;
  readonly settings: LaunchSettings;
}

export interface LaunchSettings {
  /** A bridged container without port mappings gets its ports one to one. */
  readonly defaultPortMapping: boolean;
  readonly customExecutorResources: TaskResources;
}

export function taskInfo(subject: LaunchSubject): TaskInfo {
  const { task, deploy } = subject;
  const { taskId, agentId, resources, ports, role } = task;
  const container = taskContainer(subject);
  const base = {
    name: taskId.requestId,
    task_id: { value: taskId.id },
    agent_id: { value: agentId },
    resources: [...scalars(resources, role), ...portRanges(ports, role)],
    ...listed("labels", labelsOf(deploy, taskId.instanceNo), (labels) => ({ labels })),
    ...(container === undefined ? {} : { container }),
    ...(deploy.discovery === undefined ? {} : { discovery: discoveryInfo(subject) }),
  };
  if (deploy.customExecutorCmd === undefined) return { ...base, command: taskCommand(subject) };
  const data = executorData(subject);
  return {
    ...base,
    executor: executorOf(subject),
    ...(data === undefined ? {} : { data }),
  };
}

function executorOf(subject: LaunchSubject): ExecutorInfo {
  const { task, deploy, settings } = subject;
  const { id } = task.taskId;
  return {
    executor_id: { value: deploy.customExecutorId ?? id },
    command: executorCommand(subject),
    // Statistics of an executor are found by it.
    source: deploy.customExecutorSource ?? id,
    labels: { labels: [{ key: "taskId", value: id }] },
    resources: scalars(
      deploy.customExecutorResources ?? settings.customExecutorResources,
      task.role,
    ),
  };
}

function labelsOf(
  { mesosLabels = [], mesosTaskLabels = {} }: Deploy,
  instanceNo: number,
): TaskLabel[] {
  return [...mesosLabels, ...(mesosTaskLabels[instanceNo] ?? [])];
}

function scalars({ cpus, memoryMb, diskMb }: TaskResources, role: string | undefined): Resource[] {
  return [["cpus", cpus] as const, ["mem", memoryMb] as const, ["disk", diskMb] as const].flatMap(
    ([name, value]) =>
      value > 0 ? [{ name, type: "SCALAR" as const, scalar: { value }, ...reserved(role) }] : [],
  );
}

/** Neighbouring ports share a range. */
function portRanges(ports: readonly number[], role: string | undefined): Resource[] {
  if (ports.length === 0) return [];
  const range: { begin: number; end: number }[] = [];
  for (const port of [...ports].sort((a, b) => a - b)) {
    const last = range.at(-1);
    if (last !== undefined && port <= last.end + 1) last.end = Math.max(last.end, port);
    else range.push({ begin: port, end: port });
  }
  return [{ name: "ports", type: "RANGES", ranges: { range }, ...reserved(role) }];
}

function reserved(role: string | undefined): { readonly role?: string } {
  return role === undefined || role === "*" ? {} : { role };
}
