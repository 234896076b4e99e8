/**
 * What is free in the offers of one agent, by the role that it is reserved for.
 *
 * Only what a task can simply use counts: no revocable resources, no volumes, no disks of their own,
 * nothing shared, and of what is reserved only what was when the agent started (a dynamic reservation
 * would have to be named in full). Amounts are thousandths, as everywhere in the cluster.
 */

import { milli } from "@tavola/base";
import type { Resource } from "@tavola/protocol";
import { PortRanges } from "./port-ranges.ts";

/** What nobody has reserved. */
export const unreservedRole = "*";

/** Free resources of one role; placement takes out of it in place. */
export interface ResourcePool {
  readonly role: string;
  cpusMilli: number;
  memoryMbMilli: number;
  diskMbMilli: number;
  readonly ports: PortRanges;
}

export function createPool(role: string): ResourcePool {
  return { role, cpusMilli: 0, memoryMbMilli: 0, diskMbMilli: 0, ports: new PortRanges() };
}

/** Adds what is usable of `resources` to the pools of their roles. */
export function addToPools(pools: Map<string, ResourcePool>, resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (!isPlain(resource)) continue;
    const role = roleOf(resource);
    let pool = pools.get(role);
    if (pool === undefined) {
      pool = createPool(role);
      pools.set(role, pool);
    }
    addToPool(pool, resource);
  }
}

function addToPool(pool: ResourcePool, resource: Resource): void {
  const amount = milli(resource.scalar?.value ?? 0);
  if (resource.name === "cpus") pool.cpusMilli += amount;
  else if (resource.name === "mem") pool.memoryMbMilli += amount;
  else if (resource.name === "disk") pool.diskMbMilli += amount;
  else if (resource.name === "ports") {
    for (const range of resource.ranges?.range ?? []) {
      pool.ports.add(Number(range.begin), Number(range.end));
    }
  }
}

/** For whom it is reserved, in either of the two forms of Mesos. */
function roleOf(resource: Resource): string {
  return resource.reservations?.at(-1)?.role ?? resource.role ?? unreservedRole;
}

function isPlain(resource: Resource): boolean {
  const { reservation, reservations = [] } = resource;
  return (
    reservation === undefined &&
    reservations.length <= 1 &&
    reservations[0]?.type !== "DYNAMIC" &&
    resource.revocable === undefined &&
    resource.shared === undefined &&
    resource.provider_id === undefined &&
    resource.disk?.persistence === undefined &&
    resource.disk?.source === undefined
  );
}
