/**
 * Whether an agent takes tasks at all: its own state, and its rack's.
 */

import { isDecommissioning } from "../machines/machine-state.ts";
import type { SchedulerState } from "../state.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementRule } from "./placement-report.ts";

/** The rule that keeps every task from it. PERF: O(1); kept until a machine changes. */
export function standingOf(state: SchedulerState, agent: OfferedAgent): PlacementRule | undefined {
  const { machinesVersion } = state.placement;
  if (agent.standingVersion !== machinesVersion) {
    agent.standingVersion = machinesVersion;
    agent.standing = findStanding(state, agent);
  }
  return agent.standing;
}

function findStanding(state: SchedulerState, agent: OfferedAgent): PlacementRule | undefined {
  const machine = state.records.agent.get(agent.agentId)?.currentState.state;
  if (machine === undefined) return "AGENT_UNKNOWN";
  if (machine === "FROZEN") return "AGENT_FROZEN";
  if (isDecommissioning(machine)) return "AGENT_DECOMMISSIONING";
  const rack = state.records.rack.get(agent.rackId)?.currentState.state;
  if (rack === "FROZEN") return "RACK_FROZEN";
  if (rack !== undefined && isDecommissioning(rack)) return "RACK_DECOMMISSIONING";
  return undefined;
}
