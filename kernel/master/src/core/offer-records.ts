/**
 * The books about offers: how one ends. What it held goes back to the allocator, or to whoever accepts.
 */

import { Resources } from "@tavola/resources";
import type { Framework, OfferRecord } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Out of every index. The caller decides what becomes of its resources. */
export function removeOffer(turn: Turn, offer: OfferRecord): void {
  const { state } = turn;
  state.offers.delete(offer.id);
  const framework = state.frameworks.get(offer.frameworkId);
  if (framework !== undefined) {
    framework.offers.delete(offer);
    framework.offeredResources = lessOffer(framework.offeredResources, offer, framework.offers);
  }
  const agent = state.agents.get(offer.agentId);
  if (agent !== undefined) {
    agent.offers.delete(offer);
    agent.offeredResources = lessOffer(agent.offeredResources, offer, agent.offers);
  }
  if (state.config.offerTimeoutMs !== undefined) turn.cancelWake(offerTimerKey(offer));
}

function lessOffer(sum: Resources, offer: OfferRecord, left: ReadonlySet<OfferRecord>): Resources {
  return left.size === 0 ? Resources.empty : sum.minus(offer.resources);
}

/** Takes an offer back without a word; its framework knows, or is not there to be told. */
export function discardOffer(turn: Turn, offer: OfferRecord, refuseMs?: number): void {
  removeOffer(turn, offer);
  turn.recover(offer.frameworkId, offer.agentId, offer.resources, refuseMs);
}

/** Takes an offer back and says so. */
export function rescindOffer(turn: Turn, offer: OfferRecord): void {
  const framework = turn.state.frameworks.get(offer.frameworkId);
  if (framework !== undefined) {
    framework.counters.increment("offers/rescinded");
    turn.sendEvent(framework, { type: "RESCIND", rescind: { offer_id: { value: offer.id } } });
  }
  discardOffer(turn, offer);
}

/** All offers of a framework, without a word. */
export function discardOffers(turn: Turn, framework: Framework): void {
  for (const offer of [...framework.offers]) discardOffer(turn, offer);
}

export function offerTimerKey(offer: OfferRecord): string {
  return `offer:${offer.id}`;
}
