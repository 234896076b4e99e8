/**
 * Whether anything may be placed at all, now.
 */

import { isActionDisabled } from "../operations/disabled-actions.ts";
import { maySendLaunches } from "../tasks/reconciliation.ts";
import type { Turn } from "../turn.ts";

/** Connected, knowing what runs, and not forbidden by an operator. */
export function mayPlace(turn: Pick<Turn, "state" | "now">): boolean {
  return placementBan(turn) === undefined;
}

/** Why nothing is placed; undefined: it is. */
export function placementBan({
  state,
  now,
}: Pick<Turn, "state" | "now">): "disconnected" | "reconciling" | "offersDisabled" | undefined {
  if (!state.link.connected) return "disconnected";
  if (!maySendLaunches({ state, now })) return "reconciling";
  return isActionDisabled(state, "PROCESS_OFFERS") === undefined ? undefined : "offersDisabled";
}
