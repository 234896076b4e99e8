/**
 * What stands in the way of a scale or a bounce as things are in the cluster now.
 *
 * The sentences and limits are validation's; here they are given what it cannot know: how many agents
 * there are, and what an operator has set for all requests.
 */

import type { Placement } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { type Refusal, refused, type Turn } from "../turn.ts";
import { agentsContextOf } from "../validation/agents-context.ts";
import { agentsForBounce } from "../validation/agents-needed.ts";
import { scaleSentence } from "../validation/validate-scale.ts";

export interface ScaleWish {
  readonly request: Request;
  /** How many there were; absent for a new request. */
  readonly from?: number | undefined;
  /** Tasks of another deploy that go on meanwhile. */
  readonly tasksBeside?: number | undefined;
  readonly largeScaleDownAcknowledged?: boolean | undefined;
}

/** Why this scale is refused; undefined: it is not. */
export function scaleRefusal(turn: Turn, wish: ScaleWish): Refusal | undefined {
  const { request, from, tasksBeside = 0, largeScaleDownAcknowledged = false } = wish;
  const sentence = scaleSentence(request, from, tasksBeside, {
    ...agentsContextOf(turn),
    isLargeScaleDownAcknowledged: largeScaleDownAcknowledged,
  });
  return sentence === undefined ? undefined : refused(400, sentence).refusal;
}

/** Why this request cannot be bounced now: old and new may need places of their own. */
export function bounceRefusal(
  turn: Turn,
  request: Request,
  isIncremental: boolean,
): Refusal | undefined {
  const sentence = agentsForBounce(request, isIncremental, agentsContextOf(turn));
  return sentence === undefined ? undefined : refused(400, sentence).refusal;
}

/** Where two instances may not share a host. */
export function placementOf(turn: Turn, request: Request): Placement {
  const { placementOverride } = agentsContextOf(turn);
  return request.agentPlacement ?? placementOverride ?? turn.config.defaultAgentPlacement;
}
