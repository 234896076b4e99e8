/**
 * How many instances of the active deploy are to run while another is on trial beside it.
 *
 *     no deploy pending                all
 *     pending, all at once             all: the old ones are untouched until it succeeds
 *     pending, in groups (canary)      all but as many as have been accepted of the new ones
 *     the request is being unpaused    none: it was paused, and stays so unless the new ones do well
 *
 * A deploy that fails or is cancelled is no longer pending, so the full number is wanted again.
 */

import { instancesOf } from "../requests/long-running.ts";
import type { SchedulerState } from "../state.ts";

/** Asked of runnable, long-running requests; 0 where the request is unknown. */
export function oldInstancesWanted(state: SchedulerState, requestId: string): number {
  const known = state.records.request.get(requestId);
  if (known === undefined || known.state === "DEPLOYING_TO_UNPAUSE") return 0;
  const instances = instancesOf(known.request);
  const progress = state.records.requestDeploys.get(requestId)?.pending?.deployProgress;
  if (progress?.canary !== true) return instances;
  return Math.max(0, instances - progress.currentActiveInstances);
}
