/**
 * FrameworkInfo at SUBSCRIBE and UPDATE_FRAMEWORK.
 */

import { asId, type FrameworkId } from "@tavola/base";
import type { FrameworkInfo, OfferFilters, scheduler } from "@tavola/protocol";
import { validateRole } from "@tavola/resources";
import { capabilitiesOf, rolesOf } from "../framework-info.ts";
import type { MasterState } from "../state.ts";
import { validateId } from "./id.ts";
import { validateOfferConstraints } from "./offer-constraints.ts";

/** Seconds above which a duration does not fit Mesos's 64 bits of nanoseconds. */
const durationSecondsMax = 2 ** 63 / 1e9;

/** By itself; the same for every master. */
export function validateFrameworkInfo(info: FrameworkInfo): string | undefined {
  return (
    validateRoles(info) ??
    (info.id?.value ? validateId(info.id.value) : undefined) ??
    validateAllOfferFilters(info) ??
    validateFailoverTimeout(info)
  );
}

/** By itself, and against this master's flags and memory. */
export function validateFramework(state: MasterState, info: FrameworkInfo): string | undefined {
  const error = validateFrameworkInfo(info);
  if (error !== undefined) return error;
  const { roleWhitelist, rootSubmissions } = state.config;
  const unlisted = [...rolesOf(info)].filter((role) => roleWhitelist?.has(role) === false);
  if (unlisted.length > 0) {
    return `Roles ${formatSet(unlisted)} are not present in the master's --roles`;
  }
  if (info.user === "root" && !rootSubmissions) {
    return "User 'root' is not allowed to run frameworks without --root_submissions set";
  }
  const isCompleted = state.completedFrameworks.has(asId<FrameworkId>(info.id?.value ?? ""));
  return isCompleted ? "Framework has been removed" : undefined;
}

function validateRoles(info: FrameworkInfo): string | undefined {
  if (!capabilitiesOf(info).has("MULTI_ROLE")) {
    if ((info.roles ?? []).length > 0) {
      return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
    }
    const error = validateRole(info.role ?? "*");
    return error === undefined ? undefined : `'FrameworkInfo.role' is not a valid role: ${error}`;
  }
  if (info.role !== undefined) {
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  }
  const roles = info.roles ?? [];
  const duplicates = new Set(roles.filter((role, i) => roles.indexOf(role) !== i));
  if (duplicates.size > 0) {
    return `'FrameworkInfo.roles' contains duplicate items: ${formatSet(duplicates)}`;
  }
  for (const role of roles) {
    const error = validateRole(role);
    if (error !== undefined) return `'FrameworkInfo.roles' contains invalid role: ${error}`;
  }
  return undefined;
}

function validateAllOfferFilters(info: FrameworkInfo): string | undefined {
  for (const filters of Object.values(info.offer_filters ?? {})) {
    const error = validateOfferFilters(filters);
    if (error !== undefined) return error;
  }
  return undefined;
}

function validateOfferFilters(filters: OfferFilters): string | undefined {
  for (const { quantities } of filters.min_allocatable_resources?.quantities ?? []) {
    const entries = Object.entries(quantities ?? {});
    if (entries.length === 0) return "Resource quantities must contain at least one quantity";
    for (const [name, scalar] of entries) {
      const error = validateScalarValue(scalar.value);
      if (error !== undefined) return `Invalid resource quantity for '${name}': ${error}`;
    }
  }
  return undefined;
}

function validateScalarValue(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN not supported";
  if (!Number.isFinite(value)) return "Infinite values not supported";
  if (value !== 0 && Math.abs(value) < 2 ** -1022) return "Subnormal values not supported";
  return value < 0 ? "Negative values not supported" : undefined;
}

function validateFailoverTimeout(info: FrameworkInfo): string | undefined {
  const seconds = info.failover_timeout ?? 0;
  if (Math.abs(seconds) < durationSecondsMax) return undefined;
  return `The framework failover_timeout (${seconds}) is invalid`;
}

/** What comes with the info: suppressed roles and offer constraints must be of its roles. */
export function validateRoleOptions(
  info: FrameworkInfo,
  options: {
    readonly suppressed_roles?: readonly string[];
    readonly offer_constraints?: scheduler.OfferConstraints;
  },
): string | undefined {
  const roles = rolesOf(info);
  const foreign = (options.suppressed_roles ?? []).filter((role) => !roles.has(role));
  if (foreign.length > 0) {
    return `Suppressed roles ${formatSet(new Set(foreign))} are not contained in the set of roles`;
  }
  const constraints = options.offer_constraints;
  for (const role of Object.keys(constraints?.role_constraints ?? {})) {
    if (roles.has(role)) continue;
    return `Offer constraints specify \`role_constraints\` for a role '${role}'not contained in the set of roles`;
  }
  const error = constraints === undefined ? undefined : validateOfferConstraints(constraints);
  return error === undefined ? undefined : `Offer constraints are not valid: ${error}`;
}

/** Of an existing framework: which fields may change. */
export function validateFrameworkUpdate(
  old: FrameworkInfo,
  info: FrameworkInfo,
): string | undefined {
  if (old.principal !== info.principal) return "Changing framework's principal is not allowed.";
  if (old.user !== info.user) {
    return `Updating 'FrameworkInfo.user' is unsupported; attempted to update from '${old.user}' to '${info.user}'`;
  }
  const [from, to] = [old.checkpoint ?? false, info.checkpoint ?? false];
  if (from !== to) {
    return `Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from '${from}' to '${to}'`;
  }
  return undefined;
}

/** `{ a, b }`, sorted, as Mesos prints a set. */
function formatSet(items: Iterable<string>): string {
  return `{ ${[...items].sort().join(", ")} }`;
}
