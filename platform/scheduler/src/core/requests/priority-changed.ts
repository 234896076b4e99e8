/**
 * Somebody changes how urgent a request's tasks are, for good or for a while.
 */

import { given } from "../given.ts";
import type { PriorityRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { Outcome, Turn } from "../turn.ts";
import { expireWhenAsked } from "./expiring-record.ts";
import { knownRequest } from "./known-request.ts";
import { changeRefusal } from "./request-posted.ts";
import { updateRequest } from "./update-request.ts";

export interface PriorityChanged {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body: PriorityRequest;
}

export function priorityChanged(turn: Turn, changed: PriorityChanged): Outcome<RequestWithState> {
  const { requestId, user, body } = changed;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const refusal = changeRefusal(turn, requestId);
  if (refusal !== undefined) return { refusal };
  const { taskPriorityLevel: revertToPriority, ...rest } = known.value.request;
  const { priority } = body;
  const request = { ...rest, ...given({ taskPriorityLevel: priority }) };
  expireWhenAsked(turn, "priority", changed, given({ revertToPriority }));
  const what = `Priority from ${revertToPriority ?? "default"} -> ${priority ?? "default"}`;
  const message =
    body.message === undefined || body.message === "" ? what : `${body.message} -- ${what}`;
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
