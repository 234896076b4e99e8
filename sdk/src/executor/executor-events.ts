/**
 * What an executor hears from its agent.
 */

import type { executor } from "@tavola/protocol";
import type { FlatEvent } from "../flat-event.ts";

type AgentEvent = FlatEvent<executor.Event>;

/**
 * End every task, report them, and exit; the loop ends after this event. `reason` says why when it
 * was not the agent that asked: the agent is gone and this executor does not wait for it (any longer).
 */
export interface Shutdown {
  readonly type: "SHUTDOWN";
  readonly reason?: string;
}

/**
 * One event. ACKNOWLEDGED is dealt with inside (it settles `update`), as are heartbeats; ERROR ends
 * the iteration by throwing EXECUTOR_REFUSED.
 */
export type ExecutorEvent = Exclude<AgentEvent, { type: "ACKNOWLEDGED" | "ERROR" }> | Shutdown;
