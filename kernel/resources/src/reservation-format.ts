/**
 * The three ways in which a resource says for whom it is reserved, and how to get from one to another.
 *
 * - *post-refinement*: a stack `reservations`, the last entry on top; empty when unreserved. The
 *   only form inside, and what peers with RESERVATION_REFINEMENT get.
 * - *pre-refinement*: `role` (always set, `*` when unreserved) and, when reserved dynamically,
 *   `reservation`. For older peers; cannot say a refined (stacked) reservation.
 * - *endpoint*: both where possible, as the operator's JSON shows it.
 *
 * Source: src/common/resources_utils.cpp, convertResourceFormat.
 */
import type { Resource, Resource_ReservationInfo } from "@tavola/protocol";
import { defaultRole } from "./roles.ts";

/** The same resource in the post-refinement form, from any of the three. */
export function toPostRefinement(resource: Resource): Resource {
  if (resource.role === undefined && resource.reservation === undefined) return resource;
  const { role = defaultRole, reservation, ...rest } = resource;
  if ((rest.reservations ?? []).length > 0 || role === defaultRole) return rest;
  return {
    ...rest,
    reservations: [
      reservation === undefined
        ? { type: "STATIC", role }
        : { ...reservation, type: "DYNAMIC", role },
    ],
  };
}

/** The post-refinement `resource` in the pre-refinement form; a refined one stays as it is. */
export function toPreRefinement(resource: Resource): Resource {
  const { reservations, ...rest } = toEndpointForm(resource);
  return (reservations ?? []).length > 1 ? resource : rest;
}

/** The post-refinement `resource` with the pre-refinement fields beside; a refined one stays as it is. */
export function toEndpointForm(resource: Resource): Resource {
  const reservations = resource.reservations ?? [];
  const [only] = reservations;
  if (only === undefined) return { ...resource, role: defaultRole };
  if (reservations.length > 1) return resource;
  const role = only.role ?? defaultRole;
  if (only.type !== "DYNAMIC") return { ...resource, role };
  const reservation: Resource_ReservationInfo = {};
  if (only.principal !== undefined) reservation.principal = only.principal;
  if (only.labels !== undefined) reservation.labels = only.labels;
  return { ...resource, role, reservation };
}
