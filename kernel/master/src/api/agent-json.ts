/**
 * An agent as `/state`, `/state-summary` and `/slaves` show it.
 *
 * Owns the field names of Mesos's slave entry. `/slaves` adds the whole resources (`*_full`), which
 * operators need to unreserve or destroy; the others show sums by name only.
 */

import { epochSecondsOf } from "@tavola/base";
import { type AgentInfo, DomainInfo, formatMessageJson } from "@tavola/protocol";
import type { Agent } from "../core/state.ts";
import { FragmentCache } from "./fragment-cache.ts";
import { jsonBytes } from "./json-rope.ts";
import {
  type JsonText,
  joinObjects,
  jsonDouble,
  jsonObject,
  jsonString,
  jsonStrings,
} from "./json-text.ts";
import { attributesJson, resourceListJson, resourceSummaryJson } from "./resource-json.ts";

/** What `agentJson` and `agentFullJson` show of an agent; all of it is replaced, never changed in place. */
export function agentParts(agent: Agent): readonly unknown[] {
  return [
    agent.info,
    agent.pid,
    agent.version,
    agent.capabilities,
    agent.registeredAt,
    agent.reregisteredAt,
    agent.active,
    agent.deactivated,
    agent.totalResources,
    agent.usedResources,
    agent.offeredResources,
  ];
}

const entries = new FragmentCache(agentParts, (agent: Agent) => jsonBytes(renderAgent(agent)));
const fullEntries = new FragmentCache(agentParts, (agent: Agent) =>
  jsonBytes(joinObjects(renderAgent(agent), renderWholeResources(agent))),
);

/** The entry of `/state` and, with counts added, of `/state-summary`. PERF: cached per agent. */
export function agentJson(agent: Agent): Uint8Array {
  return entries.of(agent);
}

/** The entry of `/slaves`. PERF: cached per agent. */
export function agentFullJson(agent: Agent): Uint8Array {
  return fullEntries.of(agent);
}

/** An agent of which only the registry tells: the entry of `recovered_slaves`. */
export function agentInfoJson(info: AgentInfo): JsonText {
  return jsonObject({
    id: jsonString(info.id?.value ?? ""),
    hostname: jsonString(info.hostname),
    port: String(info.port ?? defaultAgentPort),
    attributes: attributesJson(info.attributes),
    domain: info.domain && formatMessageJson(DomainInfo, info.domain),
  });
}

/** What an absent `AgentInfo.port` means. */
const defaultAgentPort = 5051;

function renderAgent(agent: Agent): JsonText {
  const { totalResources, reregisteredAt } = agent;
  const reserved = Array.from(totalResources.reserved(), ([role, resources]) => [
    role,
    resourceSummaryJson(resources),
  ]);
  return joinObjects(
    agentInfoJson(agent.info),
    jsonObject({
      pid: jsonString(agent.pid),
      registered_time: jsonDouble(epochSecondsOf(agent.registeredAt)),
      reregistered_time:
        reregisteredAt === undefined ? undefined : jsonDouble(epochSecondsOf(reregisteredAt)),
      resources: resourceSummaryJson(totalResources),
      used_resources: resourceSummaryJson(agent.usedResources),
      offered_resources: resourceSummaryJson(agent.offeredResources),
      reserved_resources: jsonObject(Object.fromEntries(reserved)),
      unreserved_resources: resourceSummaryJson(totalResources.unreserved()),
      active: String(agent.active),
      deactivated: String(agent.deactivated),
      version: jsonString(agent.version),
      capabilities: jsonStrings(agent.capabilities),
    }),
  );
}

function renderWholeResources({
  totalResources,
  usedResources,
  offeredResources,
}: Agent): JsonText {
  const reserved = Array.from(totalResources.reserved(), ([role, resources]) => [
    role,
    resourceListJson(resources),
  ]);
  return jsonObject({
    reserved_resources_full: jsonObject(Object.fromEntries(reserved)),
    unreserved_resources_full: resourceListJson(totalResources.unreserved()),
    used_resources_full: resourceListJson(usedResources),
    offered_resources_full: resourceListJson(offeredResources),
  });
}
