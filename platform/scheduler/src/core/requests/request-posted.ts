/**
 * Somebody says what is to run: a new request, or another version of one that exists.
 *
 * Input has been validated as far as it can be without knowing what exists; here is what depends on
 * that: what may not change any more, who is on its way out, and scales that look like a slip.
 */

import type { RequestHistoryEvent } from "../model/enums.ts";
import type { Request, RequestWithState } from "../model/request.ts";
import { type Outcome, type Refusal, refused, type Turn } from "../turn.ts";
import { requestChangeSentence } from "../validation/request-changes.ts";
import { changeableRequest } from "./known-request.ts";
import { instancesOf } from "./long-running.ts";
import { requestChanged } from "./request-changed.ts";
import { scaleRefusal } from "./scale-guards.ts";
import { updateRequest } from "./update-request.ts";

export interface RequestPosted {
  readonly request: Request;
  readonly user?: string | undefined;
  readonly message?: string | undefined;
  readonly largeScaleDownAcknowledged?: boolean | undefined;
  /** What history calls it; default: CREATED or UPDATED. */
  readonly eventType?: RequestHistoryEvent | undefined;
}

export function requestPosted(turn: Turn, posted: RequestPosted): Outcome<RequestWithState> {
  const { request, user, message } = posted;
  const before = turn.get("request", request.id);
  if (before === undefined) {
    const refusal = scaleRefusal(turn, { request });
    if (refusal !== undefined) return { refusal };
    const eventType = posted.eventType ?? "CREATED";
    return { value: requestChanged(turn, { request, state: "ACTIVE", eventType, user, message }) };
  }
  const from = instancesOf(before.request);
  const isScaled = instancesOf(request) !== from;
  // How many agents there are is nobody's slip.
  const isSpread = request.agentPlacement === "SPREAD_ALL_AGENTS";
  const largeScaleDownAcknowledged = isSpread || posted.largeScaleDownAcknowledged;
  const refusal =
    changeRefusal(turn, request.id) ??
    illegalChange(request, before.request) ??
    (isScaled ? scaleRefusal(turn, { request, from, largeScaleDownAcknowledged }) : undefined);
  if (refusal !== undefined) return { refusal };
  const eventType = posted.eventType ?? "UPDATED";
  return { value: updateRequest(turn, { before, request, eventType, user, message }) };
}

/** Why nobody may change this request now: it is being deleted, or a deploy is about to change it. */
export function changeRefusal(turn: Turn, requestId: string): Refusal | undefined {
  const known = changeableRequest(turn, requestId);
  if (known.refusal !== undefined) return known.refusal;
  return turn.get("requestDeploys", requestId)?.pending?.updatedRequest === undefined
    ? undefined
    : refused(
        409,
        `Request ${requestId} has a pending deploy that may change the request data. Try again when the deploy has finished`,
      ).refusal;
}

/** What a request is for cannot change: its tasks would have to be something else. */
export function illegalChange(request: Request, before: Request): Refusal | undefined {
  const sentence = requestChangeSentence(request, before);
  return sentence === undefined ? undefined : refused(400, sentence).refusal;
}
