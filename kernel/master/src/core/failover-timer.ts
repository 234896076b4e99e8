/**
 * How long a framework may be without its scheduler: its failover timeout, from the moment at which the
 * connection broke or the framework became known without one.
 */

import { type FrameworkId, later } from "@tavola/base";
import type { Framework } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Returns the time allowed, at least `leastMs`; after it `failoverTimedOut` is due. */
export function startFailoverTimer(turn: Turn, framework: Framework, leastMs = 0): number {
  const timeoutMs = Math.max(leastMs, (framework.info.failover_timeout ?? 0) * 1000);
  turn.wakeAt(failoverTimerKey(framework.id), later(turn.now, timeoutMs), {
    kind: "failoverTimedOut",
    frameworkId: framework.id,
  });
  return timeoutMs;
}

export function cancelFailoverTimer(turn: Turn, id: FrameworkId): void {
  turn.cancelWake(failoverTimerKey(id));
}

function failoverTimerKey(id: FrameworkId): string {
  return `failover:${id}`;
}
