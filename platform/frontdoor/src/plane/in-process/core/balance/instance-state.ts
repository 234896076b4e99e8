/**
 * What a plane remembers of an instance: how it has done, and what it has to do now.
 */

import type { Instant } from "@tavola/base";
import type { Instance } from "../../../../core/routing-table.ts";

export interface InstanceState {
  readonly instance: Instance;
  /** Requests at it now. */
  active: number;
  failuresInRow: number;
  /** In a row: each lasts longer than the one before. */
  ejections: number;
  ejectedUntil: Instant | undefined;
  /** Why it was ejected, for people. */
  reason: string | undefined;
  /** Since when it comes up slowly; undefined: it has its full weight. */
  startingSince: Instant | undefined;
}

export function createInstanceState(
  instance: Instance,
  startingSince: Instant | undefined,
): InstanceState {
  return {
    instance,
    active: 0,
    failuresInRow: 0,
    ejections: 0,
    ejectedUntil: undefined,
    reason: undefined,
    startingSince,
  };
}

export function isEjected(state: InstanceState, now: Instant): boolean {
  return state.ejectedUntil !== undefined && now < state.ejectedUntil;
}
