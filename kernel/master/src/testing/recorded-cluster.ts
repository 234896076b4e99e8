/**
 * A master's state that equals the one whose answers were recorded: one agent, the framework `stay`
 * with two running tasks, two completed frameworks. Made through the core's own books from what the
 * recorded GET_STATE says, so that sums and indexes are as the master would have them.
 */

import { type Allocator, createFairAllocator } from "@tavola/allocator";
import { asId, type Instant, instant, type MasterId, seededRandom } from "@tavola/base";
import {
  type MasterInfo,
  master,
  type Offer,
  parseMessageJson,
  type Task as TaskMessage,
  type TimeInfo,
} from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { addAgent, createAgent } from "../core/agent-records.ts";
import { createFramework, createMasterState } from "../core/create-state.ts";
import { addFramework } from "../core/framework-records.ts";
import type { Framework, MasterState, OfferRecord, Task } from "../core/state.ts";
import { taskOfMessage } from "../core/task-records.ts";
import { Turn } from "../core/turn.ts";
import { fixtureConfig } from "./fixture-config.ts";
import { recordedBody } from "./recordings.ts";

export interface RecordedCluster {
  readonly state: MasterState;
  readonly allocator: Allocator;
  /** When the answers were recorded. */
  readonly now: Instant;
  /** The recorded `/flags`. */
  readonly flagsShown: Readonly<Record<string, string>>;
}

/** The native framework's address; only `/state` tells it. */
const nativePid = "scheduler-75b9844b-7aca-4d2e-b826-fd6309bf9a14@127.0.0.1:42809";

/** Of the recorded GET_STATE, or of another one. */
export function recordedCluster(
  get_state: master.Response_GetState = recordedResponse("master-v1-GET_STATE").get_state ?? {},
): RecordedCluster {
  const { get_master } = recordedResponse("master-v1-GET_MASTER");
  const { flags } = JSON.parse(recordedBody("master-flags")) as {
    flags: Record<string, string>;
  };
  const now = instant((get_master?.start_time ?? 0) * 1000 + 15_910);
  const allocator = createFairAllocator({
    random: seededRandom(1),
    filterIntervalMs: fixtureConfig.allocationIntervalMs,
  });
  const state = leadingMaster(get_master ?? {});
  const at = (time: TimeInfo | undefined): Turn =>
    new Turn({ state, allocator, random: seededRandom(1) }, instantOf(time));
  for (const recorded of get_state.get_frameworks?.frameworks ?? []) {
    addFramework(at(recorded.registered_time), frameworkOf(recorded, "active"));
  }
  for (const recorded of get_state.get_agents?.agents ?? []) {
    const turn = at(recorded.registered_time);
    const agent = createAgent(turn, {
      info: recorded.agent_info,
      pid: recorded.pid ?? "",
      version: recorded.version,
      capabilities: recorded.capabilities ?? [],
      resourceVersion: undefined,
      checkpointedResources: [],
    });
    const tasks = (get_state.get_tasks?.tasks ?? []).map(taskOf);
    addAgent(turn, agent, { tasks, executors: [] });
  }
  for (const { offers = [] } of get_state.get_frameworks?.frameworks ?? []) {
    for (const offer of offers) addOffer(state, offer);
  }
  addCompleted(state, get_state);
  return { state, allocator, now, flagsShown: flags };
}

/** Into the indexes and sums; the allocator is not asked. */
function addOffer(state: MasterState, message: Offer): void {
  const framework = state.frameworks.get(asId(message.framework_id.value));
  const agent = state.agents.get(asId(message.agent_id.value));
  if (framework === undefined || agent === undefined) throw new Error("an offer of nobody");
  const resources = Resources.of(message.resources ?? []);
  const offer: OfferRecord = {
    id: asId(message.id.value),
    frameworkId: framework.id,
    agentId: agent.id,
    role: message.allocation_info?.role ?? "*",
    resources,
    message,
  };
  state.offers.set(offer.id, offer);
  for (const party of [framework, agent]) {
    party.offers.add(offer);
    party.offeredResources = party.offeredResources.plus(resources);
  }
}

/** The Response in the body of a recorded answer. */
export function recordedResponse(name: string): master.Response {
  const parsed = parseMessageJson(master.Response, recordedBody(name));
  if (parsed.error !== undefined) throw new Error(`${name}: ${parsed.error}`);
  return parsed.value;
}

function leadingMaster({ master_info, start_time, elected_time }: master.Response_GetMaster) {
  const info: MasterInfo = master_info ?? { id: "", ip: 0, port: 0 };
  const state = createMasterState({
    id: asId<MasterId>(info.id),
    info,
    config: fixtureConfig,
    startedAt: instant((start_time ?? 0) * 1000),
  });
  state.electedAt = instant((elected_time ?? 0) * 1000);
  state.leadership = { kind: "leading" };
  return state;
}

function addCompleted(state: MasterState, recorded: master.Response_GetState): void {
  for (const each of recorded.get_frameworks?.completed_frameworks ?? []) {
    const framework = frameworkOf(each, "completed");
    framework.unregisteredAt = instantOf(each.unregistered_time);
    if (each.framework_info.principal === "test") framework.pid = nativePid;
    state.completedFrameworks.set(framework.id, framework);
  }
  for (const message of recorded.get_tasks?.completed_tasks ?? []) {
    const task = taskOf(message);
    const { frameworks, completedFrameworks } = state;
    const framework = frameworks.get(task.frameworkId) ?? completedFrameworks.get(task.frameworkId);
    framework?.completedTasks.add(task);
  }
}

export function frameworkOf(
  recorded: master.Response_GetFrameworks_Framework,
  state: "active" | "completed",
): Framework {
  const now = instantOf(recorded.registered_time);
  return createFramework(fixtureConfig, recorded.framework_info, { state, now });
}

export function taskOf(message: TaskMessage): Task {
  return taskOfMessage(message, Resources.of(message.resources ?? []));
}

export function instantOf(time: TimeInfo | undefined): Instant {
  return instant(Number(time?.nanoseconds ?? 0n) / 1e6);
}
