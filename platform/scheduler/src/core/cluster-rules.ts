/**
 * Rules about the cluster as a whole, each with a time of its own at which it wants to be asked again.
 */

import { settleMachines } from "./machines/settle-machines.ts";
import { settleDisasters } from "./operations/disasters.ts";
import { keepOffers } from "./placement/keep-offers.ts";
import { forgetDeletions } from "./requests/forget-deletions.ts";
import { plansTakenOver } from "./tasks/plans-from-the-future.ts";
import { reconcileNowAndThen } from "./tasks/reconciliation.ts";
import type { Turn } from "./turn.ts";

/** Returns when it is to be asked again. */
export type ClusterRule = (turn: Turn) => number | undefined;

const clusterRules: Readonly<Record<string, ClusterRule>> = {
  keepOffers,
  settleMachines,
  settleDisasters,
  reconcileNowAndThen,
  forgetDeletions,
};

/** Time has come for some requests or rules. */
export function timePassed(turn: Turn): void {
  const { agenda, clusterAgenda } = turn.state;
  for (const requestId of agenda.takeDue(turn.now)) turn.dirty(requestId);
  for (const name of clusterAgenda.takeDue(turn.now)) {
    clusterAgenda.plan(name, clusterRules[name]?.(turn));
  }
}

/** After loading: everything is looked at once. */
export function lookAtEverything(turn: Turn): void {
  plansTakenOver(turn);
  for (const requestId of turn.state.records.request.keys()) turn.dirty(requestId);
  for (const name of Object.keys(clusterRules)) turn.state.clusterAgenda.plan(name, turn.now);
}

/** When time alone will have something done next. */
export function nextWakeAt({ agenda, clusterAgenda, placementDue }: Turn["state"]): number {
  // Placement works in slices: what it left is taken up in a turn of its own.
  if (placementDue) return 0;
  const never = Number.POSITIVE_INFINITY;
  return Math.min(agenda.nextAt ?? never, clusterAgenda.nextAt ?? never);
}
