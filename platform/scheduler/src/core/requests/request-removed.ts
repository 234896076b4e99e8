/**
 * Somebody deletes a request.
 *
 *     ACTIVE, PAUSED, …  --requestRemoved-->  DELETING  --its last task is gone-->  (no record)
 *
 * While DELETING nothing of it is started, its tasks are killed, and it may not be changed or posted
 * again. What happened to it stays in history, and the same id may then be created anew.
 */

import { given } from "../given.ts";
import { putMail } from "../mail/put-mail.ts";
import type { DeleteRequestRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { Outcome, Turn } from "../turn.ts";
import { knownRequest } from "./known-request.ts";
import { requestChanged } from "./request-changed.ts";

export interface RequestRemoved {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body?: DeleteRequestRequest | undefined;
}

/** Again while it is DELETING: nothing more. */
export function requestRemoved(turn: Turn, removed: RequestRemoved): Outcome<RequestWithState> {
  const { requestId, user, body = {} } = removed;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined || known.value.state === "DELETING") return known;
  const { request } = known.value;
  const { message, actionId, deleteFromLoadBalancer } = body;
  turn.put("requestCleanup", requestId, {
    requestId,
    cleanupType: "DELETING",
    timestamp: Math.floor(turn.now),
    killTasks: true,
    ...given({ user, message, actionId, removeFromLoadBalancer: deleteFromLoadBalancer }),
  });
  turn.remove("expiring", requestId);
  putMail(turn, { type: "REQUEST_REMOVED", requestId, request, ...given({ user, message }) });
  return {
    value: requestChanged(turn, {
      request,
      state: "DELETING",
      eventType: "DELETING",
      user,
      message,
    }),
  };
}
