/**
 * The empty state of a master that has just started.
 */

import { asId, BoundedList, type FrameworkId, type Instant, type MasterId } from "@tavola/base";
import type { FrameworkInfo, MasterInfo, scheduler } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { BoundedHistory } from "./bounded-history.ts";
import { Counters } from "./counters.ts";
import { capabilitiesOf, rolesOf } from "./framework-info.ts";
import { limits } from "./limits.ts";
import type { MasterConfig } from "./master-config.ts";
import type { Framework, FrameworkState, MasterState } from "./state.ts";
import { noTasksByState } from "./task-states.ts";

export function createMasterState(options: {
  readonly id: MasterId;
  readonly info: MasterInfo;
  readonly config: MasterConfig;
  readonly startedAt: Instant;
}): MasterState {
  return {
    ...options,
    electedAt: undefined,
    leadership: { kind: "standby", leader: undefined },
    frameworks: new Map(),
    completedFrameworks: new BoundedHistory(options.config.completedFrameworksMax),
    frameworkByStream: new Map(),
    agents: new Map(),
    agentByPid: new Map(),
    recoveredAgents: new Map(),
    unreachableAgents: new Map(),
    goneAgents: new Map(),
    agentUses: new Map(),
    askedToReport: new Set(),
    earlyKills: new Map(),
    removals: { waiting: new Map(), nextAt: options.startedAt },
    removedAgents: new BoundedHistory(limits.removedAgentsMax),
    transitions: { arriving: new Set(), reregistering: new Set(), leaving: new Map() },
    offers: new Map(),
    roles: new Map(),
    tasksByState: noTasksByState(),
    counters: new Counters(),
    next: { framework: 0, agent: 0, offer: 0, observer: 1 },
  };
}

/** A framework with nothing to its name yet; `info.id` is set. */
export function createFramework(
  config: MasterConfig,
  info: FrameworkInfo,
  at: { readonly state: FrameworkState; readonly now: Instant },
  options: {
    readonly suppressedRoles?: readonly string[];
    readonly offerConstraints?: scheduler.OfferConstraints | undefined;
  } = {},
): Framework {
  return {
    id: asId<FrameworkId>(info.id?.value ?? ""),
    info,
    roles: rolesOf(info),
    capabilities: capabilitiesOf(info),
    suppressedRoles: new Set(options.suppressedRoles ?? []),
    offerConstraints: options.offerConstraints,
    state: at.state,
    stream: undefined,
    pid: undefined,
    registeredAt: at.now,
    reregisteredAt: at.now,
    unregisteredAt: undefined,
    tasks: new Map(),
    unreachableTasks: new BoundedHistory(config.unreachableTasksPerFrameworkMax),
    completedTasks: new BoundedList(config.completedTasksPerFrameworkMax),
    executors: new Map(),
    offers: new Set(),
    questions: [],
    usedResources: Resources.empty,
    usedByAgent: new Map(),
    offeredResources: Resources.empty,
    tasksByState: noTasksByState(),
    counters: new Counters(),
  };
}
