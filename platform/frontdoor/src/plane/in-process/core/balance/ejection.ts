/**
 * Who fails again and again gets no requests for a while, each time for longer: 30 s, 60 s, at most
 * 5 minutes. Never more than half of a service's instances at once, because when more than that fail
 * it is not the instances, and the rest could not carry it.
 *
 * A failure is an answer that did not come (refused, cut, late, garbage) or that says of itself that
 * there is none behind it (502, 503, 504). A 500 is an answer: one bad URL must not eject everybody.
 */

import { type Instant, later } from "@tavola/base";
import { type InstanceState, isEjected } from "./instance-state.ts";

export const ejectionSettings = {
  failuresInRow: 5,
  baseMs: 30_000,
  maxMs: 300_000,
  shareMax: 0.5,
} as const;

export function isFailureStatus(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

export function instanceSucceeded(state: InstanceState): void {
  state.failuresInRow = 0;
  state.ejections = 0;
  state.reason = undefined;
}

/** `members`: all instances of its service, itself among them. True: it was ejected by this failure. */
export function instanceFailed(
  state: InstanceState,
  members: readonly InstanceState[],
  failure: { readonly reason: string; readonly now: Instant },
): boolean {
  const { now, reason } = failure;
  state.failuresInRow += 1;
  if (state.failuresInRow < ejectionSettings.failuresInRow || isEjected(state, now)) return false;
  const ejected = members.filter((member) => isEjected(member, now)).length;
  if (ejected + 1 > members.length * ejectionSettings.shareMax) return false;
  const lasts = ejectionSettings.baseMs * 2 ** Math.min(state.ejections, 10);
  const until = later(now, Math.min(ejectionSettings.maxMs, lasts));
  state.ejections += 1;
  state.ejectedUntil = until;
  state.failuresInRow = 0;
  state.reason = reason;
  state.startingSince = until;
  return true;
}
