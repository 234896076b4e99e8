/**
 * A request is put as it is now, and what happened to it is told: to history, and to REQUEST webhooks.
 */

import { given } from "../given.ts";
import type { RequestHistoryEvent, RequestState } from "../model/enums.ts";
import type { Request, RequestHistory, RequestWithState } from "../model/request.ts";
import type { Turn } from "../turn.ts";
import { announce } from "../webhooks/announce.ts";

export interface RequestEvent {
  readonly request: Request;
  readonly eventType: RequestHistoryEvent;
  readonly user?: string | undefined;
  readonly message?: string | undefined;
}

export interface RequestChange extends RequestEvent {
  readonly state: RequestState;
}

export function requestChanged(turn: Turn, change: RequestChange): RequestWithState {
  const { request, state } = change;
  const record = { request, state, timestamp: Math.floor(turn.now) };
  turn.put("request", request.id, record);
  tellRequestEvent(turn, change);
  turn.dirty(request.id);
  return record;
}

/** Without putting the request: it may be gone. Two of a kind within a millisecond are told apart by counting on. */
export function tellRequestEvent(turn: Turn, event: RequestEvent): void {
  const { request, eventType, user, message } = event;
  const keyAt = (at: number): string => `${request.id}-${at}-${eventType}`;
  let createdAt = Math.floor(turn.now);
  while (turn.get("outboxRequest", keyAt(createdAt)) !== undefined) createdAt += 1;
  const history: RequestHistory = { createdAt, eventType, request, ...given({ user, message }) };
  turn.put("outboxRequest", keyAt(createdAt), history);
  announce(turn, { type: "REQUEST", requestId: request.id, body: history });
}
