/**
 * Why a pending task was not placed when it was last tried: the shape of it.
 *
 * One report serves all pending tasks that are alike and were tried in the same turn. It keeps per
 * agent only the *first* rule that it failed, so that the counts add up to the agents that were
 * looked at; the agents that are named are a bounded few.
 */

import type { TaskResources } from "../model/deploy.ts";

/** The rules, in the order in which an agent is held to them. */
export const placementRules = [
  "AGENT_UNKNOWN",
  "AGENT_FROZEN",
  "AGENT_DECOMMISSIONING",
  "RACK_FROZEN",
  "RACK_DECOMMISSIONING",
  "RACK_AFFINITY",
  "RESERVED_ATTRIBUTES",
  "PREEMPTIBLE_ONLY",
  "REQUIRED_ATTRIBUTES",
  "ATTRIBUTE_MINIMUMS",
  "RACK_SATURATED",
  "AGENT_SATURATED",
  "OFFER_FULL",
  "ROLE",
  "CPUS",
  "MEMORY",
  "DISK",
  "PORTS",
  "AGENT_OVERLOADED",
] as const;
export type PlacementRule = (typeof placementRules)[number];

/** An agent that was looked at, and the first rule that it failed. */
export interface AgentVerdict {
  readonly agentId: string;
  readonly host: string;
  readonly rackId: string;
  readonly rule: PlacementRule;
  /** In words: "has 3.5 of 4 cpus". */
  readonly detail?: string;
}

export interface PlacementReport {
  /** When it was tried. */
  readonly at: number;
  readonly needs: TaskResources;
  /** How many agents were looked at: those with offers, and those whose offers are not taken. */
  readonly agentsLookedAt: number;
  /** Active agents of which nothing was on offer. */
  readonly agentsNotOffered: number;
  /** Agents by the first rule that each failed; rules that none failed are absent. */
  readonly failed: Readonly<Partial<Record<PlacementRule, number>>>;
  /** Bounded; those that passed most rules first. */
  readonly agents: readonly AgentVerdict[];
  /** The agent that came closest. */
  readonly nearest?: AgentVerdict;
  /** One sentence for people: "needs 4 cpus; best agent has 3.5; 2 agents excluded by rack". */
  readonly summary: string;
}
