/**
 * `/state` of an agent: everything it knows, in one answer. Source: Http::state in slave/http.cpp.
 *
 * PERF: O(tasks), some 10 microseconds each; asked by people and dashboards, a few times a minute.
 */

import { epochSecondsOf } from "@tavola/base";
import { type Attribute, formatUpid, Resource, tavolaVersion, versionInfo } from "@tavola/protocol";
import {
  formatRanges,
  Resources,
  resourcesByRoleToModel,
  resourcesToModel,
} from "@tavola/resources";
import type { AgentState, Executor, Framework } from "../core/state.ts";
import { type JsonModel, messageModel } from "./json-model.ts";
import { labelsModel, queuedTaskModel, taskModel } from "./task-model.ts";

export function stateModel(
  state: AgentState,
  flagsShown: Readonly<Record<string, string>>,
): JsonModel {
  const { config, info } = state;
  const total = config.totalResources;
  const allocated = allocatedResources(state);
  return {
    ...versionModel(),
    start_time: epochSecondsOf(state.startedAt),
    id: state.id ?? "",
    pid: formatUpid(config.upid),
    hostname: info.hostname,
    capabilities: config.capabilities,
    resources: resourcesToModel(total),
    reserved_resources: resourcesByRoleToModel(total.reserved()),
    unreserved_resources: resourcesToModel(total.unreserved()),
    reserved_resources_full: Object.fromEntries(
      [...total.reserved()].map(([role, bag]) => [role, wholeResourcesModel(bag)]),
    ),
    unreserved_resources_full: wholeResourcesModel(total.unreserved()),
    reserved_resources_allocated: resourcesByRoleToModel(allocated.reserved()),
    unreserved_resources_allocated: resourcesToModel(allocated.unreserved()),
    resource_providers: [],
    attributes: attributesModel(info.attributes ?? []),
    master_hostname: state.master === undefined ? undefined : state.masterHostname,
    log_dir: flagsShown["log_dir"],
    external_log_file: flagsShown["external_log_file"],
    flags: flagsShown,
    frameworks: Array.from(state.frameworks.values(), frameworkModel),
    completed_frameworks: Array.from(state.completedFrameworks, frameworkModel),
  };
}

/** Differs: `tavola_version` is ours; nothing is built, so there is no commit and no date. */
export function versionModel(): Readonly<Record<string, JsonModel>> {
  return {
    version: versionInfo.version,
    build_date: versionInfo.build_date,
    build_time: versionInfo.build_time,
    build_user: versionInfo.build_user,
    tavola_version: tavolaVersion,
  };
}

/** What executors and their live tasks may use. PERF: O(executors). */
export function allocatedResources({ executorsByContainer }: AgentState): Resources {
  return Resources.sum(Array.from(executorsByContainer.values(), ({ allocated }) => allocated));
}

function wholeResourcesModel(resources: Resources): JsonModel {
  return resources.toEndpointForm().map((each) => messageModel(Resource, each));
}

function attributesModel(attributes: readonly Attribute[]): JsonModel {
  return Object.fromEntries(
    attributes.map(({ name, scalar, ranges, set, text }): [string, JsonModel] => {
      if (scalar !== undefined) return [name, scalar.value];
      if (ranges !== undefined) return [name, formatRanges(ranges.range ?? [])];
      return [name, set === undefined ? (text?.value ?? "") : `{${(set.item ?? []).join(", ")}}`];
    }),
  );
}

function frameworkModel({ id, info, executors, completedExecutors }: Framework): JsonModel {
  const isMultiRole = (info.capabilities ?? []).some(({ type }) => type === "MULTI_ROLE");
  return {
    id,
    name: info.name,
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    hostname: info.hostname ?? "",
    principal: info.principal,
    ...(isMultiRole ? { roles: info.roles ?? [] } : { role: info.role ?? "*" }),
    executors: Array.from(executors.values(), executorModel),
    completed_executors: Array.from(completedExecutors, executorModel),
  };
}

/** Terminated tasks stand among the completed ones, "for simplicity", as Mesos says. */
function executorModel(executor: Executor): JsonModel {
  const { info } = executor;
  return {
    id: executor.id,
    name: info.name ?? "",
    source: info.source ?? "",
    container: executor.containerId,
    directory: executor.directory,
    resources: resourcesToModel(executor.allocated),
    role: info.resources?.[0]?.allocation_info?.role,
    labels: info.labels && labelsModel(info.labels),
    type: info.type,
    tasks: Array.from(executor.launchedTasks.values(), taskModel),
    queued_tasks: Array.from(executor.queuedTasks.values(), queuedTaskModel),
    completed_tasks: [...executor.completedTasks, ...executor.terminatedTasks.values()].map(
      taskModel,
    ),
  };
}
