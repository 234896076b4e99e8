/**
 * DurationInfo, whose sign is all that validation asks for.
 */

import type { DurationInfo } from "@tavola/protocol";

export function nanosecondsOf(duration: DurationInfo): number {
  return Number(duration.nanoseconds);
}
