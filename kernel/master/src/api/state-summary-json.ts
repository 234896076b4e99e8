/**
 * The answer of `/state-summary`: agents and frameworks with counts of their tasks instead of tasks.
 *
 * Counts are of the tasks that registered frameworks know, completed and unreachable ones included,
 * as far back as their history reaches.
 */

import type { AgentId, FrameworkId } from "@tavola/base";
import type { TaskState } from "@tavola/protocol";
import type { Framework, MasterState, Task } from "../core/state.ts";
import { agentJson } from "./agent-json.ts";
import { frameworkSummaryJson } from "./framework-json.ts";
import {
  type JsonText,
  joinObjects,
  jsonArray,
  jsonObject,
  jsonString,
  jsonStrings,
} from "./json-text.ts";

/** Mesos counts these ten, and not the states that only PARTITION_AWARE frameworks are told. */
const countedStates = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_KILLED",
  "TASK_FAILED",
  "TASK_LOST",
  "TASK_ERROR",
  "TASK_UNREACHABLE",
] as const satisfies readonly TaskState[];

interface Tally<PartnerId> {
  readonly counts: Map<TaskState, number>;
  /** Whoever is at the other end of these tasks. */
  readonly partners: Set<PartnerId>;
}

/** PERF: O(tasks): one pass, some 30 ns a task. */
export function stateSummaryJson(state: MasterState): JsonText {
  const byAgent = new Map<AgentId, Tally<FrameworkId>>();
  const frameworks: JsonText[] = [];
  for (const framework of state.frameworks.values()) {
    const tally = emptyTally<AgentId>();
    for (const task of tasksOf(framework)) {
      const ofAgent = byAgent.get(task.agentId) ?? emptyTally();
      byAgent.set(task.agentId, ofAgent);
      count(tally, task, task.agentId);
      count(ofAgent, task, task.frameworkId);
    }
    frameworks.push(joinObjects(frameworkSummaryJson(framework), tallyJson(tally, "slave_ids")));
  }
  const agents = Array.from(state.agents.values(), (agent) =>
    joinObjects(
      agentJson(agent),
      tallyJson(byAgent.get(agent.id) ?? emptyTally(), "framework_ids"),
    ),
  );
  const { cluster } = state.config;
  return jsonObject({
    hostname: jsonString(state.info.hostname ?? ""),
    cluster: cluster === undefined ? undefined : jsonString(cluster),
    slaves: jsonArray(agents),
    frameworks: jsonArray(frameworks),
  });
}

/** Every task that the framework still knows: running ones, unreachable ones, completed ones. */
export function* tasksOf(framework: Framework): Generator<Task> {
  yield* framework.tasks.values();
  yield* framework.unreachableTasks.values();
  yield* framework.completedTasks.values();
}

function emptyTally<PartnerId>(): Tally<PartnerId> {
  return { counts: new Map(), partners: new Set() };
}

function count<PartnerId>(tally: Tally<PartnerId>, task: Task, partner: PartnerId): void {
  tally.counts.set(task.message.state, (tally.counts.get(task.message.state) ?? 0) + 1);
  tally.partners.add(partner);
}

function tallyJson(tally: Tally<string>, partnersField: string): JsonText {
  const fields: Record<string, JsonText> = {};
  for (const state of countedStates) fields[state] = String(tally.counts.get(state) ?? 0);
  fields[partnersField] = jsonStrings(tally.partners);
  return jsonObject(fields);
}
