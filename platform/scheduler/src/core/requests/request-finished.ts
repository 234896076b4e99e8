/**
 * A schedule has no next time: its request is FINISHED until it is deployed or rescheduled.
 */

import type { Turn } from "../turn.ts";
import { requestChanged } from "./request-changed.ts";

/** Again, or for a request that is not running anyway: nothing. */
export function requestFinished(turn: Turn, requestId: string, message?: string): void {
  const known = turn.get("request", requestId);
  if (known === undefined || !["ACTIVE", "SYSTEM_COOLDOWN"].includes(known.state)) return;
  const { request } = known;
  requestChanged(turn, { request, state: "FINISHED", eventType: "FINISHED", message });
}
