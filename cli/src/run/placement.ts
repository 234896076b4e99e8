/**
 * Which offer takes how many instances, and why none does.
 *
 * Pure. Instances are spread over the offers that are there: as many on each as on the others, as
 * far as they fit.
 */

import { minus } from "@tavola/base";
import type { master, Offer } from "@tavola/protocol";
import { contains, formatScalar, type Scalars, scalarNames, scalarsOf } from "../scalars.ts";

export interface Placement {
  readonly offer: Offer;
  /** How many instances it takes; 0 means decline. */
  readonly count: number;
}

/** Places up to `wanted` instances; one entry per offer, in the order of the offers. */
export function placeInstances(
  demand: Scalars,
  wanted: number,
  offers: readonly Offer[],
): readonly Placement[] {
  const open = offers.map((offer) => ({ offer, free: scalarsOf(offer.resources), count: 0 }));
  let left = wanted;
  while (left > 0) {
    const before = left;
    for (const candidate of open) {
      if (left === 0 || !contains(candidate.free, demand)) continue;
      candidate.free = subtract(candidate.free, demand);
      candidate.count += 1;
      left -= 1;
    }
    if (left === before) break;
  }
  return open.map(({ offer, count }) => ({ offer, count }));
}

function subtract(whole: Scalars, part: Scalars): Scalars {
  return {
    cpus: minus(whole.cpus, part.cpus),
    mem: minus(whole.mem, part.mem),
    disk: minus(whole.disk, part.disk),
  };
}

type Agent = master.Response_GetAgents_Agent;

/** Why no offer is big enough, for the person who waits: what is needed, and what there is. */
export function explainWait(demand: Scalars, agents: readonly Agent[]): string {
  const usable = agents.filter(({ active, deactivated }) => active && deactivated !== true);
  if (usable.length === 0) {
    return agents.length === 0
      ? "no agent is registered with the master"
      : "no agent of the master is active";
  }
  const totals = usable.map(({ total_resources }) => scalarsOf(total_resources));
  const tooMuch = scalarNames.flatMap((name) => {
    const biggest = totals.reduce((a, b) => (b[name] > a[name] ? b : a))[name];
    if (demand[name] <= biggest) return [];
    const has = formatScalar(name, biggest).replace(
      / (cpus?|MB of \w+)$/,
      name === "cpus" ? "" : " MB",
    );
    return [`needs ${formatScalar(name, demand[name])}, the biggest agent has ${has}`];
  });
  if (tooMuch.length > 0) return tooMuch.join("; ");
  const needs = formatNeeds(demand);
  if (!totals.some((total) => contains(total, demand)))
    return `needs ${needs} together, no one agent has that`;
  const free = usable.map(({ total_resources, allocated_resources }) =>
    subtract(scalarsOf(total_resources), scalarsOf(allocated_resources)),
  );
  if (free.some((each) => contains(each, demand))) {
    return `needs ${needs}; an agent has that, but it is offered to other frameworks now`;
  }
  return `needs ${needs}; the agents that are big enough are in use`;
}

function formatNeeds(demand: Scalars): string {
  const needs = scalarNames
    .filter((name) => demand[name] > 0)
    .map((name) => formatScalar(name, demand[name]));
  return needs.length < 2 ? needs.join() : `${needs.slice(0, -1).join(", ")} and ${needs.at(-1)}`;
}
