/**
 * What a task takes of an agent: its own resources, its executor's, and ports.
 */

import { milli } from "@tavola/base";
import type { Deploy, TaskResources } from "../model/deploy.ts";
import type { Request } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { unreservedRole } from "./offered-resources.ts";

export interface TaskNeeds {
  /** The task's own, as its record will have them. */
  readonly own: TaskResources;
  readonly cpusMilli: number;
  readonly memoryMbMilli: number;
  readonly diskMbMilli: number;
  /** Any ports. */
  readonly numPorts: number;
  /** These ports, beside any others. */
  readonly literalPorts: readonly number[];
  /** All of one reservation; "*": unreserved. */
  readonly role: string;
}

export function needsOf(
  config: SchedulerConfig,
  request: Request,
  deploy: Deploy,
  pending: PendingTask,
): TaskNeeds {
  const own = pending.resources ?? deploy.resources ?? defaultResources(config);
  const executor = executorResources(config, deploy);
  return {
    own,
    cpusMilli: milli(own.cpus + (executor?.cpus ?? 0)),
    memoryMbMilli: milli(own.memoryMb + (executor?.memoryMb ?? 0)),
    diskMbMilli: milli(own.diskMb + (executor?.diskMb ?? 0)),
    numPorts: own.numPorts + (executor?.numPorts ?? 0),
    literalPorts: literalHostPorts(deploy),
    role: request.requiredRole ?? unreservedRole,
  };
}

/** Of deploys that name none. */
function defaultResources(config: SchedulerConfig): TaskResources {
  const { defaultCpus, defaultMemoryMb, defaultDiskMb } = config;
  return { cpus: defaultCpus, memoryMb: defaultMemoryMb, diskMb: defaultDiskMb, numPorts: 0 };
}

/** What an executor of the deploy's own takes beside the task; undefined: it has none. */
function executorResources(config: SchedulerConfig, deploy: Deploy): TaskResources | undefined {
  if (deploy.customExecutorCmd === undefined) return undefined;
  const { customExecutorCpus, customExecutorMemoryMb, customExecutorDiskMb } = config;
  return (
    deploy.customExecutorResources ?? {
      cpus: customExecutorCpus,
      memoryMb: customExecutorMemoryMb,
      diskMb: customExecutorDiskMb,
      numPorts: 0,
    }
  );
}

function literalHostPorts(deploy: Deploy): readonly number[] {
  const mappings = deploy.containerInfo?.docker?.portMappings ?? [];
  return mappings.filter((port) => port.hostPortType !== "FROM_OFFER").map((port) => port.hostPort);
}
