/**
 * What a request was changed to for a while only: kept with how to undo it, until it is undone, made
 * permanent, or replaced by another of its kind.
 */

import { given } from "../given.ts";
import type { RequestWithState } from "../model/request.ts";
import type { ExpiringActions } from "../records.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { actionIdOf } from "./action-id.ts";
import { knownRequest } from "./known-request.ts";

export type ExpiringKind = keyof ExpiringActions;

export function setExpiring<K extends ExpiringKind>(
  turn: Turn,
  requestId: string,
  kind: K,
  action: NonNullable<ExpiringActions[K]>,
): void {
  turn.put("expiring", requestId, { ...turn.get("expiring", requestId), [kind]: action });
  turn.dirty(requestId);
}

/** What goes with every kind, and what is needed to undo one of this kind. */
type Undo<K extends ExpiringKind> = Omit<
  NonNullable<ExpiringActions[K]>,
  "requestId" | "user" | "startMillis" | "expiringAPIRequestObject" | "actionId"
>;

export interface Asked<K extends ExpiringKind> {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body: NonNullable<ExpiringActions[K]>["expiringAPIRequestObject"];
}

/** To be undone when its duration is over; one without a duration is for good, whatever was to be undone before. */
export function expireWhenAsked<K extends ExpiringKind>(
  turn: Turn,
  kind: K,
  { requestId, user, body }: Asked<K>,
  undo: Undo<K>,
): void {
  if (body.durationMillis === undefined) {
    clearExpiring(turn, requestId, kind);
    return;
  }
  const action = {
    requestId,
    startMillis: Math.floor(turn.now),
    expiringAPIRequestObject: body,
    actionId: actionIdOf(turn, body.actionId),
    ...given({ user }),
    ...undo,
  };
  setExpiring(turn, requestId, kind, action as unknown as NonNullable<ExpiringActions[K]>);
}

/** Returns whether there was one. */
export function clearExpiring(turn: Turn, requestId: string, kind: ExpiringKind): boolean {
  const actions = turn.get("expiring", requestId);
  if (actions?.[kind] === undefined) return false;
  const { [kind]: _cleared, ...others } = actions;
  if (Object.keys(others).length === 0) turn.remove("expiring", requestId);
  else turn.put("expiring", requestId, others);
  turn.dirty(requestId);
  return true;
}

/** `DELETE` of a pause, scale, bounce, priority or skip of health checks that would expire: it stays. */
export function expiringMadePermanent(
  turn: Turn,
  { requestId, kind }: { readonly requestId: string; readonly kind: ExpiringKind },
): Outcome<RequestWithState> {
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  return clearExpiring(turn, requestId, kind)
    ? known
    : refused(404, `Request ${requestId} didn't have an expiring ${kind} request`);
}
