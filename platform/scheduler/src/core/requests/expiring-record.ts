/**
 * What a request was changed to for a while only: kept with how to undo it, until it is undone, made
 * permanent, or replaced by another of its kind.
 */

import type { RequestWithState } from "../model/request.ts";
import type { ExpiringActions } from "../records.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
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
