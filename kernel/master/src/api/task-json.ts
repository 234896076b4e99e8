/**
 * A task as `/state`, `/tasks` and `/frameworks` show it.
 *
 * Owns the field names of Mesos's task entry, which are not those of the Task message: `id`,
 * `slave_id`, resources by name, and only the telling parts of each status.
 */

import {
  CgroupInfo,
  ContainerID,
  ContainerInfo,
  type ContainerStatus,
  DiscoveryInfo,
  formatMessageJson,
  HealthCheck,
  Label,
  type Labels,
  type NetworkInfo,
  NetworkInfo_IPAddress,
  NetworkInfo_PortMapping,
  type TaskStatus,
} from "@tavola/protocol";
import type { Task } from "../core/state.ts";
import { FragmentCache } from "./fragment-cache.ts";
import { jsonBytes } from "./json-rope.ts";
import {
  type JsonText,
  jsonArray,
  jsonDouble,
  jsonObject,
  jsonString,
  jsonStrings,
} from "./json-text.ts";
import { quantitiesJson, resourceSummaryJson } from "./resource-json.ts";

/** What changes of a task's message in its life; all of it is replaced, never changed in place. */
export function changingParts({ message }: Task): readonly unknown[] {
  return [
    message.state,
    message.statuses,
    message.status_update_state,
    message.status_update_uuid,
    message.resources,
  ];
}

const entries = new FragmentCache(changingParts, (task: Task) => jsonBytes(renderTask(task)));

/** PERF: cached per task. */
export function taskJson(task: Task): Uint8Array {
  return entries.of(task);
}

function renderTask({ message, resources, role }: Task): JsonText {
  const { limits, labels, discovery, container, health_check } = message;
  return jsonObject({
    id: jsonString(message.task_id.value),
    name: jsonString(message.name),
    framework_id: jsonString(message.framework_id.value),
    executor_id: jsonString(message.executor_id?.value ?? ""),
    slave_id: jsonString(message.agent_id.value),
    state: jsonString(message.state),
    resources: resourceSummaryJson(resources),
    limits: limitsJson(limits),
    role: jsonString(role),
    statuses: jsonArray(message.statuses.map(statusJson)),
    user: message.user === undefined ? undefined : jsonString(message.user),
    labels: labels && labelsJson(labels),
    discovery: discovery && formatMessageJson(DiscoveryInfo, discovery),
    container: container && formatMessageJson(ContainerInfo, container),
    health_check: health_check && formatMessageJson(HealthCheck, health_check),
  });
}

export function labelsJson({ labels }: Labels): JsonText {
  return jsonArray((labels ?? []).map((label) => formatMessageJson(Label, label)));
}

function limitsJson(limits: Task["message"]["limits"]): JsonText | undefined {
  const amounts = Object.entries(limits ?? {});
  if (amounts.length === 0) return undefined;
  return quantitiesJson(amounts.map(([name, { value }]) => [name, value] as const));
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

/** Without the executor's pid. */
function containerStatusJson({
  container_id,
  network_infos,
  cgroup_info,
}: ContainerStatus): JsonText {
  return jsonObject({
    container_id: container_id && formatMessageJson(ContainerID, container_id),
    network_infos: isEmpty(network_infos) ? undefined : jsonArray(network_infos.map(networkJson)),
    cgroup_info: cgroup_info && formatMessageJson(CgroupInfo, cgroup_info),
  });
}

function networkJson({ groups, labels, ip_addresses, name, port_mappings }: NetworkInfo): JsonText {
  return jsonObject({
    groups: isEmpty(groups) ? undefined : jsonStrings(groups),
    labels: labels && labelsJson(labels),
    ip_addresses: isEmpty(ip_addresses)
      ? undefined
      : jsonArray(ip_addresses.map((ip) => formatMessageJson(NetworkInfo_IPAddress, ip))),
    name: name === undefined ? undefined : jsonString(name),
    port_mappings: isEmpty(port_mappings)
      ? undefined
      : jsonArray(port_mappings.map((port) => formatMessageJson(NetworkInfo_PortMapping, port))),
  });
}

function isEmpty<T>(list: readonly T[] | undefined): list is readonly [] | undefined {
  return list === undefined || list.length === 0;
}
