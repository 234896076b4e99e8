/**
 * What validation wants to know of the cluster.
 */

import { given } from "../core/given.ts";
import { type Placement, placements } from "../core/model/enums.ts";
import { settingOf } from "../core/state.ts";
import type { Turn } from "../core/turn.ts";
import type { AgentsContext } from "../core/validation/agents-needed.ts";

/** PERF: O(agents). */
export function agentsContextOf({ state, config }: Turn): AgentsContext {
  let activeAgents = 0;
  for (const { currentState } of state.records.agent.values()) {
    if (currentState.state === "ACTIVE") activeAgents += 1;
  }
  const strategy = settingOf(state, "placementStrategyOverride")?.strategy;
  const placementOverride: Placement | undefined = placements.find((each) => each === strategy);
  return { config, activeAgents, ...given({ placementOverride }) };
}
