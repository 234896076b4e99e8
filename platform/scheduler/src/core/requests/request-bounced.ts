/**
 * Somebody wants every task of a request replaced by a fresh one of the same deploy.
 *
 *     bounce        all replacements start; the old ones go when every replacement is healthy
 *     incremental   a few at a time: start, healthy, old one goes, next
 *
 * The marker of a bounce is its `requestCleanup` record: while it stands no other may begin. It falls
 * when no task is left that is older than the bounce, when another deploy succeeds, and when it
 * expires (`bounce-expired.ts`).
 */

import { given } from "../given.ts";
import type { BounceRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { RequestCleanup } from "../model/task.ts";
import { type Outcome, type Refusal, refused, type Turn } from "../turn.ts";
import { actionIdOf } from "./action-id.ts";
import { endFastFailureLoop } from "./crash-loop-record.ts";
import { setExpiring } from "./expiring-record.ts";
import { changeableRequest } from "./known-request.ts";
import { isLongRunning } from "./long-running.ts";
import { requestChanged } from "./request-changed.ts";
import { bounceRefusal } from "./scale-guards.ts";

export interface RequestBounced {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body?: BounceRequest | undefined;
}

export function requestBounced(turn: Turn, bounced: RequestBounced): Outcome<RequestWithState> {
  const { requestId, body = {} } = bounced;
  const known = changeableRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const refusal = whyNotBounced(turn, known.value, body.incremental === true);
  return refusal === undefined ? { value: startBounce(turn, known.value, bounced) } : { refusal };
}

/** Why it cannot be bounced now; undefined: it can. */
export function whyNotBounced(
  turn: Turn,
  { request, state }: RequestWithState,
  isIncremental: boolean,
): Refusal | undefined {
  const { id, requestType } = request;
  if (!isLongRunning(request)) {
    return refused(400, `Can not bounce a ${requestType} request (${id})`).refusal;
  }
  if (state === "PAUSED" || state === "DEPLOYING_TO_UNPAUSE") {
    return refused(
      409,
      `Request ${id} is paused. Unable to bounce (it must be manually unpaused first)`,
    ).refusal;
  }
  if (turn.get("requestDeploys", id)?.active === undefined) {
    return refused(409, `Can not schedule/bounce a request (${id}) with no deploy`).refusal;
  }
  if (bounceOf(turn, id) !== undefined) return refused(409, `${id} is already bouncing`).refusal;
  return bounceRefusal(turn, request, isIncremental);
}

/** Sets the marker; the rule does the rest. To be asked for only where `whyNotBounced` says nothing. */
export function startBounce(
  turn: Turn,
  { request, state }: RequestWithState,
  { user, body = {} }: RequestBounced,
): RequestWithState {
  const { id: requestId } = request;
  const deployId = turn.get("requestDeploys", requestId)?.active?.deployId ?? "";
  const { message, skipHealthchecks, runShellCommandBeforeKill } = body;
  const actionId = actionIdOf(turn, body.actionId);
  const startMillis = Math.floor(turn.now);
  const durationMillis = body.durationMillis ?? turn.config.defaultBounceExpirationMs;
  turn.put("requestCleanup", requestId, {
    requestId,
    deployId,
    cleanupType: body.incremental === true ? "INCREMENTAL_BOUNCE" : "BOUNCE",
    timestamp: startMillis,
    actionId,
    ...given({ user, message, skipHealthchecks, runShellCommandBeforeKill }),
  });
  setExpiring(turn, requestId, "bounce", {
    requestId,
    deployId,
    startMillis,
    expiringAPIRequestObject: { ...body, durationMillis },
    actionId,
    ...given({ user }),
  });
  // Who bounces a request that is cooling down wants it started now.
  const isCooling = state === "SYSTEM_COOLDOWN";
  if (isCooling) endFastFailureLoop(turn, requestId);
  return requestChanged(turn, {
    request,
    state: isCooling ? "ACTIVE" : state,
    eventType: "BOUNCED",
    user,
    message,
  });
}

/** The marker of the bounce that is under way. */
export function bounceOf(turn: Turn, requestId: string): RequestCleanup | undefined {
  const cleanup = turn.get("requestCleanup", requestId);
  return cleanup?.cleanupType === "BOUNCE" || cleanup?.cleanupType === "INCREMENTAL_BOUNCE"
    ? cleanup
    : undefined;
}
