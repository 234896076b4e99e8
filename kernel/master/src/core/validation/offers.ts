/**
 * The offers that an ACCEPT names: all there, all this framework's, of one agent and one role.
 */

import { asId, type OfferId } from "@tavola/base";
import type { Framework, MasterState, OfferRecord } from "../state.ts";

/** The offers in the order named, or Mesos's sentence on why they cannot be accepted. */
export function validateOffers(
  state: MasterState,
  framework: Framework,
  ids: readonly { readonly value: string }[],
): { readonly offers: readonly OfferRecord[] } | { readonly error: string } {
  if (ids.length === 0) return { error: "No offers specified" };
  const seen = new Set<string>();
  for (const { value } of ids) {
    if (seen.has(value)) return { error: `Duplicate offer ${value} in offer list` };
    seen.add(value);
  }
  const offers: OfferRecord[] = [];
  for (const { value } of ids) {
    const offer = state.offers.get(asId<OfferId>(value));
    if (offer === undefined) return { error: `Offer ${value} is no longer valid` };
    offers.push(offer);
  }
  const error = validateOwner(offers, framework) ?? validateTogether(offers);
  return error === undefined ? { offers } : { error };
}

function validateOwner(offers: readonly OfferRecord[], framework: Framework): string | undefined {
  const foreign = offers.find((offer) => offer.frameworkId !== framework.id);
  if (foreign === undefined) return undefined;
  return `Offer ${foreign.id} has invalid framework ${foreign.frameworkId} while framework ${framework.id} is expected`;
}

function validateTogether(offers: readonly OfferRecord[]): string | undefined {
  const [first] = offers;
  for (const offer of offers) {
    if (offer.role === first?.role) continue;
    return `Aggregated offers must be allocated to the same role. Offer ${offer.id} uses role '${offer.role} but another is using role '${first?.role}`;
  }
  for (const offer of offers) {
    if (offer.agentId === first?.agentId) continue;
    return `Aggregated offers must belong to one single agent. Offer ${offer.id} uses agent ${offer.agentId} and agent ${first?.agentId}`;
  }
  return undefined;
}
