/**
 * The registry does not grow for ever: unreachable and gone agents are forgotten when they have been so
 * for long, or when there are too many of them, oldest first.
 */

import { type AgentId, type Instant, later } from "@tavola/base";
import type { Turn } from "./turn.ts";
import { forgetUnreachableAgent } from "./unreachable-tasks.ts";

export function scheduleRegistryGc(turn: Turn): void {
  turn.wakeAt("registryGc", later(turn.now, turn.state.config.registryGcIntervalMs), {
    kind: "registryGcDue",
  });
}

/** PERF: O(unreachable and gone agents), every quarter of an hour. */
export function registryGcDue(turn: Turn): void {
  scheduleRegistryGc(turn);
  const { leaving, reregistering } = turn.state.transitions;
  const unreachable = outdated(turn, turn.state.unreachableAgents).filter(
    (id) => !leaving.has(id) && !reregistering.has(id),
  );
  const gone = outdated(turn, turn.state.goneAgents);
  if (unreachable.length === 0 && gone.length === 0) return;
  // Nothing else is written of them meanwhile: the registry will not know them then.
  for (const id of unreachable) leaving.set(id, "forgotten");
  turn.persist(
    { kind: "pruneAgents", unreachable, gone },
    { kind: "agentsPruned", unreachable, gone },
  );
}

function outdated(
  turn: Turn,
  agents: ReadonlyMap<AgentId, { readonly id: AgentId; readonly since: Instant }>,
): AgentId[] {
  const { registryAgentsMax, registryAgentAgeMsMax } = turn.state.config;
  const ids: AgentId[] = [];
  for (const { id, since } of agents.values()) {
    const isTooMany = agents.size - ids.length > registryAgentsMax;
    if (isTooMany || turn.now - since > registryAgentAgeMsMax) ids.push(id);
  }
  return ids;
}

export function agentsPruned(
  turn: Turn,
  { unreachable, gone }: { unreachable: readonly AgentId[]; gone: readonly AgentId[] },
): void {
  for (const id of unreachable) {
    turn.state.transitions.leaving.delete(id);
    forgetUnreachableAgent(turn, id);
    turn.state.agentUses.delete(id);
  }
  for (const id of gone) turn.state.goneAgents.delete(id);
  turn.info("forgot agents that were away for long", {
    unreachable: unreachable.length,
    gone: gone.length,
  });
}
