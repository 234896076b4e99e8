/**
 * Somebody switches a request's health checks off, or on again, for good or for a while.
 */

import { given } from "../given.ts";
import type { SkipHealthchecksRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { Outcome, Turn } from "../turn.ts";
import { actionIdOf } from "./action-id.ts";
import { clearExpiring, setExpiring } from "./expiring-record.ts";
import { knownRequest } from "./known-request.ts";
import { changeRefusal } from "./request-posted.ts";
import { updateRequest } from "./update-request.ts";

export interface HealthchecksSkipped {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body: SkipHealthchecksRequest;
}

export function healthchecksSkipped(
  turn: Turn,
  skipped: HealthchecksSkipped,
): Outcome<RequestWithState> {
  const { requestId, user, body } = skipped;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const refusal = changeRefusal(turn, requestId);
  if (refusal !== undefined) return { refusal };
  const { skipHealthchecks: revertToSkipHealthchecks, ...rest } = known.value.request;
  const { message, skipHealthchecks, durationMillis } = body;
  const request = { ...rest, ...given({ skipHealthchecks }) };
  if (durationMillis === undefined) clearExpiring(turn, requestId, "skipHealthchecks");
  else {
    setExpiring(turn, requestId, "skipHealthchecks", {
      requestId,
      startMillis: Math.floor(turn.now),
      expiringAPIRequestObject: body,
      actionId: actionIdOf(turn, body.actionId),
      ...given({ user, revertToSkipHealthchecks }),
    });
  }
  return {
    value: updateRequest(turn, {
      before: known.value,
      request,
      eventType: "UPDATED",
      user,
      message,
    }),
  };
}
