/**
 * The books about agents: one comes with what it runs, is pinged, goes.
 */

import { type AgentId, asId, type FrameworkId, later } from "@tavola/base";
import {
  type AgentInfo,
  type AgentInfo_Capability,
  type AgentInfo_Capability_Type,
  type ExecutorInfo,
  internal,
  parseUpid,
  type Resource,
  type UUID,
} from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { endEarlyKills } from "./early-kills.ts";
import { addExecutorToAgent, addExecutorToFramework } from "./executor-records.ts";
import { cancelRemovals } from "./removal-canceled.ts";
import type { Agent, Task } from "./state.ts";
import { addTasks } from "./task-records.ts";
import type { Turn } from "./turn.ts";

export interface AgentDescription {
  readonly info: AgentInfo;
  readonly pid: string;
  readonly version: string;
  readonly capabilities: readonly AgentInfo_Capability[];
  readonly resourceVersion: UUID | undefined;
  /** Reservations and volumes that the agent has made durable. */
  readonly checkpointedResources: readonly Resource[];
}

/** A registered agent with nothing running. `info.id` is set, `pid` is an address. */
export function createAgent(turn: Turn, about: AgentDescription): Agent {
  const { next } = turn.state;
  const number = next.observer;
  next.observer += 1;
  const id = asId<AgentId>(about.info.id?.value ?? "");
  const deactivated = turn.state.agentUses.get(id)?.deactivated ?? false;
  return {
    id,
    info: about.info,
    pid: about.pid,
    upid: parseUpid(about.pid) ?? { id: "", host: "", port: 0 },
    version: about.version,
    capabilities: capabilitiesOfAgent(about.capabilities),
    resourceVersionUuid: about.resourceVersion?.value,
    registeredAt: turn.now,
    reregisteredAt: undefined,
    connected: true,
    active: !deactivated,
    deactivated,
    totalResources: totalOf(about.info.resources ?? [], about.checkpointedResources),
    usedResources: Resources.empty,
    usedByFramework: new Map(),
    offeredResources: Resources.empty,
    offers: new Set(),
    tasksByFramework: new Map(),
    executorsByFramework: new Map(),
    executorsAwaited: new Map(),
    unreportedTasks: new Set(),
    observer: { number, pongAwaited: false, pingsMissed: 0 },
  };
}

/** PERF: the agents of a cluster are mostly of one version; those that can do the same share one set. */
export function capabilitiesOfAgent(
  capabilities: readonly AgentInfo_Capability[],
): ReadonlySet<AgentInfo_Capability_Type> {
  const { of, types: known } = lastCapabilities;
  if (
    of.length === capabilities.length &&
    of.every(({ type }, i) => type === capabilities[i]?.type)
  ) {
    return known;
  }
  const types = new Set<AgentInfo_Capability_Type>();
  for (const { type } of capabilities) if (type !== undefined) types.add(type);
  lastCapabilities = { of: capabilities, types };
  return types;
}

/** What was asked last, and the answer, which nobody changes. */
let lastCapabilities: {
  readonly of: readonly AgentInfo_Capability[];
  readonly types: ReadonlySet<AgentInfo_Capability_Type>;
} = { of: [], types: new Set() };

/**
 * What the agent was started with, each checkpointed reservation or volume in place of the plain
 * resources that it was made of.
 */
export function totalOf(
  resources: readonly Resource[],
  checkpointed: readonly Resource[],
): Resources {
  let total = Resources.of(resources);
  for (const resource of checkpointed) {
    const made = Resources.of([resource]);
    const plain = Resources.of([unreserved(resource)]);
    if (total.contains(plain) && !total.contains(made)) total = total.minus(plain).plus(made);
  }
  return total;
}

/** The same amount without dynamic reservations and without a volume on it. */
function unreserved(resource: Resource): Resource {
  const { reservations, disk, shared: _, ...rest } = resource;
  const fixed = (reservations ?? []).filter(({ type }) => type === "STATIC");
  return {
    ...rest,
    ...(fixed.length > 0 && { reservations: fixed }),
    ...(disk?.source && { disk: { source: disk.source } }),
  };
}

/** Known to master and allocator from now on, with its tasks and executors; pinged; watched. */
export function addAgent(
  turn: Turn,
  agent: Agent,
  running: { readonly tasks: readonly Task[]; readonly executors: readonly ExecutorInfo[] },
): void {
  const { state } = turn;
  state.agents.set(agent.id, agent);
  state.agentByPid.set(agent.pid, agent);
  turn.effects.push({ kind: "link", pid: agent.pid });
  for (const executor of running.executors) {
    const frameworkId = asId<FrameworkId>(executor.framework_id?.value ?? "");
    addExecutorToAgent(agent, frameworkId, executor);
    const framework = state.frameworks.get(frameworkId);
    if (framework !== undefined) addExecutorToFramework(turn, framework, agent, executor);
  }
  for (const [frameworkId, tasks] of Map.groupBy(running.tasks, (task) => task.frameworkId)) {
    addTasks(turn, tasks, agent, state.frameworks.get(frameworkId));
  }
  turn.allocator.agentAdded(agent.id, {
    total: agent.totalResources,
    used: agent.usedByFramework,
    capabilities: agent.capabilities,
  });
  if (!agent.active) turn.allocator.agentDeactivated(agent.id);
  turn.publish({ type: "AGENT_ADDED", agent });
  turn.allocateSoon();
}

/** It gave a sign of life, over a connection that is up. */
export function agentConnected(turn: Turn, agent: Agent): void {
  cancelRemovals(turn, agent.id);
  agent.observer.pingsMissed = 0;
  if (agent.connected) return;
  turn.cancelWake(reregisterTimerKey(agent.id));
  agent.connected = true;
  endEarlyKills(turn.state);
  agent.active = !agent.deactivated;
  if (agent.active) turn.allocator.agentActivated(agent.id);
  turn.allocateSoon();
}

export function pingAgent(turn: Turn, agent: Agent): void {
  agent.observer.pongAwaited = true;
  turn.send(
    agent.upid,
    internal.PingSlaveMessage,
    { connected: agent.connected && !turn.state.askedToReport.has(agent.id) },
    `slave-observer(${agent.observer.number})`,
  );
  turn.wakeAt(pingKey(agent.id), later(turn.now, turn.state.config.agentPingTimeoutMs), {
    kind: "agentPingDue",
    agentId: agent.id,
  });
}

/** What agents are told of pings: after this long without one they look for another master. */
export function connectionOf(turn: Turn): internal.MasterSlaveConnection {
  const { agentPingTimeoutMs, agentPingTimeoutsMax } = turn.state.config;
  return { total_ping_timeout_seconds: (agentPingTimeoutMs * agentPingTimeoutsMax) / 1000 };
}

export function pingKey(id: AgentId): string {
  return `ping:${id}`;
}

export function reregisterTimerKey(id: AgentId): string {
  return `reregister:${id}`;
}
