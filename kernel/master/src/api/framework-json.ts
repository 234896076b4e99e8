/**
 * A framework as `/state`, `/state-summary` and `/frameworks` show it.
 *
 * Owns the field names of Mesos's framework entry. What is not a task is kept as text; the tasks are
 * joined from their own kept texts.
 */

import { epochSecondsOf } from "@tavola/base";
import { formatMessageJson, scheduler } from "@tavola/protocol";
import { isConnected } from "../core/framework-info.ts";
import type { Framework, Task } from "../core/state.ts";
import type { Bytes } from "./byte-rope.ts";
import { executorJson } from "./executor-json.ts";
import { FragmentCache } from "./fragment-cache.ts";
import { jsonBytes, listRope, objectRope } from "./json-rope.ts";
import {
  type JsonText,
  joinObjects,
  jsonArray,
  jsonDouble,
  jsonObject,
  jsonString,
  jsonStrings,
} from "./json-text.ts";
import { offerJson } from "./offer-json.ts";
import { resourceSummaryJson } from "./resource-json.ts";
import { labelsJson, taskJson } from "./task-json.ts";

/** What is shown besides tasks, offers and executors; all of it is replaced, never changed in place. */
export function frameworkParts(framework: Framework): readonly unknown[] {
  return [
    framework.info,
    framework.state,
    framework.pid,
    framework.registeredAt,
    framework.reregisteredAt,
    framework.unregisteredAt,
    framework.usedResources,
    framework.offeredResources,
    framework.offerConstraints,
  ];
}

const summaries = new FragmentCache(frameworkParts, (framework: Framework) =>
  jsonBytes(renderSummary(framework)),
);
const details = new FragmentCache(frameworkParts, (framework: Framework) =>
  jsonBytes(renderDetails(framework)),
);

/** The entry of `/state-summary`, counts not yet added. PERF: cached per framework. */
export function frameworkSummaryJson(framework: Framework): Uint8Array {
  return summaries.of(framework);
}

/** The entry of `/state` and `/frameworks`. PERF: O(tasks), each cached. */
export function frameworkJson(framework: Framework): Bytes {
  return objectRope(summaries.of(framework), details.of(framework), {
    tasks: tasksJson(framework.tasks.values()),
    unreachable_tasks: tasksJson(framework.unreachableTasks.values()),
    completed_tasks: tasksJson(framework.completedTasks.values()),
    offers: jsonBytes(jsonArray(Array.from(framework.offers, offerJson))),
    executors: jsonBytes(executorsJson(framework)),
  });
}

function tasksJson(tasks: Iterable<Task>): Bytes {
  return listRope(Array.from(tasks, taskJson));
}

function executorsJson({ executors }: Framework): JsonText {
  const texts: JsonText[] = [];
  for (const [agentId, byId] of executors) {
    for (const info of byId.values()) {
      texts.push(joinObjects(executorJson(info), jsonObject({ slave_id: jsonString(agentId) })));
    }
  }
  return jsonArray(texts);
}

function renderSummary(framework: Framework): JsonText {
  const { info, state } = framework;
  return jsonObject({
    id: jsonString(framework.id),
    name: jsonString(info.name),
    pid: framework.pid === undefined ? undefined : jsonString(framework.pid),
    used_resources: resourceSummaryJson(framework.usedResources),
    offered_resources: resourceSummaryJson(framework.offeredResources),
    capabilities: jsonStrings((info.capabilities ?? []).map(({ type }) => type ?? "UNKNOWN")),
    hostname: jsonString(info.hostname ?? ""),
    webui_url: jsonString(info.webui_url ?? ""),
    active: String(state === "active"),
    connected: String(isConnected(framework)),
    recovered: String(state === "recovered"),
  });
}

function renderDetails(framework: Framework): JsonText {
  const { info, registeredAt, reregisteredAt, unregisteredAt, offerConstraints } = framework;
  const multiRole = framework.capabilities.has("MULTI_ROLE");
  return jsonObject({
    user: jsonString(info.user),
    failover_timeout: jsonDouble(info.failover_timeout ?? 0),
    checkpoint: String(info.checkpoint ?? false),
    registered_time: jsonDouble(epochSecondsOf(registeredAt)),
    unregistered_time:
      unregisteredAt === undefined ? "0.0" : jsonDouble(epochSecondsOf(unregisteredAt)),
    principal: info.principal === undefined ? undefined : jsonString(info.principal),
    resources: resourceSummaryJson(framework.usedResources.plus(framework.offeredResources)),
    reregistered_time:
      reregisteredAt === registeredAt ? undefined : jsonDouble(epochSecondsOf(reregisteredAt)),
    roles: multiRole ? jsonStrings(info.roles ?? []) : undefined,
    role: multiRole ? undefined : jsonString(info.role ?? "*"),
    labels: info.labels && labelsJson(info.labels),
    offer_constraints: formatMessageJson(scheduler.OfferConstraints, offerConstraints ?? {}),
  });
}
