/**
 * An agent is gone: the master says so.
 *
 * What becomes of its tasks, the master tells for each; here it only takes no more of them.
 */

import { launchOn } from "../placement/launch-placed.ts";
import type { Turn } from "../turn.ts";
import { changeMachineState, isInactive } from "./machine-state.ts";

/** One that is not known changes nothing. */
export function agentLost(turn: Turn, agentId: string): void {
  const { state } = turn;
  for (const offered of [...state.offers.agents()]) {
    if (offered.agentId !== agentId) continue;
    launchOn(turn, offered);
    state.offers.removeAgent(offered);
  }
  agentGone(turn, agentId, "DEAD");
}

/** Counts towards a disaster when the agent was taking tasks. */
export function agentGone(turn: Turn, agentId: string, as: "DEAD" | "MISSING_ON_STARTUP"): void {
  const agent = turn.get("agent", agentId);
  if (agent === undefined || isInactive(agent.currentState.state)) return;
  const wasActive = agent.currentState.state === "ACTIVE";
  changeMachineState(turn, "agent", agentId, { state: as });
  turn.state.placement.usage.delete(agentId);
  turn.state.clusterAgenda.plan("settleMachines", turn.now);
  if (wasActive && as === "DEAD") turn.state.losses.agents++;
  if (!hasAgents(turn, agent.rackId)) changeMachineState(turn, "rack", agent.rackId, { state: as });
}

function hasAgents(turn: Turn, rackId: string): boolean {
  for (const agent of turn.state.records.agent.values()) {
    if (agent.rackId === rackId && !isInactive(agent.currentState.state)) return true;
  }
  return false;
}
