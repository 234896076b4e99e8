/**
 * Tasks as the agent's `/state` shows them. The names are not those of the Task message.
 */

import {
  CgroupInfo,
  CommandInfo,
  ContainerID,
  ContainerInfo,
  type ContainerStatus,
  DiscoveryInfo,
  HealthCheck,
  type Labels,
  NetworkInfo,
  type Task,
  type TaskInfo,
  type TaskStatus,
} from "@tavola/protocol";
import { Resources, resourcesToModel } from "@tavola/resources";
import { type JsonModel, messageModel } from "./json-model.ts";

/** One that was sent to its executor. */
export function taskModel(task: Task): JsonModel {
  const { labels, discovery, container, health_check, resources = [], limits = {} } = task;
  return {
    id: task.task_id.value,
    name: task.name,
    framework_id: task.framework_id.value,
    executor_id: task.executor_id?.value ?? "",
    slave_id: task.agent_id.value,
    state: task.state,
    resources: resourcesToModel(Resources.of(resources)),
    limits: Object.keys(limits).length === 0 ? undefined : limitsModel(limits),
    role: resources[0]?.allocation_info?.role ?? "",
    statuses: (task.statuses ?? []).map(statusModel),
    user: task.user,
    labels: labels && labelsModel(labels),
    discovery: discovery && messageModel(DiscoveryInfo, discovery),
    container: container && messageModel(ContainerInfo, container),
    health_check: health_check && messageModel(HealthCheck, health_check),
  };
}

/** One that waits for its executor. */
export function queuedTaskModel(task: TaskInfo): JsonModel {
  const { command, discovery, resources = [] } = task;
  return {
    id: task.task_id.value,
    name: task.name,
    slave_id: task.agent_id.value,
    resources: resourcesToModel(Resources.of(resources)),
    role: resources[0]?.allocation_info?.role ?? "",
    command: command && messageModel(CommandInfo, command),
    executor_id: task.executor?.executor_id.value,
    discovery: discovery && messageModel(DiscoveryInfo, discovery),
  };
}

export function labelsModel({ labels = [] }: Labels): JsonModel {
  return labels.map(({ key, value }) => ({ key, value }));
}

function limitsModel(limits: NonNullable<Task["limits"]>): JsonModel {
  return Object.fromEntries(Object.entries(limits).map(([name, { value }]) => [name, value]));
}

function statusModel(status: TaskStatus): JsonModel {
  const { labels, container_status, healthy } = status;
  return {
    state: status.state,
    timestamp: status.timestamp ?? 0,
    labels: labels && labelsModel(labels),
    container_status: container_status && containerStatusModel(container_status),
    healthy,
  };
}

/** Without the executor's pid, as Mesos has it. */
function containerStatusModel({
  container_id,
  network_infos = [],
  cgroup_info,
}: ContainerStatus): JsonModel {
  const networks = network_infos.map((each) => messageModel(NetworkInfo, each));
  return {
    container_id: container_id && messageModel(ContainerID, container_id),
    network_infos: networks.length === 0 ? undefined : networks,
    cgroup_info: cgroup_info && messageModel(CgroupInfo, cgroup_info),
  };
}
