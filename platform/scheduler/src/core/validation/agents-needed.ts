/**
 * Whether there are agents enough for a scale or a bounce of a request whose tasks must not share one.
 *
 * Differs: Singularity says each of the two sentences on the occasion of the other, and wants agents
 * for the present instances as well when a request is scaled that will keep them.
 */

import type { Placement } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { instancesOf } from "../requests/long-running.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { when } from "./rules.ts";

export interface AgentsContext {
  readonly config: SchedulerConfig;
  readonly activeAgents: number;
  /** Set by an operator for all requests that do not say. */
  readonly placementOverride?: Placement;
}

/** `tasksBeside`: of other deploys, which go on meanwhile; those of a request kept apart need agents too. */
export function agentsForScale(
  request: Request,
  tasksBeside: number,
  context: AgentsContext,
): string | undefined {
  const placement = placementOf(request, context);
  if (isSharing(placement)) return undefined;
  const beside = placement === "SEPARATE_BY_REQUEST" ? tasksBeside : 0;
  const needed = instancesOf(request) + beside;
  return when(
    context.activeAgents < needed,
    `Not enough active agents to successfully scale request ${request.id} to ${instancesOf(request)} instances (minimum required: ${needed}, current: ${context.activeAgents}).`,
  );
}

export function agentsForBounce(
  request: Request,
  isIncremental: boolean,
  context: AgentsContext,
): string | undefined {
  const placement = placementOf(request, context);
  const staysApart =
    (request.allowBounceToSameHost ?? context.config.allowBounceToSameHost)
      ? placement === "SEPARATE_BY_REQUEST"
      : !isSharing(placement);
  const instances = instancesOf(request);
  const needed = isIncremental ? instances + 1 : instances * 2;
  return when(
    staysApart && context.activeAgents < needed,
    `Not enough active agents to successfully complete a bounce of request ${request.id} (minimum required: ${needed}, current: ${context.activeAgents}). Consider deploying, or changing the agent placement strategy instead.`,
  );
}

function placementOf(request: Request, context: AgentsContext): Placement {
  return (
    request.agentPlacement ?? context.placementOverride ?? context.config.defaultAgentPlacement
  );
}

function isSharing(placement: Placement): boolean {
  return placement === "GREEDY" || placement === "OPTIMISTIC";
}
