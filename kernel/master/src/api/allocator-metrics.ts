/**
 * The allocator's gauges: totals, shares and filters per role, what roles consume of their quota.
 *
 * How often and how long it ran is recorded by whoever runs it.
 */

import type { Allocator } from "@tavola/allocator";
import { unitsOf } from "@tavola/base";
import type { MetricReading } from "@tavola/host";
import type { MasterState } from "../core/state.ts";
import { type Quantities, roleBreakdowns, sumOf } from "./role-breakdown.ts";

export function* allocatorReadings(
  allocator: Pick<Allocator, "roleShares" | "usage">,
  state: MasterState,
): Generator<MetricReading> {
  for (const { name, total, allocated } of allocator.usage()) {
    const prefix = `allocator/mesos/resources/${name}`;
    yield { kind: "gauge", name: `${prefix}/total`, value: unitsOf(total) };
    yield { kind: "gauge", name: `${prefix}/offered_or_allocated`, value: unitsOf(allocated) };
  }
  for (const { role, dominantShare, activeFilters } of allocator.roleShares()) {
    const name = `allocator/mesos/roles/${role}/shares/dominant`;
    yield { kind: "gauge", name, value: dominantShare };
    const filters = `allocator/mesos/offer_filters/roles/${role}/active`;
    yield { kind: "gauge", name: filters, value: activeFilters };
  }
  yield* consumedReadings(state);
}

/** Per role, and under the empty name for all of them: the root of Mesos's tree of roles. */
function* consumedReadings(state: MasterState): Generator<MetricReading> {
  let root: Quantities = new Map();
  for (const { name, consumed } of roleBreakdowns(state).values()) {
    yield* amountReadings(name, consumed);
    if (!name.includes("/")) root = sumOf(root, consumed);
  }
  yield* amountReadings("", root);
}

function* amountReadings(role: string, consumed: Quantities): Generator<MetricReading> {
  for (const [resource, amount] of consumed) {
    const name = `allocator/mesos/quota/roles/${role}/resources/${resource}/consumed`;
    yield { kind: "gauge", name, value: unitsOf(amount) };
  }
}
