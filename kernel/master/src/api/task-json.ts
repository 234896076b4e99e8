/**
 * A task as `/state`, `/tasks` and `/frameworks` show it.
 *
 * Owns the field names of Mesos's task entry, which are not those of the Task message: `id`,
 * `slave_id`, resources by name, and only the telling parts of each status.
 */

import {
  ContainerInfo,
  type ContainerStatus,
  ContainerStatus as ContainerStatusType,
  DiscoveryInfo,
  formatMessageJson,
  HealthCheck,
  Label,
  type Labels,
  type Task,
  type TaskStatus,
} from "@tavola/protocol";
import { type JsonText, jsonArray, jsonDouble, jsonObject, jsonString } from "./json-text.ts";
import { quantitiesJson, resourceSummaryJson } from "./resource-json.ts";

export function taskJson(task: Task): JsonText {
  const { limits, labels, discovery, container, health_check } = task;
  const resources = task.resources ?? [];
  return jsonObject({
    id: jsonString(task.task_id.value),
    name: jsonString(task.name),
    framework_id: jsonString(task.framework_id.value),
    executor_id: jsonString(task.executor_id?.value ?? ""),
    slave_id: jsonString(task.agent_id.value),
    state: jsonString(task.state),
    resources: resourceSummaryJson(resources),
    limits: limits === undefined || Object.keys(limits).length === 0 ? undefined : limitsJson(limits),
    role: jsonString(resources[0]?.allocation_info?.role ?? ""),
    statuses: jsonArray((task.statuses ?? []).map(statusJson)),
    user: task.user === undefined ? undefined : jsonString(task.user),
    labels: labels === undefined ? undefined : labelsJson(labels),
    discovery: discovery && formatMessageJson(DiscoveryInfo, discovery),
    container: container && formatMessageJson(ContainerInfo, container),
    health_check: health_check && formatMessageJson(HealthCheck, health_check),
  });
}

export function labelsJson(labels: Labels): JsonText {
  return jsonArray((labels.labels ?? []).map((label) => formatMessageJson(Label, label)));
}

function limitsJson(limits: NonNullable<Task["limits"]>): JsonText {
  return quantitiesJson(Object.entries(limits).map(([name, { value }]) => [name, value] as const));
}

function statusJson(status: TaskStatus): JsonText {
  const { labels, container_status, healthy } = status;
  return jsonObject({
    state: jsonString(status.state),
    timestamp: jsonDouble(status.timestamp ?? 0),
    labels: labels && labelsJson(labels),
    container_status: container_status && containerStatusJson(container_status),
    healthy: healthy === undefined ? undefined : String(healthy),
  });
}

/** Without the executor's pid; labels of a network as a plain list. */
function containerStatusJson({ container_id, network_infos, cgroup_info }: ContainerStatus): JsonText {
  const plain: ContainerStatus = {
    ...(container_id === undefined ? {} : { container_id }),
    ...(network_infos === undefined
      ? {}
      : { network_infos: network_infos.map(({ labels: _, ...info }) => info) }),
    ...(cgroup_info === undefined ? {} : { cgroup_info }),
  };
  const text = formatMessageJson(ContainerStatusType, plain);
  const labels = (network_infos ?? []).map((info) => info.labels);
  return labels.every((l) => l === undefined) ? text : withNetworkLabels(text, labels);
}

function withNetworkLabels(text: JsonText, labels: readonly (Labels | undefined)[]): JsonText {
  const status = JSON.parse(text) as { network_infos: { labels?: unknown }[] };
  labels.forEach((label, n) => {
    const info = status.network_infos[n];
    if (label !== undefined && info !== undefined) info.labels = label.labels ?? [];
  });
  return JSON.stringify(status);
}
