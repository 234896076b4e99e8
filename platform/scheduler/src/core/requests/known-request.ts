/**
 * The request that somebody names, or the sentence that there is none.
 */

import type { RequestWithState } from "../model/request.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";

export function knownRequest(turn: Turn, requestId: string): Outcome<RequestWithState> {
  const known = turn.get("request", requestId);
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
