/**
 * When the next task of a request may start: at once, or after a pause when its tasks keep failing.
 *
 * A new deploy is not delayed; whoever plans one does not ask.
 */

import type { Instant } from "@tavola/base";
import type { Turn } from "../turn.ts";

/** Epoch ms. */
export function earliestStart(turn: Turn, requestId: string): Instant {
  const isCooling = turn.get("request", requestId)?.state === "SYSTEM_COOLDOWN";
  return (isCooling ? turn.now + turn.config.cooldownMinScheduleMs : turn.now) as Instant;
}
