/**
 * Resources that a task or executor wants to use, beyond what makes each of them well formed.
 */

import type { Resource } from "@tavola/protocol";
import { formatResource, Resources, validateResources } from "@tavola/resources";
import { validateId } from "./id.ts";

/** The list as it came, allocated; in the post-refinement form. */
export function validateUsableResources(list: readonly Resource[]): string | undefined {
  const malformed = validateResources(list);
  if (malformed !== undefined) return `Invalid resources: ${malformed}`;
  if (Resources.of(list).scalar("gpus") % 1000 !== 0) {
    return "Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer";
  }
  for (const resource of list) {
    const disk = validateDisk(resource);
    if (disk !== undefined) return `Invalid DiskInfo: ${disk}`;
  }
  for (const resource of list) {
    if (resource.reservations?.at(-1)?.type !== "DYNAMIC" || !resource.revocable) continue;
    return `Invalid ReservationInfo: Dynamically reserved resource ${formatResource(resource)} cannot be created from revocable resources`;
  }
  return undefined;
}

function validateDisk(resource: Resource): string | undefined {
  const { disk } = resource;
  if (disk === undefined) return undefined;
  if (disk.persistence === undefined) {
    if (disk.volume) return "Non-persistent volume not supported";
    return disk.source ? undefined : "DiskInfo is set but empty";
  }
  if (resource.revocable) return "Persistent volumes cannot be created from revocable resources";
  if ((resource.reservations ?? []).length === 0) {
    return "Persistent volumes cannot be created from unreserved resources";
  }
  if (!disk.volume) return "Expecting 'volume' to be set for persistent volume";
  if (disk.volume.host_path !== undefined) {
    return "Expecting 'host_path' to be unset for persistent volume";
  }
  const error = validateId(disk.persistence.id);
  return error === undefined ? undefined : `Invalid persistence ID for persistent volume: ${error}`;
}

/** A persistent volume's id is unique per role on an agent. */
export function validateUniquePersistenceIds(resources: Resources): string | undefined {
  const seen = new Set<string>();
  for (const { disk, reservations } of resources.toList()) {
    const id = disk?.persistence?.id;
    if (id === undefined) continue;
    const key = `${reservations?.at(-1)?.role ?? "*"}\n${id}`;
    if (seen.has(key)) return `Persistence ID '${id}' is not unique`;
    seen.add(key);
  }
  return undefined;
}

export function validateSingleAllocation(list: readonly Resource[]): string | undefined {
  let role: string | undefined;
  for (const { allocation_info: allocation } of list) {
    if (allocation?.role === undefined) return "The resources are not allocated to a role";
    role ??= allocation.role;
    if (allocation.role !== role) {
      return `The resources have multiple allocation roles ('${allocation.role}' and '${role}') but only one allocation role is allowed`;
    }
  }
  return undefined;
}

export function validateUnmixedRevocable(resources: Resources): string | undefined {
  const revocable = resources.revocable();
  if (revocable.isEmpty) return undefined;
  const firm = new Set(resources.nonRevocable().names());
  const mixed = revocable.names().find((name) => firm.has(name));
  if (mixed === undefined) return undefined;
  return `Cannot use both revocable and non-revocable '${mixed}' at the same time`;
}

/** Whether a range or an item is named by more than one of `bags`. */
export function haveOverlap(bags: readonly Resources[]): boolean {
  const total = Resources.sum(bags);
  return total.names().some((name) => {
    const parts = bags.reduce((sum, bag) => sum + countOf(bag, name), 0);
    return parts !== countOf(total, name);
  });
}

function countOf(bag: Resources, name: string): number {
  let count = bag.items(name).length;
  for (const { begin, end } of bag.ranges(name)) count += end - begin + 1;
  return count;
}
