/**
 * Which instances of the active deploy are to run while another is on trial beside it.
 *
 *     no deploy pending                all
 *     pending, all at once             all: the old ones are untouched until it succeeds
 *     pending, in groups (canary)      all but as many as have been accepted of the new ones
 *     the request is being unpaused    none: it was paused, and stays so unless the new ones do well
 *     the request is paused, deleted   none: who waits for a replacement waits in vain
 *
 * A deploy that fails or is cancelled is no longer pending, so the full number is wanted again.
 */

import type { RequestState } from "../model/enums.ts";
import { instancesOf } from "../requests/long-running.ts";
import type { SchedulerState } from "../state.ts";

const runsOld: ReadonlySet<RequestState> = new Set(["ACTIVE", "SYSTEM_COOLDOWN"]);

/** Instance numbers, both included; none when `last` is below `first`. */
export interface InstanceNumbers {
  readonly first: number;
  readonly last: number;
}

/**
 * Asked of long-running requests; none where the request is unknown. New instances take the
 * lowest numbers and old ones keep the rest, so that no number is served twice and none is missing.
 */
export function oldInstanceNumbers(state: SchedulerState, requestId: string): InstanceNumbers {
  const known = state.records.request.get(requestId);
  if (known === undefined || !runsOld.has(known.state)) return { first: 1, last: 0 };
  const last = instancesOf(known.request);
  const progress = state.records.requestDeploys.get(requestId)?.pending?.deployProgress;
  return { first: progress?.canary === true ? progress.currentActiveInstances + 1 : 1, last };
}

/** How many those are. */
export function oldInstancesWanted(state: SchedulerState, requestId: string): number {
  const { first, last } = oldInstanceNumbers(state, requestId);
  return Math.max(0, last - first + 1);
}
