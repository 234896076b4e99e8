/**
 * What makes a resource message acceptable, in Mesos's order and wording
 * (src/common/resources.cpp, Resources::validate).
 */
import { milli } from "@tavola/base";
import type { Resource, Resource_DiskInfo, Value_Range } from "@tavola/protocol";
import { formatResource, formatSource } from "./format-resource.ts";
import { validateReservations } from "./validate-reservations.ts";

/** Why the first invalid one is invalid, naming it; undefined when all are valid. */
export function validateResources(list: readonly Resource[]): string | undefined {
  for (const resource of list) {
    const error = validateResource(resource);
    if (error !== undefined) return `Resource '${formatResource(resource)}' is invalid: ${error}`;
  }
  return undefined;
}

/** Why the resource is invalid, or undefined. Zero amounts are valid. PERF: on every launch. */
export function validateResource(resource: Resource): string | undefined {
  if (resource.name === "") return "Empty resource name";
  return (
    validateValue(resource) ??
    (resource.disk === undefined ? undefined : validateDisk(resource.name, resource.disk)) ??
    validateReservations(resource) ??
    (resource.shared === undefined ? undefined : validateShared(resource))
  );
}

function validateValue(resource: Resource): string | undefined {
  const { type, scalar, ranges, set } = resource;
  switch (type) {
    case "SCALAR":
      if (scalar === undefined || ranges !== undefined || set !== undefined) {
        return "Invalid scalar resource";
      }
      return validateScalar(scalar.value);
    case "RANGES":
      if (scalar !== undefined || ranges === undefined || set !== undefined) {
        return "Invalid ranges resource";
      }
      return validateRanges(ranges.range ?? []);
    case "SET":
      if (scalar !== undefined || ranges !== undefined || set === undefined) {
        return "Invalid set resource";
      }
      return new Set(set.item).size === (set.item ?? []).length
        ? undefined
        : "Invalid set resource: duplicated elements";
    default:
      return "Unsupported resource type";
  }
}

function validateScalar(value: number): string | undefined {
  if (value === 0) return undefined;
  // Differs: Mesos rounds a NaN or an infinity to some whole number and goes on with that.
  if (!Number.isFinite(value)) return "Invalid scalar resource: value is not finite";
  return milli(value) <= 0 ? "Invalid scalar resource: value <= 0" : undefined;
}

function validateRanges(ranges: readonly Value_Range[]): string | undefined {
  if (ranges.some(({ begin, end }) => begin > end)) return "Invalid ranges resource: begin > end";
  if (ranges.length < 2) return undefined;
  // Differs: Mesos overlooks an overlap whose later range begins before the earlier one.
  const sorted = [...ranges].sort((a, b) => a.begin - b.begin);
  for (let i = 1; i < sorted.length; i += 1) {
    if ((sorted[i] as Value_Range).begin <= (sorted[i - 1] as Value_Range).end) {
      return "Invalid ranges resource: overlapping ranges";
    }
  }
  return undefined;
}

function validateDisk(name: string, { source }: Resource_DiskInfo): string | undefined {
  if (name !== "disk") return `DiskInfo should not be set for ${name} resource`;
  if (source === undefined) return undefined;
  switch (source.type) {
    case "PATH":
    case "MOUNT":
      return undefined;
    case "BLOCK":
    case "RAW":
      if (source.mount !== undefined)
        return `Mount should not be set for ${source.type} disk source`;
      if (source.path !== undefined) return `Path should not be set for ${source.type} disk source`;
      return undefined;
    default:
      return `Unsupported 'DiskInfo.Source.Type' in '${formatSource(source)}'`;
  }
}

function validateShared(resource: Resource): string | undefined {
  if (resource.name !== "disk") return `Resource ${resource.name} cannot be shared`;
  return resource.disk?.persistence === undefined
    ? "Only persistent volumes can be shared"
    : undefined;
}
