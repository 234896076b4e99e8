/**
 * Pings: an agent that answers none for five times fifteen seconds is unreachable.
 */

import type { AgentId } from "@tavola/base";
import { pingAgent } from "./agent-records.ts";
import { scheduleRemoval } from "./agent-removals.ts";
import { cancelRemoval } from "./removal-canceled.ts";
import type { Turn } from "./turn.ts";

export function agentPingDue(turn: Turn, agentId: AgentId): void {
  const agent = turn.state.agents.get(agentId);
  if (agent === undefined) return;
  if (agent.observer.pongAwaited) {
    agent.observer.pingsMissed += 1;
    if (agent.observer.pingsMissed >= turn.state.config.agentPingTimeoutsMax) {
      scheduleRemoval(turn, agentId, "pings");
    }
  }
  // Also while it waits for that: agents rely on hearing from their master, and an answer cancels it.
  pingAgent(turn, agent);
}

export function agentPonged(turn: Turn, from: string): void {
  const agent = turn.state.agentByPid.get(from);
  if (agent === undefined) return;
  agent.observer.pongAwaited = false;
  agent.observer.pingsMissed = 0;
  cancelRemoval(turn, agent.id, "pings");
}
