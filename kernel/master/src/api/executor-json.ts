/**
 * A custom or default executor as `/state` and `/frameworks` show it, below its framework. Command
 * tasks have no entry: their executor is the agent's own business.
 */

import {
  type CommandInfo,
  Environment,
  type ExecutorInfo,
  formatMessageJson,
} from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { FragmentCache } from "./fragment-cache.ts";
import { type JsonText, jsonArray, jsonObject, jsonString, jsonStrings } from "./json-text.ts";
import { resourceSummaryJson } from "./resource-json.ts";
import { labelsJson } from "./task-json.ts";

const entries = new FragmentCache(() => [], renderExecutor);

/** PERF: cached per ExecutorInfo, which never changes. */
export function executorJson(info: ExecutorInfo): JsonText {
  return entries.of(info);
}

function renderExecutor(info: ExecutorInfo): JsonText {
  const [resource] = info.resources ?? [];
  return jsonObject({
    executor_id: jsonString(info.executor_id.value),
    name: jsonString(info.name ?? ""),
    framework_id: jsonString(info.framework_id?.value ?? ""),
    command: commandJson(info.command ?? {}),
    resources: resourceSummaryJson(Resources.of(info.resources ?? [])),
    role: resource && jsonString(resource.allocation_info?.role ?? ""),
    labels: info.labels && labelsJson(info.labels),
    type: info.type === undefined ? undefined : jsonString(info.type),
  });
}

function commandJson(command: CommandInfo): JsonText {
  const uris = (command.uris ?? []).map((uri) =>
    jsonObject({ value: jsonString(uri.value), executable: String(uri.executable ?? false) }),
  );
  return jsonObject({
    shell: command.shell === undefined ? undefined : String(command.shell),
    value: command.value === undefined ? undefined : jsonString(command.value),
    argv: jsonStrings(command.arguments ?? []),
    environment: command.environment && formatMessageJson(Environment, command.environment),
    uris: jsonArray(uris),
  });
}
