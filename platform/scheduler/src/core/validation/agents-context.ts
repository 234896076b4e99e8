/**
 * What the rules of scales and bounces want to know of the cluster as it is.
 */

import { given } from "../given.ts";
import { type Placement, placements } from "../model/enums.ts";
import { settingOf } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { AgentsContext } from "./agents-needed.ts";

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
