/**
 * What the allocator is told of a framework.
 */

import type { FrameworkProfile } from "@tavola/allocator";
import { milli } from "@tavola/base";
import type { OfferFilters } from "@tavola/protocol";
import type { Quantities } from "@tavola/resources";
import type { Framework } from "./state.ts";

export function profileOf(framework: Framework): FrameworkProfile {
  return {
    roles: [...framework.roles],
    suppressedRoles: framework.suppressedRoles,
    capabilities: framework.capabilities,
    minAllocatable: minAllocatableOf(framework.info.offer_filters ?? {}),
  };
}

function minAllocatableOf(
  filtersByRole: Readonly<Record<string, OfferFilters>>,
): ReadonlyMap<string, readonly Quantities[]> {
  const byRole = new Map<string, readonly Quantities[]>();
  for (const [role, { min_allocatable_resources: least }] of Object.entries(filtersByRole)) {
    if (least === undefined) continue;
    const alternatives = (least.quantities ?? []).map(({ quantities }) =>
      quantitiesOf(quantities ?? {}),
    );
    byRole.set(role, alternatives);
  }
  return byRole;
}

function quantitiesOf(amounts: Readonly<Record<string, { readonly value: number }>>): Quantities {
  return new Map(Object.entries(amounts).map(([name, { value }]) => [name, milli(value)]));
}
