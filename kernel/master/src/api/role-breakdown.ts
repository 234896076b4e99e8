/**
 * What each role has to its name: allocated, offered, reserved and consumed amounts, subroles included.
 *
 * Owns which roles are known (somebody subscribed, something reserved, and their ancestors; or the
 * whitelist) and the sums that `/roles`, GET_ROLES and the quota metrics show. Weights and quota have
 * their keepers elsewhere and are added by whoever shows them.
 */

import { type FrameworkId, type Milli, plus, zeroMilli } from "@tavola/base";
import type { Resources } from "@tavola/resources";
import type { MasterState } from "../core/state.ts";

/** Scalar resources by name. */
export type Quantities = Map<string, Milli>;

export interface RoleBreakdown {
  readonly name: string;
  readonly frameworks: ReadonlySet<FrameworkId>;
  readonly allocated: Quantities;
  readonly offered: Quantities;
  readonly reserved: Quantities;
  /** What counts against a quota: allocated, or reserved and not allocated. */
  readonly consumed: Quantities;
}

/** Every known role by name, in order of name. PERF: O(frameworks + agents + roles). */
export function roleBreakdowns(state: MasterState): Map<string, RoleBreakdown> {
  const roles = new Map<string, RoleBreakdown>();
  for (const name of knownRoles(state)) {
    roles.set(name, {
      name,
      frameworks: state.roles.get(name)?.frameworks ?? new Set(),
      allocated: new Map(),
      offered: new Map(),
      reserved: new Map(),
      consumed: new Map(),
    });
  }
  for (const { usedResources, offeredResources } of state.frameworks.values()) {
    addByRole(roles, usedResources.allocations(), ({ allocated, consumed }) => [
      allocated,
      consumed,
    ]);
    addByRole(roles, offeredResources.allocations(), ({ offered }) => [offered]);
  }
  for (const { totalResources, usedResources } of state.agents.values()) {
    addByRole(roles, totalResources.reserved(), ({ reserved }) => [reserved]);
    const unused = totalResources.minus(usedResources.unallocated());
    addByRole(roles, unused.reserved(), ({ consumed }) => [consumed]);
  }
  return roles;
}

function knownRoles(state: MasterState): string[] {
  const known = new Set<string>();
  const add = (role: string): void => {
    for (const one of withAncestors(role)) known.add(one);
  };
  const whitelist = state.config.roleWhitelist;
  if (whitelist !== undefined) {
    for (const role of whitelist) add(role);
    return [...known].sort();
  }
  for (const role of state.roles.keys()) add(role);
  for (const { totalResources } of state.agents.values()) {
    for (const role of totalResources.reserved().keys()) add(role);
  }
  return [...known].sort();
}

/** `a/b/c` gives itself, `a/b` and `a`. */
export function* withAncestors(role: string): Generator<string> {
  yield role;
  for (let end = role.lastIndexOf("/"); end > 0; end = role.lastIndexOf("/", end - 1)) {
    yield role.slice(0, end);
  }
}

function addByRole(
  roles: ReadonlyMap<string, RoleBreakdown>,
  byRole: ReadonlyMap<string, Resources>,
  sums: (role: RoleBreakdown) => readonly Quantities[],
): void {
  for (const [role, resources] of byRole) {
    for (const name of withAncestors(role)) {
      const breakdown = roles.get(name);
      if (breakdown === undefined) continue;
      for (const sum of sums(breakdown)) addScalars(sum, resources);
    }
  }
}

function addScalars(sum: Quantities, resources: Resources): void {
  resources.eachScalar((name, amount) => {
    sum.set(name, plus(sum.get(name) ?? zeroMilli, amount));
  });
}

/** Both added, in order of name. */
export function sumOf(left: Quantities, right: Quantities): Quantities {
  const sum = new Map(left);
  for (const [name, amount] of right) sum.set(name, plus(sum.get(name) ?? zeroMilli, amount));
  return sum;
}
