/**
 * What tasks use, one object for all that use the same.
 *
 * Thousands of tasks of a service ask for the same cpus and memory. After a failover each of them comes
 * as a message of its own; kept apart, its resources would be a third of what a task costs in memory.
 * Resources are never changed, so one object can stand for all. Only plain scalars are looked up: what
 * has ranges, reservations, disks or anything else is rarely the same twice.
 */

import type { Resource } from "@tavola/protocol";
import { Resources } from "@tavola/resources";

/** Different amounts that are remembered; beyond that all are forgotten, which costs only memory. */
const amountsMax = 4096;

export class SharedAmounts {
  readonly #known = new Map<string, Resources>();

  /** As a task's resources: what is allocated to no role is allocated to `role`. PERF: one string. */
  allocated(list: readonly Resource[], role: string): Resources {
    const key = keyOf(list, role);
    if (key === undefined) return allocate(list, role);
    let resources = this.#known.get(key);
    if (resources === undefined) {
      if (this.#known.size >= amountsMax) this.#known.clear();
      resources = allocate(list, role);
      this.#known.set(key, resources);
    }
    return resources;
  }
}

function allocate(list: readonly Resource[], role: string): Resources {
  const resources = Resources.of(list);
  const isAllocated = resources
    .toList()
    .every((resource) => resource.allocation_info?.role !== undefined);
  return isAllocated ? resources : resources.allocatedTo(role);
}

/** undefined: not only plain scalars. NUL is in no name and in no role. */
function keyOf(list: readonly Resource[], role: string): string | undefined {
  let key = role;
  for (const resource of list) {
    const { name, type, scalar, allocation_info, role: reservedFor } = resource;
    if (type !== "SCALAR" || scalar === undefined || !isPlain(resource)) return undefined;
    key += `\0${name}\0${scalar.value}\0${reservedFor ?? ""}\0${allocation_info?.role ?? ""}`;
  }
  return key;
}

function isPlain({
  reservation,
  reservations,
  disk,
  revocable,
  shared,
  provider_id,
}: Resource): boolean {
  return (
    reservation === undefined &&
    (reservations?.length ?? 0) === 0 &&
    disk === undefined &&
    revocable === undefined &&
    shared === undefined &&
    provider_id === undefined
  );
}
