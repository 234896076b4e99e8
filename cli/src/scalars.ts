/**
 * Cpus, memory and disk of a list of resources, as whole thousandths: what people ask for and see.
 *
 * Counts what anybody may use: no reservations, nothing revocable, no volumes.
 */

import { type Milli, milli, plus, unitsOf, zeroMilli } from "@tavola/base";
import type { Resource } from "@tavola/protocol";

export interface Scalars {
  readonly cpus: Milli;
  /** Megabytes. */
  readonly mem: Milli;
  /** Megabytes. */
  readonly disk: Milli;
}

export const scalarNames = ["cpus", "mem", "disk"] as const;

export type ScalarName = (typeof scalarNames)[number];

export function scalarsOf(resources: readonly Resource[] = []): Scalars {
  const sums: Record<string, Milli> = { cpus: zeroMilli, mem: zeroMilli, disk: zeroMilli };
  for (const resource of resources) {
    const sum = sums[resource.name];
    if (sum === undefined || !isForAnybody(resource)) continue;
    sums[resource.name] = plus(sum, milli(resource.scalar?.value ?? 0));
  }
  return sums as unknown as Scalars;
}

export function contains(whole: Scalars, part: Scalars): boolean {
  return scalarNames.every((name) => whole[name] >= part[name]);
}

/** "0.5 cpus", "128 MB of memory", "10 MB of disk". */
export function formatScalar(name: ScalarName, amount: Milli): string {
  const units = unitsOf(amount);
  if (name === "cpus") return `${units} ${units === 1 ? "cpu" : "cpus"}`;
  return `${units} MB of ${name === "mem" ? "memory" : "disk"}`;
}

function isForAnybody(resource: Resource): boolean {
  const isReserved = (resource.reservations ?? []).length > 0 || (resource.role ?? "*") !== "*";
  const isPlain = resource.revocable === undefined && resource.disk === undefined;
  return !isReserved && isPlain;
}
