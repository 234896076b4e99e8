/**
 * Giving agents up, not faster than an operator allows (`--agent_removal_rate_limit`): when half a
 * cluster seems to be away, it is more likely that the network is.
 *
 * A removal waits in line for its permit; the agent's return takes it out of the line.
 * Differs: in Mesos the permit of an agent that reregistered meanwhile is used up.
 */

import { type AgentId, later } from "@tavola/base";
import { formatDuration } from "@tavola/host";
import { markUnreachable } from "./agent-unreachable.ts";
import { removalKey } from "./removal-canceled.ts";
import type { RemovalCause } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * pings: it answers none. disconnected: its connection broke and it did not reregister. failover: this
 * master was elected and it did not reregister. An agent may wait for more than one of them.
 */
export function scheduleRemoval(turn: Turn, agentId: AgentId, cause: RemovalCause): void {
  const { waiting } = turn.state.removals;
  const key = removalKey(agentId, cause);
  if (waiting.has(key)) return;
  turn.count("master/slave_unreachable_scheduled");
  if (turn.state.config.agentRemovalIntervalMs === undefined) {
    removeNow(turn, agentId, cause);
    return;
  }
  turn.info("scheduled the removal of an agent", { agentId, cause });
  waiting.set(key, { agentId, cause });
  if (waiting.size === 1) removalDue(turn);
}

/** As many as have their permit now. */
export function removalDue(turn: Turn): void {
  const { removals, config } = turn.state;
  for (const [key, { agentId, cause }] of removals.waiting) {
    if (turn.now < removals.nextAt) {
      turn.wakeAt("agentRemoval", removals.nextAt, { kind: "agentRemovalDue" });
      return;
    }
    removals.waiting.delete(key);
    removals.nextAt = later(turn.now, config.agentRemovalIntervalMs ?? 0);
    removeNow(turn, agentId, cause);
  }
}

function removeNow(turn: Turn, agentId: AgentId, cause: RemovalCause): void {
  const isMarked = markUnreachable(turn, agentId, reasonOf(turn, cause));
  turn.count(`master/slave_unreachable_${isMarked ? "completed" : "canceled"}`);
}

function reasonOf(turn: Turn, cause: RemovalCause): string {
  const timeout = formatDuration(turn.state.config.agentReregisterTimeoutMs);
  if (cause === "pings") return "health check timed out";
  return cause === "disconnected"
    ? `agent did not reregister within ${timeout} after disconnecting`
    : `did not reregister within ${timeout} after master failover`;
}
