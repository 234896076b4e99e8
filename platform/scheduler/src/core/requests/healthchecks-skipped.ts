/**
 * Somebody switches a request's health checks off, or on again, for good or for a while.
 */

import { given } from "../given.ts";
import type { SkipHealthchecksRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { Outcome, Turn } from "../turn.ts";
import { expireWhenAsked } from "./expiring-record.ts";
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
  const { message, skipHealthchecks } = body;
  const request = { ...rest, ...given({ skipHealthchecks }) };
  expireWhenAsked(turn, "skipHealthchecks", skipped, given({ revertToSkipHealthchecks }));
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
