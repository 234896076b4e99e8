/**
 * Rules about the cluster as a whole, each with a time of its own at which it wants to be asked again.
 */

import { machinesTimePassed, machinesWakeAt } from "./machines/machines-time-passed.ts";
import { disastersPolled } from "./operations/disasters-polled.ts";
import { reconcileNowAndThen } from "./tasks/reconciliation.ts";
import type { Turn } from "./turn.ts";

/** Returns when it is to be asked again. */
export type ClusterRule = (turn: Turn) => number | undefined;

const clusterRules: Readonly<Record<string, ClusterRule>> = {
  reconcileNowAndThen,
  machines: (turn) => {
    machinesTimePassed(turn);
    return machinesWakeAt(turn.state, turn.config);
  },
  disasters: (turn) => {
    const { enabled, runEveryMs } = turn.config.disasters;
    if (!enabled) return undefined;
    disastersPolled(turn);
    return turn.now + runEveryMs;
  },
};

/** Time has come for some requests, rules, or for placement. */
export function timePassed(turn: Turn): void {
  const { agenda, clusterAgenda, placement } = turn.state;
  for (const requestId of agenda.takeDue(turn.now)) turn.dirty(requestId);
  for (const name of clusterAgenda.takeDue(turn.now)) {
    clusterAgenda.plan(name, clusterRules[name]?.(turn));
  }
  if (placement.wakeAt !== undefined && placement.wakeAt <= turn.now) {
    placement.wakeAt = undefined;
    turn.state.placementDue = true;
  }
}

/** After loading: everything is looked at once. */
export function lookAtEverything(turn: Turn): void {
  for (const requestId of turn.state.records.request.keys()) turn.dirty(requestId);
  for (const name of Object.keys(clusterRules)) turn.state.clusterAgenda.plan(name, turn.now);
}

/** When time alone will have something done next. */
export function nextWakeAt({
  agenda,
  clusterAgenda,
  placement,
  placementDue,
}: Turn["state"]): number {
  // Placement works in slices: what it left is taken up in a turn of its own.
  if (placementDue) return 0;
  const never = Number.POSITIVE_INFINITY;
  return Math.min(agenda.nextAt ?? never, clusterAgenda.nextAt ?? never, placement.wakeAt ?? never);
}
