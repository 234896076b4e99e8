/**
 * A task as the API tells it, put together from its record, its deploy's and its request's.
 */

import type { Task, TaskHistory } from "../model/task.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import type { SchedulerState } from "../state.ts";

/** Undefined when its deploy or request is unknown, which the rules do not let happen. */
export function taskOf(state: SchedulerState, record: TaskRecord): Task | undefined {
  const { taskId } = record;
  const request = state.records.request.get(taskId.requestId)?.request;
  const deploy = state.records.deploy.get(deployKey(taskId.requestId, taskId.deployId))?.deploy;
  if (request === undefined || deploy === undefined) return undefined;
  const offers = record.offerIds.map((id) => ({
    id: { value: id },
    agentId: { value: record.agentId },
    hostname: record.hostname,
    ...(state.link.frameworkId === undefined
      ? {}
      : { frameworkId: { value: state.link.frameworkId } }),
  }));
  return {
    taskRequest: { request, deploy, pendingTask: record.pendingTask },
    taskId,
    ...(offers[0] === undefined ? {} : { offer: offers[0] }),
    offers,
    mesosTask: {
      taskId: { value: taskId.id },
      agentId: { value: record.agentId },
      name: taskId.requestId,
      resources: resourcesOf(record),
      labels: { labels: [{ key: "taskId", value: taskId.id }] },
    },
    rackId: taskId.rackId,
  };
}

function resourcesOf({
  resources,
  ports,
}: TaskRecord): NonNullable<Task["mesosTask"]["resources"]> {
  const scalar = (name: string, value: number | undefined) =>
    value === undefined || value === 0 ? [] : [{ name, type: "SCALAR", scalar: { value } }];
  return [
    ...scalar("cpus", resources.cpus),
    ...scalar("mem", resources.memoryMb),
    ...scalar("disk", resources.diskMb),
    ...(ports.length === 0
      ? []
      : [
          {
            name: "ports",
            type: "RANGES",
            ranges: { range: ports.map((port) => ({ begin: port, end: port })) },
          },
        ]),
  ];
}

export function taskHistoryOf(state: SchedulerState, record: TaskRecord): TaskHistory | undefined {
  const task = taskOf(state, record);
  if (task === undefined) return undefined;
  return {
    task,
    taskUpdates: record.updates,
    healthcheckResults: record.health?.results ?? [],
    loadBalancerUpdates: [],
    shellCommandHistory: record.shellCommands ?? [],
    taskMetadata: record.metadata ?? [],
    ...(record.directory === undefined ? {} : { directory: record.directory }),
    ...(record.containerId === undefined ? {} : { containerId: record.containerId }),
  };
}
