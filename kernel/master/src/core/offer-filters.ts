/**
 * For how long a framework does not want again what it declined.
 */

import type { Filters } from "@tavola/protocol";
import { limits } from "./limits.ts";

/** Milliseconds; 0 is no filter. Absent and negative seconds mean the default. */
export function refuseMsOf(filters: Filters | undefined): number {
  const seconds = filters?.refuse_seconds ?? limits.refuseSecondsDefault;
  const valid = seconds >= 0 ? seconds : limits.refuseSecondsDefault;
  return Math.min(valid * 1000, limits.refuseMsMax);
}
