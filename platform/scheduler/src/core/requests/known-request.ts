/**
 * The request that somebody names, or the sentence that there is none.
 */

import type { RequestWithState } from "../model/request.ts";
import type { SchedulerState } from "../state.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";

/** Refused with 404. */
export function knownRequest(
  { state }: { readonly state: SchedulerState },
  requestId: string,
): Outcome<RequestWithState> {
  const known = state.records.request.get(requestId);
  return known === undefined
    ? refused(404, `Couldn't find request with id ${requestId}`)
    : { value: known };
}

/** One that may be changed: it exists, and is not on its way out. */
export function changeableRequest(turn: Turn, requestId: string): Outcome<RequestWithState> {
  const known = knownRequest(turn, requestId);
  return known.value?.state === "DELETING"
    ? refused(409, `Request ${requestId} is currently cleaning. Try again after a few moments`)
    : known;
}
