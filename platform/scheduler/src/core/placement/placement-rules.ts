/**
 * An agent against all rules, in the order in which their failures are told.
 *
 * The same rules in another order decide fast (`isSuitable`): what most often fails and costs least is
 * asked first. Both must agree on whether an agent is suitable at all.
 */

import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { isOverloaded } from "./agent-score.ts";
import { standingOf } from "./agent-standing.ts";
import { areMinimumsReachable } from "./attribute-minimums.ts";
import { failedAttributeRule } from "./attribute-rules.ts";
import { isHostSaturated } from "./host-saturation.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementDemand } from "./placement-demand.ts";
import type { PlacementRule } from "./placement-report.ts";
import { isRackEven } from "./rack-evenness.ts";
import { failedResourceRule } from "./resource-rules.ts";

/** The first rule that the agent fails, as people are told; undefined: it is suitable. */
export function firstFailedRule(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): PlacementRule | undefined {
  return (
    standingOf(state, agent) ??
    failedAttributeRule(config, demand, agent) ??
    failedSpreadRule(state, config, demand, agent) ??
    (isOfferFull(config, demand, agent) ? "OFFER_FULL" : undefined) ??
    failedResourceRule(demand.needs, agent) ??
    (isAgentOverloaded(state, config, demand, agent) ? "AGENT_OVERLOADED" : undefined)
  );
}

/**
 * Whether the agent fails none. `mark` stands for the demand: an agent that failed a rule that does
 * not depend on what runs where is not asked again for it. PERF: tens of nanoseconds, no allocation.
 */
export function isSuitable(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
  mark: number,
): boolean {
  if (agent.unsuitableMark === mark) return false;
  if (failedResourceRule(demand.needs, agent) !== undefined) return false;
  if (agent.suitableMark !== mark) {
    if (
      standingOf(state, agent) !== undefined ||
      failedAttributeRule(config, demand, agent) !== undefined
    ) {
      agent.unsuitableMark = mark;
      return false;
    }
    agent.suitableMark = mark;
  }
  return (
    !isOfferFull(config, demand, agent) &&
    failedSpreadRule(state, config, demand, agent) === undefined &&
    !isAgentOverloaded(state, config, demand, agent)
  );
}

/** The rules that depend on where the request's other tasks are. */
function failedSpreadRule(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): PlacementRule | undefined {
  if (!areMinimumsReachable(state, demand, agent)) return "ATTRIBUTE_MINIMUMS";
  if (demand.isRackSensitive && !isRackEven(state, config, demand, agent)) {
    return "RACK_SATURATED";
  }
  return isHostSaturated(state, config, demand, agent) ? "AGENT_SATURATED" : undefined;
}

function isOfferFull(
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  const { maxTasksPerOffer } = config;
  if (maxTasksPerOffer > 0 && agent.launching.length >= maxTasksPerOffer) return true;
  if (demand.maxTasksPerOffer <= 0) return false;
  return (agent.launchingOf.get(demand.request.id) ?? 0) >= demand.maxTasksPerOffer;
}

function isAgentOverloaded(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  if (!config.offers.omitOverloadedHosts) return false;
  const { cpusMilli } = demand.needs;
  return isOverloaded(config, state.placement.usage.get(agent.agentId), cpusMilli / 1000);
}
