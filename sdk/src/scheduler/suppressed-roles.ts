/**
 * Which roles the framework wants no offers for, so that it can say so again when it comes back.
 */

import type { FrameworkInfo } from "@tavola/protocol";

export class SuppressedRoles {
  #roles: Set<string>;

  constructor(roles: readonly string[]) {
    this.#roles = new Set(roles);
  }

  list(): readonly string[] {
    return [...this.#roles];
  }

  /** No roles stands for all of the framework's. */
  suppressed(roles: readonly string[] = [], framework: FrameworkInfo): void {
    const all = framework.roles ?? [framework.role ?? "*"];
    for (const role of roles.length === 0 ? all : roles) this.#roles.add(role);
  }

  /** No roles stands for all. */
  revived(roles: readonly string[] = []): void {
    if (roles.length === 0) this.#roles.clear();
    for (const role of roles) this.#roles.delete(role);
  }

  replaced(roles: readonly string[]): void {
    this.#roles = new Set(roles);
  }
}
