/**
 * Requests that are to run once on every agent have as many instances as there are active agents.
 *
 * Only where an operator has turned that on (`spreadAllAgentsEnabled`).
 */

import { isLongRunning } from "../requests/long-running.ts";
import { requestChanged } from "../requests/request-changed.ts";
import type { Turn } from "../turn.ts";

/** Returns when it is to be looked at again. */
export function spreadToAllAgents(turn: Turn): number | undefined {
  const { state, config, now } = turn;
  if (!config.spreadAllAgentsEnabled) return undefined;
  let agents = 0;
  for (const { currentState } of state.records.agent.values()) {
    if (currentState.state === "ACTIVE") agents++;
  }
  for (const known of [...state.records.request.values()]) {
    const { request } = known;
    const placement = request.agentPlacement ?? config.defaultAgentPlacement;
    const isSpread = placement === "SPREAD_ALL_AGENTS";
    if (!isSpread || known.state !== "ACTIVE" || !isLongRunning(request)) continue;
    if (agents === 0 || (request.instances ?? 1) === agents) continue;
    requestChanged(turn, {
      request: { ...request, instances: agents },
      state: known.state,
      eventType: "SCALED",
      message: `Auto scale number of instances to spread to all ${agents} available agents`,
    });
  }
  return now + config.checkSpreadAllAgentsEveryMs;
}
