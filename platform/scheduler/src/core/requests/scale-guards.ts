/**
 * What keeps a slip of the finger from ending most of a service, and what cannot be placed anyway.
 *
 * Singularity's limits and sentences. Its message about a bounce that lacks agents and the one about a
 * scale are swapped in its source; here each says what it is about.
 */

import type { Placement } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { type Refusal, refused, type Turn } from "../turn.ts";
import { instancesOf } from "./long-running.ts";

export interface ScaleWish {
  readonly request: Request;
  /** How many there were; absent for a new request. */
  readonly from?: number | undefined;
  readonly largeScaleDownAcknowledged?: boolean | undefined;
}

/** Why this scale is refused; undefined: it is not. */
export function scaleRefusal(turn: Turn, wish: ScaleWish): Refusal | undefined {
  const { request, from, largeScaleDownAcknowledged = false } = wish;
  const wanted = instancesOf(request);
  const placement = placementOf(turn, request);
  if (placement !== "GREEDY" && placement !== "OPTIMISTIC") {
    const needed = wanted + (placement === "SEPARATE_BY_REQUEST" ? (from ?? 0) : 0);
    const short = agentsRefusal(turn, needed, `scale request ${request.id} to ${wanted} instances`);
    if (short !== undefined && wanted > (from ?? 0)) return short;
  }
  if (request.maxScale !== undefined && wanted > request.maxScale) {
    return refused(
      400,
      `Instances (${wanted}) cannot be greater than ${request.maxScale} (maxScale in request)`,
    ).refusal;
  }
  if (from === undefined || largeScaleDownAcknowledged) return undefined;
  return request.requestType === "ON_DEMAND" ? undefined : largeScaleDown(turn, from, wanted);
}

function largeScaleDown(turn: Turn, from: number, wanted: number): Refusal | undefined {
  const most = turn.config.maxScaleDownWithoutAcknowledgement;
  const hint =
    "without explicit acknowledgement (set the largeScaleDownAcknowledged field in the request)";
  if (from - wanted > most) {
    return refused(400, `Cannot scale down by more than ${most} instances at a time ${hint}`)
      .refusal;
  }
  if (from > most && wanted < Math.floor(from / 2)) {
    return refused(400, `Cannot scale down by more than half of current instances ${hint}`).refusal;
  }
  return undefined;
}

/** Why this request cannot be bounced now: old and new need places of their own. */
export function bounceRefusal(
  turn: Turn,
  request: Request,
  isIncremental: boolean,
): Refusal | undefined {
  const placement = placementOf(turn, request);
  const isRoomy = placement === "GREEDY" || placement === "OPTIMISTIC";
  const mayShareHost = request.allowBounceToSameHost ?? turn.config.allowBounceToSameHost;
  if (mayShareHost ? placement !== "SEPARATE_BY_REQUEST" : isRoomy) return undefined;
  const instances = instancesOf(request);
  const needed = isIncremental ? instances + 1 : instances * 2;
  return agentsRefusal(turn, needed, `complete a bounce of request ${request.id}`);
}

/** Where two instances may not share a host. */
export function placementOf(turn: Turn, request: Request): Placement {
  return request.agentPlacement ?? turn.config.defaultAgentPlacement;
}

export function activeAgents(turn: Turn): number {
  let count = 0;
  for (const { currentState } of turn.state.records.agent.values()) {
    if (currentState?.state === "ACTIVE") count += 1;
  }
  return count;
}

function agentsRefusal(turn: Turn, needed: number, what: string): Refusal | undefined {
  const current = activeAgents(turn);
  if (current >= needed) return undefined;
  return refused(
    400,
    `Not enough active agents to successfully ${what} (minimum required: ${needed}, current: ${current}). Consider deploying, or changing the agent placement strategy instead.`,
  ).refusal;
}
