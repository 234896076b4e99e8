/**
 * How long to wait before trying again: doubling, bounded, with dice.
 *
 * Pure. The dice keep ten thousand frameworks that lost the same master from coming back in the same
 * millisecond.
 */

import type { Random } from "@tavola/base";

export interface BackoffLimits {
  /** Upper bound of the first wait. */
  readonly firstMs: number;
  /** Upper bound of every wait. */
  readonly maxMs: number;
}

/** Uniform between half and all of `firstMs * 2^attempt`, at most `maxMs`. `attempt` counts from 0. */
export function backoffMs(attempt: number, limits: BackoffLimits, random: Random): number {
  const boundMs = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt, 30));
  return boundMs * (0.5 + random.next() / 2);
}
