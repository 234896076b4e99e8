/**
 * What an agent's attributes and rack say about whom it is for.
 *
 * These rules ask only about the request and the agent, not about what runs where; so an agent that
 * fails one of them fails it for all tasks that are alike.
 */

import type { SchedulerConfig } from "../scheduler-config.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementDemand } from "./placement-demand.ts";
import type { PlacementRule } from "./placement-report.ts";

type Pairs = readonly (readonly [string, string])[];

export function failedAttributeRule(
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): PlacementRule | undefined {
  if (demand.rackAffinity.length > 0 && !demand.rackAffinity.includes(agent.rackId)) {
    return "RACK_AFFINITY";
  }
  if (!isAllowedOnReserved(config, demand, agent)) return "RESERVED_ATTRIBUTES";
  if (!demand.isPreemptible && isForPreemptibleOnly(config, agent)) return "PREEMPTIBLE_ONLY";
  if (!hasAll(agent, demand.required)) return "REQUIRED_ATTRIBUTES";
  return undefined;
}

/** An agent with a reserved attribute is for requests that require or allow that very value. */
function isAllowedOnReserved(
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  for (const [name, values] of Object.entries(config.reserveAgentsWithAttributes)) {
    const value = agent.attributes[name];
    if (value === undefined || !values.includes(value)) continue;
    // As Singularity merges them: what is allowed hides what is required under the same name.
    const named = valueIn(demand.allowed, name) ?? valueIn(demand.required, name);
    if (named !== value) return false;
  }
  return true;
}

function isForPreemptibleOnly(config: SchedulerConfig, agent: OfferedAgent): boolean {
  const marks = Object.entries(config.preemptibleTasksOnlyMachineAttributes);
  return marks.length > 0 && hasAll(agent, marks);
}

function hasAll(agent: OfferedAgent, pairs: Pairs): boolean {
  for (const [name, value] of pairs) {
    if (agent.attributes[name] !== value) return false;
  }
  return true;
}

/** Agents with one of the attributes that are allowed are preferred. */
export function isPreferred(demand: PlacementDemand, agent: OfferedAgent): boolean {
  for (const [name, value] of demand.allowed) {
    if (agent.attributes[name] === value) return true;
  }
  return false;
}

function valueIn(pairs: Pairs, name: string): string | undefined {
  for (const [key, value] of pairs) if (key === name) return value;
  return undefined;
}
