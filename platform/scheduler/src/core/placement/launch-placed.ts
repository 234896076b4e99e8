/**
 * Launching what was placed: for each agent all of its tasks, by all of its offers.
 *
 * What is left of the offers goes back to the master with them and is offered anew.
 */

import type { Turn } from "../turn.ts";
import type { OfferedAgent } from "./offer-cache.ts";

export function launchPlaced(turn: Turn): void {
  const placed = [...turn.state.offers.agents()].filter((agent) => agent.launching.length > 0);
  for (const agent of placed) launchOn(turn, agent);
}

/** Lets go of the agent's offers. One on which nothing was placed keeps them. */
export function launchOn(turn: Turn, agent: OfferedAgent): void {
  if (agent.launching.length === 0) return;
  const offerIds = turn.state.offers.removeAgent(agent);
  turn.effect({ kind: "launch", agentId: agent.agentId, offerIds, taskIds: [...agent.launching] });
}
