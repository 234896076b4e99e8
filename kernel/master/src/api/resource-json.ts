/**
 * Resources and attributes as the JSON endpoints show them: name to amount, kinds flattened.
 *
 * Owns the summary form (`{"cpus":4.0,"ports":"[31000-32000]"}`), in which cpus, gpus, mem and disk
 * are always there and revocable amounts have a name of their own, and the endpoint form of whole
 * resources, which carries both the `role` that old tools read and the `reservations` that new ones
 * do. Adding and comparing resources is @tavola/resources' business.
 */

import { milli, unitsOf } from "@tavola/base";
import {
  type Attribute,
  formatMessageJson,
  Resource,
  type Resource_ReservationInfo,
  type Value_Range,
} from "@tavola/protocol";
import { type JsonText, jsonArray, jsonDouble, jsonObject, jsonString } from "./json-text.ts";

const alwaysShown = ["disk", "mem", "gpus", "cpus"] as const;

/** Sums per name; PERF: O(resources), a handful. */
export function resourceSummaryJson(resources: Iterable<Resource>): JsonText {
  const scalars = new Map<string, number>(alwaysShown.map((name) => [name, 0]));
  const ranges = new Map<string, Value_Range[]>();
  const sets = new Map<string, Set<string>>();
  for (const resource of resources) {
    const name = resource.revocable === undefined ? resource.name : `${resource.name}_revocable`;
    if (resource.scalar !== undefined) {
      scalars.set(name, (scalars.get(name) ?? 0) + milli(resource.scalar.value));
    } else if (resource.ranges !== undefined) {
      ranges.set(name, [...(ranges.get(name) ?? []), ...(resource.ranges.range ?? [])]);
    } else if (resource.set !== undefined) {
      sets.set(name, new Set([...(sets.get(name) ?? []), ...(resource.set.item ?? [])]));
    }
  }
  const fields: Record<string, JsonText> = {};
  for (const [name, value] of scalars) fields[name] = jsonDouble(unitsOf(milli(value / 1000)));
  for (const [name, value] of ranges) fields[name] = jsonString(formatRanges(coalesce(value)));
  for (const [name, value] of sets) fields[name] = jsonString(formatSet([...value].sort()));
  return jsonObject(fields);
}

/** Amounts of scalar resources by name, nothing added: what `/roles` shows. In units. */
export function quantitiesJson(amounts: Iterable<readonly [name: string, units: number]>): JsonText {
  const fields: Record<string, JsonText> = {};
  for (const [name, units] of amounts) fields[name] = jsonDouble(units);
  return jsonObject(fields);
}

export function attributesJson(attributes: readonly Attribute[] | undefined): JsonText {
  const fields: Record<string, JsonText> = {};
  for (const { name, scalar, ranges, set, text } of attributes ?? []) {
    if (scalar !== undefined) fields[name] = jsonDouble(scalar.value);
    else if (ranges !== undefined) fields[name] = jsonString(formatRanges(ranges.range ?? []));
    else if (set !== undefined) fields[name] = jsonString(formatSet(set.item ?? []));
    else if (text !== undefined) fields[name] = jsonString(text.value);
  }
  return jsonObject(fields);
}

/** Whole resources, each in the endpoint form. */
export function resourceListJson(resources: Iterable<Resource>): JsonText {
  return jsonArray(Array.from(resources, (r) => formatMessageJson(Resource, endpointResource(r))));
}

/**
 * A resource in the form with `reservations` only, plus what readers of the older form expect: `role`,
 * and `reservation` where the reservation is dynamic. A refined reservation has no older form.
 */
export function endpointResource(resource: Resource): Resource {
  const [reservation, ...refined] = resource.reservations ?? [];
  if (reservation === undefined) return { ...resource, role: resource.role ?? "*" };
  if (refined.length > 0 || resource.role !== undefined) return resource;
  const role = reservation.role ?? "*";
  if (reservation.type !== "DYNAMIC") return { ...resource, role };
  return { ...resource, role, reservation: olderReservation(reservation) };
}

function olderReservation({ principal, labels }: Resource_ReservationInfo): Resource_ReservationInfo {
  return {
    ...(principal === undefined ? {} : { principal }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** Sorted, overlapping and touching ranges joined. */
function coalesce(ranges: readonly Value_Range[]): Value_Range[] {
  const joined: Value_Range[] = [];
  for (const { begin, end } of [...ranges].sort((a, b) => a.begin - b.begin)) {
    const last = joined.at(-1);
    if (last === undefined || begin > last.end + 1) joined.push({ begin, end });
    else joined[joined.length - 1] = { begin: last.begin, end: Math.max(last.end, end) };
  }
  return joined;
}

function formatRanges(ranges: readonly Value_Range[]): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`;
}

function formatSet(items: readonly string[]): string {
  return `{${items.join(", ")}}`;
}
