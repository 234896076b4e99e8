/**
 * Who holds how much of the cluster, and who is to be asked first.
 *
 * Roles stand in the order of their dominant share, and in each role its frameworks in the order of
 * theirs (what they hold in this role). Only the lists in which something changed are sorted again,
 * and those are nearly sorted.
 *
 * A framework counts in a role while it subscribes to it or holds something in it; it stands in the
 * order only where it is open to offers.
 */
import type { FrameworkId, Milli } from "@tavola/base";
import type { Resources } from "@tavola/resources";
import type { ResourceUsage, RoleShare } from "./allocator.ts";
import type { Amounts } from "./fair-shares.ts";
import { addAmounts, Claimant, compareClaimants } from "./fair-shares.ts";

class FrameworkClaim extends Claimant {
  readonly frameworkId: FrameworkId;
  isSubscribed = false;
  isOpen = false;

  constructor(frameworkId: FrameworkId) {
    super(frameworkId);
    this.frameworkId = frameworkId;
  }
}

class RoleClaim extends Claimant {
  readonly frameworks = new Map<FrameworkId, FrameworkClaim>();
  /** Those that are open to offers; in order unless `isUnsorted`. */
  open: FrameworkClaim[] = [];
  isUnsorted = false;
}

export class ClusterShares {
  readonly #totals: Amounts = new Map();
  readonly #allocated: Amounts = new Map();
  readonly #roles = new Map<string, RoleClaim>();
  /** Roles in which a framework is open to offers; in order unless `#isUnsorted`. */
  #open: RoleClaim[] = [];
  #isUnsorted = false;
  /** The totals changed, so no share is right. */
  #isUnreckoned = false;

  /** An agent's total came (1) or went (-1). */
  totalChanged(total: Resources, sign: 1 | -1): void {
    addAmounts(this.#totals, total, sign);
    this.#isUnreckoned = true;
  }

  /** The framework was found to hold `resources` (with allocation). */
  held(frameworkId: FrameworkId, resources: Resources): void {
    this.#add(frameworkId, resources, 1, 0);
  }

  /** The framework is offered `resources` (with allocation). */
  served(frameworkId: FrameworkId, resources: Resources): void {
    this.#add(frameworkId, resources, 1, 1);
  }

  released(frameworkId: FrameworkId, resources: Resources): void {
    this.#add(frameworkId, resources, -1, 0);
  }

  /** In which roles the framework wants offers, and to which it subscribes. */
  claimsChanged(
    frameworkId: FrameworkId,
    openRoles: readonly string[],
    subscribedRoles: readonly string[],
  ): void {
    for (const role of subscribedRoles) this.#claim(role, frameworkId);
    for (const role of [...this.#roles.values()]) {
      const claim = role.frameworks.get(frameworkId);
      if (claim === undefined) continue;
      claim.isSubscribed = subscribedRoles.includes(role.name);
      claim.isOpen = openRoles.includes(role.name);
      this.#forgetIfIdle(role, claim);
      this.#reopen(role);
    }
  }

  /** The framework is gone, and what it held is free. */
  frameworkRemoved(frameworkId: FrameworkId): void {
    for (const role of [...this.#roles.values()]) {
      const claim = role.frameworks.get(frameworkId);
      if (claim === undefined) continue;
      for (const [name, amount] of claim.held) {
        subtract(role.held, name, amount);
        subtract(this.#allocated, name, amount);
      }
      claim.held.clear();
      claim.isSubscribed = false;
      claim.isOpen = false;
      role.reckon(this.#totals);
      this.#forgetIfIdle(role, claim);
      this.#reopen(role);
    }
  }

  /** Who is to be asked, in this order. `served` may be called meanwhile, and counts the next time. */
  *inOrder(): Generator<{ readonly role: string; readonly frameworkId: FrameworkId }> {
    if (this.#isUnreckoned) this.#reckon();
    if (this.#isUnsorted) this.#open.sort(compareClaimants);
    this.#isUnsorted = false;
    for (const role of this.#open) {
      if (role.isUnsorted) role.open.sort(compareClaimants);
      role.isUnsorted = false;
      for (const { frameworkId } of role.open) yield { role: role.name, frameworkId };
    }
  }

  /** Sorted by role. */
  roles(): readonly Omit<RoleShare, "activeFilters">[] {
    if (this.#isUnreckoned) this.#reckon();
    const shares = [...this.#roles.values()].map((role) => ({
      role: role.name,
      dominantShare: role.share,
      frameworks: [...role.frameworks.values()].filter(({ isSubscribed }) => isSubscribed).length,
    }));
    return shares.sort((a, b) => (a.role < b.role ? -1 : 1));
  }

  /** Sorted by name. */
  usage(): readonly ResourceUsage[] {
    return [...this.#totals]
      .map(([name, total]) => ({
        name,
        total: total as Milli,
        allocated: (this.#allocated.get(name) ?? 0) as Milli,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #add(frameworkId: FrameworkId, resources: Resources, sign: 1 | -1, servings: number): void {
    for (const [roleName, part] of resources.allocations()) {
      const [role, claim] = this.#claim(roleName, frameworkId);
      addAmounts(this.#allocated, part, sign);
      for (const claimant of [role, claim]) {
        addAmounts(claimant.held, part, sign);
        claimant.servings += servings;
        claimant.reckon(this.#totals);
      }
      role.isUnsorted = true;
      this.#isUnsorted = true;
      this.#forgetIfIdle(role, claim);
    }
  }

  #claim(roleName: string, frameworkId: FrameworkId): [RoleClaim, FrameworkClaim] {
    let role = this.#roles.get(roleName);
    if (role === undefined) {
      role = new RoleClaim(roleName);
      this.#roles.set(roleName, role);
    }
    let claim = role.frameworks.get(frameworkId);
    if (claim === undefined) {
      claim = new FrameworkClaim(frameworkId);
      role.frameworks.set(frameworkId, claim);
    }
    return [role, claim];
  }

  #forgetIfIdle(role: RoleClaim, claim: FrameworkClaim): void {
    if (claim.isSubscribed || claim.held.size > 0) return;
    role.frameworks.delete(claim.frameworkId);
    if (role.frameworks.size === 0) this.#roles.delete(role.name);
  }

  /** Brings the lists of those open to offers up to date with the role's frameworks. */
  #reopen(role: RoleClaim): void {
    const wasOpen = role.open.length > 0;
    role.open = [...role.frameworks.values()].filter(({ isOpen }) => isOpen);
    role.isUnsorted = true;
    if (role.open.length > 0 === wasOpen) return;
    if (wasOpen) this.#open = this.#open.filter((other) => other !== role);
    else this.#open.push(role);
    this.#isUnsorted = true;
  }

  #reckon(): void {
    this.#isUnreckoned = false;
    this.#isUnsorted = true;
    for (const role of this.#roles.values()) {
      role.isUnsorted = true;
      role.reckon(this.#totals);
      for (const claim of role.frameworks.values()) claim.reckon(this.#totals);
    }
  }
}

function subtract(amounts: Amounts, name: string, amount: number): void {
  const rest = (amounts.get(name) ?? 0) - amount;
  if (rest === 0) amounts.delete(name);
  else amounts.set(name, rest);
}
