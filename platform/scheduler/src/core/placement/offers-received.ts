/**
 * Offers come, are taken back, and are lost with the connection.
 */

import type { Offer } from "@tavola/protocol";
import { agentSeen } from "../machines/agent-seen.ts";
import { isActionDisabled } from "../operations/disabled-actions.ts";
import type { Turn } from "../turn.ts";
import { launchOn } from "./launch-placed.ts";

/** Agents show themselves by their offers. Those of agents that take no tasks go back at once. */
export function offersReceived(turn: Turn, received: readonly Offer[]): void {
  const { state, config } = turn;
  state.link.lastOfferAt = turn.now;
  const refused: string[] = [];
  const isDisabled = isActionDisabled(state, "PROCESS_OFFERS") !== undefined;
  for (const offer of received) {
    const agent = state.offers.add(offer, turn.now);
    const takesTasks = agentSeen(turn, agent);
    if (takesTasks && !isDisabled) continue;
    state.offers.remove(offer.id.value);
    refused.push(offer.id.value);
  }
  if (refused.length > 0) {
    const { refuseMs: shortMs, frozenRefuseMs } = config.offers;
    const refuseMs = isDisabled ? shortMs : frozenRefuseMs;
    turn.effect({ kind: "decline", offerIds: refused, refuseMs });
    if (isDisabled) state.placement.filteredAt = turn.now;
  }
  state.placementDue = true;
}

/**
 * Tasks that were given a place by it and are not launched yet are launched all the same: the master
 * answers that the offer is no longer valid, and they are started again like any other lost task.
 */
export function offerRescinded(turn: Turn, offerId: string): void {
  const { offers } = turn.state;
  const agent = offers.agentOf(offerId);
  if (agent !== undefined) launchOn(turn, agent);
  offers.remove(offerId);
}

/** The connection is gone, and all offers with it. With the next one more are wanted, and it is said so. */
export function offersLost(turn: Turn): void {
  const { state } = turn;
  for (const agent of [...state.offers.agents()]) launchOn(turn, agent);
  state.offers.clear();
  state.placement.round = undefined;
  state.placement.offersWanted = true;
  state.placement.filteredAt = undefined;
  state.placement.lookUntil = undefined;
  state.placementDue = true;
}
