/**
 * A newly elected master has read the registry: it knows which agents to expect, and leads.
 *
 * Agents, tasks and frameworks are put together from what agents and schedulers tell. Agents that do
 * not come back in time are marked unreachable one by one, unless there are so many of them that
 * something else must be wrong: then an operator has to look.
 */

import { later } from "@tavola/base";
import { formatDuration } from "@tavola/host";
import type { RegistryState } from "@tavola/registry";
import { scheduleRemoval } from "./agent-removals.ts";
import { endMaster } from "./election.ts";
import { scheduleRegistryGc } from "./registry-pruned.ts";
import type { Turn } from "./turn.ts";

/** Ids that are named in a message to an operator. */
const namedAgentsMax = 20;

/** `registry` is read within the turn. PERF: O(agents), once in a master's life. */
export function registryRecovered(turn: Turn, registry: RegistryState): void {
  const { state } = turn;
  if (state.leadership.kind !== "recovering") return;
  for (const [id, { info, drain, deactivated }] of registry.admitted) {
    state.recoveredAgents.set(id, info);
    if (deactivated) state.agentUses.set(id, { drain, deactivated });
  }
  for (const [id, { since, drain, deactivated }] of registry.unreachable) {
    const nothing = { tasks: [], statesBefore: new Map(), executors: [] };
    state.unreachableAgents.set(id, { id, since, ...nothing, isFromRegistry: true });
    if (deactivated) state.agentUses.set(id, { drain, deactivated });
  }
  for (const [id, { since }] of registry.gone) state.goneAgents.set(id, { id, since });
  state.leadership = { kind: "leading" };
  const { agentReregisterTimeoutMs: timeoutMs } = state.config;
  const agents = state.recoveredAgents.size;
  if (agents > 0) {
    turn.wakeAt("recovery", later(turn.now, timeoutMs), { kind: "recoveryTimedOut", agents });
  }
  scheduleRegistryGc(turn);
  turn.info("recovered the registry; leading", {
    agents,
    unreachable: state.unreachableAgents.size,
    gone: state.goneAgents.size,
    reregisterTimeout: formatDuration(timeoutMs),
  });
}

/** `agents`: how many were expected. Those that did not come are given up, as fast as is allowed. */
export function recoveryTimedOut(turn: Turn, agents: number): void {
  const { recoveredAgents, transitions, config } = turn.state;
  const missing = recoveredAgents.size;
  if (missing / agents > config.recoveryAgentRemovalMax) {
    endMaster(turn, tooManyMissing(turn, agents));
    return;
  }
  for (const id of recoveredAgents.keys()) {
    if (!transitions.reregistering.has(id)) scheduleRemoval(turn, id, "failover");
  }
}

function tooManyMissing(turn: Turn, agents: number): string {
  const { recoveredAgents, config } = turn.state;
  const ids = [...recoveredAgents.keys()].slice(0, namedAgentsMax).join(", ");
  const more = recoveredAgents.size - namedAgentsMax;
  return (
    `Post-recovery agent removal limit exceeded: after ${formatDuration(config.agentReregisterTimeoutMs)} ` +
    `${recoveredAgents.size} of ${agents} agents (${percent(recoveredAgents.size / agents)}) had not ` +
    `reregistered: ${ids}${more > 0 ? ` and ${more} more` : ""}. Nothing was removed. Find out why they ` +
    `are away, or start the masters with a --recovery_agent_removal_limit above ` +
    `${percent(config.recoveryAgentRemovalMax)}`
  );
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(2))}%`;
}
