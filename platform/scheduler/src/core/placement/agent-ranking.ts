/**
 * The offered agents, the best place first.
 *
 * An agent's score changes only when something is placed on it; then it moves down. So the best
 * suitable agent is the first suitable one, and most searches end after a few.
 */

import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { scoreOf } from "./agent-score.ts";
import { isPreferred } from "./attribute-rules.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementDemand } from "./placement-demand.ts";
import { isSuitable } from "./placement-rules.ts";
import { failedResourceRule } from "./resource-rules.ts";
import type { TaskNeeds } from "./task-needs.ts";

export class AgentRanking {
  /** How many agents were looked at. */
  looks = 0;
  readonly #agents: OfferedAgent[];
  readonly #state: SchedulerState;
  readonly #config: SchedulerConfig;

  /** PERF: O(n log n) in the agents offered. */
  constructor(state: SchedulerState, config: SchedulerConfig) {
    this.#state = state;
    this.#config = config;
    this.#agents = [...state.offers.agents()];
    for (const agent of this.#agents) agent.score = scoreOf(state, config, agent);
    this.#agents.sort((a, b) => b.score - a.score);
  }

  /**
   * The suitable agent with the best score; `newerThan`: only among those offered more since that
   * version of the offers. PERF: O(agents better than it).
   */
  best(demand: PlacementDemand, mark: number, newerThan: number): OfferedAgent | undefined {
    return demand.allowed.length > 0
      ? this.#bestPreferred(demand, mark, newerThan)
      : this.#first(demand, mark, newerThan);
  }

  /** Whether any of the agents does, other rules aside. PERF: O(agents) when none does. */
  hasRoomFor(needs: TaskNeeds): boolean {
    return this.#agents.some((agent) => failedResourceRule(needs, agent) === undefined);
  }

  #first(demand: PlacementDemand, mark: number, newerThan: number): OfferedAgent | undefined {
    for (const agent of this.#agents) {
      if (agent.version <= newerThan) continue;
      this.looks++;
      if (isSuitable(this.#state, this.#config, demand, agent, mark)) return agent;
    }
    return undefined;
  }

  /** Goes on as long as one with a lower score could still win by being preferred. */
  #bestPreferred(
    demand: PlacementDemand,
    mark: number,
    newerThan: number,
  ): OfferedAgent | undefined {
    const factor = this.#config.preferredAgentScaleFactor;
    let best: OfferedAgent | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const agent of this.#agents) {
      if (best !== undefined && agent.score * Math.max(factor, 1) <= bestScore) break;
      if (agent.version <= newerThan) continue;
      this.looks++;
      const score = isPreferred(demand, agent) ? agent.score * factor : agent.score;
      if (score <= bestScore) continue;
      if (!isSuitable(this.#state, this.#config, demand, agent, mark)) continue;
      best = agent;
      bestScore = score;
    }
    return best;
  }

  /** Something was placed on it. PERF: O(places that it moves). */
  rescore(agent: OfferedAgent): void {
    const agents = this.#agents;
    const score = scoreOf(this.#state, this.#config, agent);
    let at = agents.indexOf(agent);
    agent.score = score;
    for (; at + 1 < agents.length; at++) {
      const next = agents[at + 1] as OfferedAgent;
      if (next.score <= score) break;
      agents[at] = next;
    }
    agents[at] = agent;
  }
}
