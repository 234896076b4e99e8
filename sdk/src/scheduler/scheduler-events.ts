/**
 * What a scheduler hears: the master's events, and that the connection was lost.
 */

import type { CodedError } from "@tavola/base";
import type { scheduler } from "@tavola/protocol";
import type { FlatEvent } from "../flat-event.ts";

type MasterEvent = FlatEvent<scheduler.Event>;

/** The connection broke, or could not be made; it is tried again by itself. Every offer in hand is void. */
export interface Disconnected {
  readonly type: "DISCONNECTED";
  /** Such as CONNECTION_REFUSED, UNAVAILABLE, STREAM_ENDED, HEARTBEATS_MISSED. */
  readonly error: CodedError;
  readonly retry_in_ms: number;
}

/**
 * One event. SUBSCRIBED comes again after every reconnection. ERROR is not among them: the master
 * sends it to end the framework, so it ends the iteration by throwing FRAMEWORK_REFUSED. Heartbeats
 * are dealt with inside.
 */
export type SchedulerEvent = Exclude<MasterEvent, { type: "ERROR" }> | Disconnected;
