/**
 * A new instance gets a tenth of its share at first and all of it after a while, in a straight line:
 * caches are cold and code is not compiled yet. So does one that comes back from ejection.
 */

import type { Instant } from "@tavola/base";
import type { InstanceState } from "./instance-state.ts";

const firstShare = 0.1;

/** Above 0, at most the instance's weight. */
export function weightNow(state: InstanceState, now: Instant, slowStartMs: number): number {
  const { weight } = state.instance;
  if (state.startingSince === undefined) return weight;
  const share = (now - state.startingSince) / slowStartMs;
  if (!(share < 1)) {
    state.startingSince = undefined;
    return weight;
  }
  return weight * Math.max(firstShare, share);
}

export function isStarting(state: InstanceState, now: Instant, slowStartMs: number): boolean {
  return state.startingSince !== undefined && now - state.startingSince < slowStartMs;
}
