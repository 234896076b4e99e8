/**
 * Holding offers, giving them back, and saying whether more are wanted.
 *
 *     tasks are due, or soon will be ──▶ offers wanted; each goes back after `cacheOffersForMs`
 *     nothing to place for `idleHoldMs` ──▶ all go back, no more are wanted (SUPPRESS)
 *     every `rediscoverMs` ──▶ offers wanted for a moment, to see which agents there are
 *
 * So other frameworks are not starved by us, and an idle cluster exchanges nothing.
 */

import type { ClusterRule } from "../cluster-rules.ts";
import { isActionDisabled } from "../operations/disabled-actions.ts";
import type { Turn } from "../turn.ts";
import { launchableOf } from "./launch-obstacle.ts";

/** Asked again at the end of every placement. Not in the middle of a round. */
export const keepOffers: ClusterRule = (turn) => {
  const { state, config, now } = turn;
  const { placement } = state;
  if (!state.link.connected) return undefined;
  if (placement.round !== undefined) return undefined;
  if (isDemand(turn)) placement.lastDemandAt = now;
  const quietAt = (placement.lastDemandAt ?? Number.NEGATIVE_INFINITY) + config.offers.idleHoldMs;
  const tendAt = quietAt <= now ? rest(turn) : hold(turn, quietAt);
  const { nextAt: nextDueAt } = placement.dueTasks;
  if (nextDueAt === undefined) return tendAt;
  const aheadAt = nextDueAt - config.offers.aheadMs;
  return Math.min(tendAt ?? nextDueAt, aheadAt > now ? aheadAt : nextDueAt);
};

/** Offers are wanted; those that were of no use go back for a while. */
function hold(turn: Turn, quietAt: number): number {
  const { state, config, now } = turn;
  ask(turn, state.placement.lookUntil !== undefined);
  state.placement.lookUntil = undefined;
  const isCached = isActionDisabled(state, "CACHE_OFFERS") === undefined;
  giveBack(turn, config.offers.refuseMs, isCached ? now - config.cacheOffersForMs : now);
  return Math.min(quietAt, oldestOfferAt(turn) + config.cacheOffersForMs);
}

/**
 * Said again when agents were declined while nothing was wanted, or before what is due now was: that
 * lifts the master's filters.
 */
function ask(turn: Turn, wasResting: boolean): void {
  const { placement } = turn.state;
  const { filteredAt, dueTasks } = placement;
  const { lastBecameDueAt = Number.NEGATIVE_INFINITY } = dueTasks;
  const isFiltered = filteredAt !== undefined && (wasResting || lastBecameDueAt >= filteredAt);
  if (placement.offersWanted && !isFiltered) return;
  placement.filteredAt = undefined;
  placement.offersWanted = true;
  turn.effect({ kind: "wantOffers", wanted: true });
}

/** Nothing is to be placed: no offers, but for a look around now and then. */
function rest(turn: Turn): number | undefined {
  const { state, config, now } = turn;
  const { rediscoverMs, idleHoldMs, refuseMs } = config.offers;
  const { placement } = state;
  giveBack(turn, Math.max(rediscoverMs, refuseMs), now);
  if (rediscoverMs <= 0) {
    wantOffers(turn, false);
    return undefined;
  }
  const isLookDue = placement.lookUntil === undefined || placement.lookUntil + rediscoverMs <= now;
  const lookUntil = isLookDue ? now + idleHoldMs : (placement.lookUntil ?? now);
  placement.lookUntil = lookUntil;
  const isLooking = now < lookUntil;
  wantOffers(turn, isLooking);
  return isLooking ? lookUntil : lookUntil + rediscoverMs;
}

/** Whether offers are wanted, said once. */
function wantOffers(turn: Turn, wanted: boolean): void {
  const { placement } = turn.state;
  if (placement.offersWanted === wanted) return;
  placement.offersWanted = wanted;
  if (wanted) placement.filteredAt = undefined;
  turn.effect({ kind: "wantOffers", wanted });
}

/** A task waits for a place now or will soon. PERF: O(1) as a rule: stops at the first. */
function isDemand(turn: Turn): boolean {
  const { state, config, now } = turn;
  if (isActionDisabled(state, "PROCESS_OFFERS") !== undefined) return false;
  const due = state.placement.dueTasks.at(state, now);
  const { nextAt: nextDueAt } = state.placement.dueTasks;
  if (nextDueAt !== undefined && nextDueAt <= now + config.offers.aheadMs) return true;
  for (const pending of due.values()) {
    if (!("obstacle" in launchableOf(state, config, pending))) return true;
  }
  return false;
}

/** Declines what came by `until`. */
function giveBack(turn: Turn, refuseMs: number, until: number): void {
  const { offers, placement } = turn.state;
  const declined: string[] = [];
  for (const agent of [...offers.agents()]) {
    for (const [offerId, { receivedAt }] of [...agent.offers]) {
      if (receivedAt > until) continue;
      offers.remove(offerId);
      declined.push(offerId);
    }
  }
  if (declined.length === 0) return;
  placement.filteredAt = turn.now;
  turn.effect({ kind: "decline", offerIds: declined, refuseMs });
}

function oldestOfferAt(turn: Turn): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const agent of turn.state.offers.agents()) {
    for (const { receivedAt } of agent.offers.values()) oldest = Math.min(oldest, receivedAt);
  }
  return oldest;
}
