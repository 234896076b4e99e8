/**
 * How long an action may last before it reverts by itself.
 */

import { when } from "./rules.ts";

/** Differs: Singularity takes a negative duration, and reverts at the next look. */
export function durationSentence(durationMillis: number | undefined): string | undefined {
  return when(
    durationMillis !== undefined && durationMillis <= 0,
    `durationMillis must be greater than 0, not ${durationMillis}`,
  );
}
