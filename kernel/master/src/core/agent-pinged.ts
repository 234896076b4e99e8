/**
 * Pings: an agent that answers none for five times fifteen seconds is unreachable.
 */

import type { AgentId } from "@tavola/base";
import { pingAgent } from "./agent-records.ts";
import { markUnreachable } from "./agent-unreachable.ts";
import type { Turn } from "./turn.ts";

export function agentPingDue(turn: Turn, agentId: AgentId): void {
  const agent = turn.state.agents.get(agentId);
  if (agent === undefined) return;
  if (agent.observer.pongAwaited) {
    agent.observer.pingsMissed += 1;
    if (agent.observer.pingsMissed >= turn.state.config.agentPingTimeoutsMax) {
      turn.count("master/slave_unreachable_scheduled");
      turn.count("master/slave_unreachable_completed");
      markUnreachable(turn, agent, "health check timed out");
    }
  }
  // Also while that is being written down: agents rely on hearing from their master.
  pingAgent(turn, agent);
}

export function agentPonged(turn: Turn, from: string): void {
  const agent = turn.state.agentByPid.get(from);
  if (agent === undefined) return;
  agent.observer.pongAwaited = false;
  agent.observer.pingsMissed = 0;
}
