/**
 * From standby to leading: another master leads, this one was elected, it has read its registry.
 *
 *     standby --elected--> recovering --registryRecovered--> leading --> (the process ends)
 *
 * There is no way back: a master that loses its leadership takes no further turn.
 */

import { invariant } from "@tavola/base";
import type { MasterInfo } from "@tavola/protocol";
import type { RegistryState } from "@tavola/registry";
import type { Turn } from "./turn.ts";

/** undefined: nobody leads. One that leads itself knows better. */
export function leaderDetected(turn: Turn, leader: MasterInfo | undefined): void {
  if (turn.state.leadership.kind !== "standby") return;
  turn.state.leadership = { kind: "standby", leader };
}

export function elected(turn: Turn): void {
  invariant(turn.state.leadership.kind === "standby", "a master is elected once");
  turn.state.leadership = { kind: "recovering" };
  turn.state.electedAt = turn.now;
}

/** `registry` is only lent for this turn. */
export function registryRecovered(turn: Turn, _registry: RegistryState): void {
  invariant(turn.state.leadership.kind === "recovering", "only the elected one recovers, once");
  turn.state.leadership = { kind: "leading" };
}
