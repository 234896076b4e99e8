/**
 * The answers of `/state`, `/slaves` and `/frameworks`: everything a master knows, for dashboards.
 *
 * Joined from texts that are kept per task, framework and agent, so that a poll renders only what
 * changed since the last one.
 */

import { epochSecondsOf } from "@tavola/base";
import { DomainInfo, formatMessageJson, type MasterInfo } from "@tavola/protocol";
import type { Agent, Framework, MasterState } from "../core/state.ts";
import { agentFullJson, agentInfoJson, agentJson } from "./agent-json.ts";
import type { Bytes } from "./byte-rope.ts";
import { frameworkJson } from "./framework-json.ts";
import { jsonBytes, listRope, objectRope } from "./json-rope.ts";
import {
  type JsonText,
  joinObjects,
  jsonDouble,
  jsonObject,
  jsonString,
  jsonStrings,
} from "./json-text.ts";
import { flagsJson, versionJson } from "./version-json.ts";

/** Keeps what has `id`; everything without one. */
export type IdFilter = string | undefined;

/** PERF: one copy of kept text: 1,000 agents and 10,000 tasks are 8 MB and some 15 ms. */
export function stateJson(state: MasterState, flagsShown: Readonly<Record<string, string>>): Bytes {
  const about = joinObjects(versionJson(), masterJson(state));
  const flags = joinObjects(flagsAtTop(flagsShown), flagsJson(flagsShown));
  return objectRope(jsonBytes(about), jsonBytes(flags), {
    slaves: listRope(Array.from(state.agents.values(), agentJson)),
    recovered_slaves: recoveredJson(state, undefined),
    frameworks: listRope(Array.from(state.frameworks.values(), frameworkJson)),
    completed_frameworks: listRope(Array.from(state.completedFrameworks.values(), frameworkJson)),
    orphan_tasks: listRope([]),
    unregistered_frameworks: listRope([]),
  });
}

function masterJson(state: MasterState): JsonText {
  const { info, leadership } = state;
  let active = 0;
  for (const agent of state.agents.values()) if (agent.active) active += 1;
  const leader = leadership.kind === "standby" ? leadership.leader : info;
  return jsonObject({
    start_time: jsonDouble(epochSecondsOf(state.startedAt)),
    elected_time:
      state.electedAt === undefined ? undefined : jsonDouble(epochSecondsOf(state.electedAt)),
    id: jsonString(state.id),
    pid: jsonString(info.pid ?? ""),
    hostname: jsonString(info.hostname ?? ""),
    capabilities: jsonStrings((info.capabilities ?? []).map(({ type }) => type ?? "UNKNOWN")),
    activated_slaves: jsonDouble(active),
    deactivated_slaves: jsonDouble(state.agents.size - active),
    unreachable_slaves: jsonDouble(state.unreachableAgents.size),
    domain: info.domain && formatMessageJson(DomainInfo, info.domain),
    leader: leader && jsonString(leader.pid ?? ""),
    leader_info: leader && leaderJson(leader),
  });
}

function leaderJson(leader: MasterInfo): JsonText {
  return jsonObject({
    id: jsonString(leader.id),
    pid: jsonString(leader.pid ?? ""),
    port: String(leader.port),
    hostname: jsonString(leader.hostname ?? ""),
    domain: leader.domain && formatMessageJson(DomainInfo, leader.domain),
  });
}

/** Three flags that `/state` shows once more beside `flags`. */
function flagsAtTop({ cluster, log_dir, external_log_file }: Readonly<Record<string, string>>) {
  return jsonObject({
    cluster: cluster === undefined ? undefined : jsonString(cluster),
    log_dir: log_dir === undefined ? undefined : jsonString(log_dir),
    external_log_file: external_log_file === undefined ? undefined : jsonString(external_log_file),
  });
}

/** `/slaves`, of one agent when `id` is given. */
export function slavesJson(state: MasterState, id: IdFilter): Bytes {
  return objectRope({
    slaves: listRope(chosen<Agent>(state.agents, id).map(agentFullJson)),
    recovered_slaves: recoveredJson(state, id),
  });
}

function recoveredJson(state: MasterState, id: IdFilter): Bytes {
  const agents = chosen(state.recoveredAgents, id);
  return listRope(agents.map((info) => jsonBytes(agentInfoJson(info))));
}

/** `/frameworks`, of one framework when `id` is given. */
export function frameworksJson(state: MasterState, id: IdFilter): Bytes {
  return objectRope({
    frameworks: listRope(chosen<Framework>(state.frameworks, id).map(frameworkJson)),
    completed_frameworks: listRope(chosen(state.completedFrameworks, id).map(frameworkJson)),
    unregistered_frameworks: listRope([]),
  });
}

interface ById<T> {
  get(id: string): T | undefined;
  values(): Iterable<T>;
}

function chosen<T>(all: ById<T>, id: IdFilter): T[] {
  if (id === undefined) return [...all.values()];
  const one = all.get(id);
  return one === undefined ? [] : [one];
}
