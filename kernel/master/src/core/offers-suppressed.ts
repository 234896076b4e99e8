/**
 * SUPPRESS and REVIVE: a framework wants no offers in some roles, or wants them again.
 */

import { validateRole } from "@tavola/resources";
import type { Framework } from "./state.ts";
import type { Turn } from "./turn.ts";

export function offersSuppressed(turn: Turn, framework: Framework, roles: readonly string[]): void {
  turn.count("master/messages_suppress_offers");
  if (isForeign(turn, framework, roles)) return;
  turn.allocator.offersSuppressed(framework.id, roles);
  framework.suppressedRoles = new Set([
    ...framework.suppressedRoles,
    ...(roles.length === 0 ? framework.roles : roles),
  ]);
}

/** Its filters in those roles are forgotten too. */
export function offersRevived(turn: Turn, framework: Framework, roles: readonly string[]): void {
  turn.count("master/messages_revive_offers");
  if (isForeign(turn, framework, roles)) return;
  turn.allocator.offersRevived(framework.id, roles);
  const revived = new Set(roles.length === 0 ? framework.roles : roles);
  framework.suppressedRoles = new Set(
    [...framework.suppressedRoles].filter((role) => !revived.has(role)),
  );
  turn.allocateSoon();
}

/** One role that is not the framework's voids the whole call. */
function isForeign(turn: Turn, framework: Framework, roles: readonly string[]): boolean {
  const foreign = roles.find((role) => !framework.roles.has(role));
  if (foreign === undefined) return false;
  turn.warn("dropped a call about a role that is not the framework's", {
    frameworkId: framework.id,
    role: foreign,
    reason: validateRole(foreign) ?? "it is not subscribed to it",
  });
  return true;
}
