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

/** An answer and the question. */
interface Answered {
  readonly list: readonly Resource[];
  readonly role: string;
  readonly resources: Resources;
}

export class SharedAmounts {
  readonly #known = new Map<string, Answered>();
  #last: Answered | undefined;

  /**
   * As a task's resources: what is allocated to no role is allocated to `role`. PERF: a comparison when
   * it is what was asked last, as for the tasks of a service; one string otherwise.
   */
  allocated(list: readonly Resource[], role: string): Resources {
    const last = this.#last;
    if (last !== undefined && last.role === role && isSame(last.list, list)) return last.resources;
    const key = keyOf(list, role);
    if (key === undefined) return allocate(list, role);
    let answered = this.#known.get(key);
    if (answered === undefined) {
      if (this.#known.size >= amountsMax) this.#known.clear();
      answered = { list, role, resources: allocate(list, role) };
      this.#known.set(key, answered);
    }
    this.#last = answered;
    return answered.resources;
  }
}

/** `known` is of plain scalars only. */
function isSame(known: readonly Resource[], list: readonly Resource[]): boolean {
  return (
    known.length === list.length &&
    known.every((resource, i) => isSameScalar(resource, list[i] as Resource))
  );
}

function isSameScalar(known: Resource, resource: Resource): boolean {
  return (
    known.name === resource.name &&
    resource.type === "SCALAR" &&
    known.scalar?.value === resource.scalar?.value &&
    known.allocation_info?.role === resource.allocation_info?.role &&
    known.role === resource.role &&
    isPlain(resource)
  );
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
