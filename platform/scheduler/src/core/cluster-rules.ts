/**
 * Rules about the cluster as a whole, each with a time of its own at which it wants to be asked again.
 */

import { settleMachines } from "./machines/settle-machines.ts";
import { settleDisasters } from "./operations/disasters.ts";
import { keepOffers } from "./placement/keep-offers.ts";
import { reconcileNowAndThen } from "./tasks/reconciliation.ts";
import type { Turn } from "./turn.ts";

/** Returns when it is to be asked again. */
export type ClusterRule = (turn: Turn) => number | undefined;

export const clusterRules: Readonly<Record<string, ClusterRule>> = {
  keepOffers,
  settleMachines,
  settleDisasters,
  reconcileNowAndThen,
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
  for (const requestId of turn.state.records.request.keys()) turn.dirty(requestId);
  for (const name of Object.keys(clusterRules)) turn.state.clusterAgenda.plan(name, turn.now);
}
