/**
 * A paused request may run again; the rules plan what is missing.
 */

import { given } from "../given.ts";
import { putMail } from "../mail/put-mail.ts";
import type { UnpauseRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { clearExpiring } from "./expiring-record.ts";
import { knownRequest } from "./known-request.ts";
import { planMissing } from "./plan-missing.ts";
import { requestChanged } from "./request-changed.ts";
import { withdrawCleanup } from "./withdraw-cleanup.ts";

export interface RequestUnpaused {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body?: UnpauseRequest | undefined;
}

export function requestUnpaused(turn: Turn, unpaused: RequestUnpaused): Outcome<RequestWithState> {
  const { requestId, user, body = {} } = unpaused;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const { request, state } = known.value;
  if (state !== "PAUSED") {
    return refused(409, `Request ${requestId} is not in PAUSED state, it is in ${state}`);
  }
  const { message, skipHealthchecks, actionId } = body;
  clearExpiring(turn, requestId, "pause");
  putMail(turn, { type: "REQUEST_UNPAUSED", requestId, request, ...given({ user, message }) });
  const value = requestChanged(turn, {
    request,
    state: "ACTIVE",
    eventType: "UNPAUSED",
    user,
    message,
  });
  keepWhatIsLeft(turn, requestId);
  planMissing(turn, requestId, {
    pendingType: "UNPAUSED",
    ...given({ user, message, skipHealthchecks, actionId }),
  });
  return { value };
}

/** Tasks that were left to end by themselves and have not: they are instances again. */
function keepWhatIsLeft(turn: Turn, requestId: string): void {
  for (const task of [...(turn.state.tasksOf.get(requestId)?.values() ?? [])]) {
    if (task.cleanup?.cleanupType === "PAUSING") withdrawCleanup(turn, task, "unpaused");
  }
}
