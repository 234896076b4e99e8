/**
 * What makes the reservation part of a resource message acceptable, in any of the three forms
 * (`reservation-format.ts`), in Mesos's order and wording (src/common/resources.cpp).
 */
import type { Labels, Resource, Resource_ReservationInfo } from "@tavola/protocol";
import { formatLabels } from "./format-resource.ts";
import { defaultRole, isStrictSubroleOf, validateRole } from "./roles.ts";

/** Why the reservation is invalid, or undefined. */
export function validateReservations(resource: Resource): string | undefined {
  const reservations = resource.reservations ?? [];
  const [only] = reservations;
  if (only === undefined) return validatePreRefinement(resource);
  return (
    validateStack(reservations) ??
    (reservations.length === 1 ? validateBothForms(resource, only) : validateOneForm(resource))
  );
}

function validatePreRefinement({ role = defaultRole, reservation }: Resource): string | undefined {
  const error = validateRole(role);
  if (error !== undefined || reservation === undefined) return error;
  for (const field of ["type", "role"] as const) {
    if (reservation[field] !== undefined) {
      return `'Resource.ReservationInfo.${field}' must not be set for the 'Resource.reservation' field`;
    }
  }
  return role === defaultRole
    ? 'Invalid reservation: role "*" cannot be dynamically reserved'
    : undefined;
}

function validateStack(reservations: readonly Resource_ReservationInfo[]): string | undefined {
  for (const reservation of reservations) {
    for (const field of ["type", "role"] as const) {
      if (reservation[field] === undefined) {
        return `Invalid reservation: 'Resource.ReservationInfo.${field}' field must be set.`;
      }
    }
    const error = validateRole(reservation.role ?? "");
    if (error !== undefined) return error;
    if (reservation.role === defaultRole) {
      return 'Invalid reservation: role "*" cannot be reserved';
    }
  }
  return validateRefinements(reservations);
}

function validateRefinements(stack: readonly Resource_ReservationInfo[]): string | undefined {
  let ancestor = stack[0]?.role ?? "";
  for (const { type, role = "" } of stack.slice(1)) {
    if (type === "STATIC") {
      return "Invalid refined reservation: A refined reservation cannot be STATIC";
    }
    if (!isStrictSubroleOf(role, ancestor)) {
      return `Invalid refined reservation: role '${role}' is not a refinement of '${ancestor}'`;
    }
    ancestor = role;
  }
  return undefined;
}

/** With one reservation the older fields may be there too, if they say the same. */
function validateBothForms(
  { role, reservation }: Resource,
  only: Resource_ReservationInfo,
): string | undefined {
  const format = "Invalid resource format: 'Resource";
  if (role !== undefined && role !== only.role) {
    return `${format}.role' field with '${role}' does not match the role '${only.role}' in 'Resource.reservations'`;
  }
  if (only.type === "STATIC") {
    return reservation === undefined
      ? undefined
      : `${format}.reservation' must not be set if the single reservation in 'Resource.reservations' is STATIC`;
  }
  if (only.type !== "DYNAMIC") return "Unsupported 'Resource.ReservationInfo.Type'";
  if ((role === undefined) !== (reservation === undefined)) {
    return `${format}.role' and 'Resource.reservation' must either be both set or both not set if the single reservation in 'Resource.reservations' is DYNAMIC`;
  }
  return reservation === undefined ? undefined : validateSameOwner(reservation, only);
}

function validateSameOwner(
  old: Resource_ReservationInfo,
  only: Resource_ReservationInfo,
): string | undefined {
  const format = "Invalid resource format: 'Resource.reservation";
  const [oldPrincipal, principal] = [old.principal ?? "", only.principal ?? ""];
  if (oldPrincipal !== principal) {
    return `${format}.principal' field with '${oldPrincipal}' does not match the principal '${principal}' in 'Resource.reservations'`;
  }
  const [oldLabels, labels] = [formatLabels(old.labels ?? {}), formatLabels(only.labels ?? {})];
  return isSameLabels(old.labels, only.labels)
    ? undefined
    : `${format}.labels' field with '${oldLabels}' does not match the labels '${labels}' in 'Resource.reservations'`;
}

function isSameLabels(a: Labels | undefined, b: Labels | undefined): boolean {
  const keysOf = (labels: Labels | undefined): string =>
    JSON.stringify((labels?.labels ?? []).map(({ key, value }) => [key, value ?? null]).sort());
  return keysOf(a) === keysOf(b);
}

function validateOneForm({ role, reservation }: Resource): string | undefined {
  const field = role !== undefined ? "role" : reservation !== undefined ? "reservation" : undefined;
  return field === undefined
    ? undefined
    : `Invalid resource format: 'Resource.${field}' must not be set if there is more than one reservation in 'Resource.reservations'`;
}
