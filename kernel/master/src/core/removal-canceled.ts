/**
 * An agent that waits in line to be given up leaves the line.
 */

import type { AgentId } from "@tavola/base";
import type { RemovalCause } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The agent gave a sign of life, or is given up for another reason. */
export function cancelRemoval(turn: Turn, agentId: AgentId, cause: RemovalCause): void {
  if (!turn.state.removals.waiting.delete(removalKey(agentId, cause))) return;
  turn.info("canceled the removal of an agent", { agentId, cause });
  turn.count("master/slave_unreachable_canceled");
}

export function cancelRemovals(turn: Turn, agentId: AgentId): void {
  if (turn.state.removals.waiting.size === 0) return;
  for (const cause of ["pings", "disconnected", "failover"] as const) {
    cancelRemoval(turn, agentId, cause);
  }
}

export function removalKey(agentId: AgentId, cause: RemovalCause): string {
  return `${cause} ${agentId}`;
}
