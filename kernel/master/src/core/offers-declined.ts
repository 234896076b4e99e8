/**
 * DECLINE: offers go back, and what they held is not offered again for a while.
 */

import { asId, type OfferId } from "@tavola/base";
import type { scheduler } from "@tavola/protocol";
import { refuseMsOf } from "./offer-filters.ts";
import { discardOffer, rescindOffer } from "./offer-records.ts";
import type { Framework } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * Offers that are no longer there are passed over.
 * Differs: Mesos lets a framework decline another's offers.
 */
export function offersDeclined(
  turn: Turn,
  framework: Framework,
  decline: scheduler.Call_Decline,
): void {
  turn.count("master/messages_decline_offers");
  const refuseMs = refuseMsOf(decline.filters);
  for (const { value } of decline.offer_ids ?? []) {
    const offer = turn.state.offers.get(asId<OfferId>(value));
    if (offer?.frameworkId !== framework.id) continue;
    discardOffer(turn, offer, refuseMs);
    framework.counters.increment("offers/declined");
  }
}

/** Nobody answered within `--offer_timeout`. */
export function offerTimedOut(turn: Turn, offerId: OfferId): void {
  const offer = turn.state.offers.get(offerId);
  if (offer === undefined) return;
  rescindOffer(turn, offer);
  turn.allocateSoon();
}
