/**
 * What the type of a request means for how its tasks live.
 */

import type { Request } from "../model/request.ts";

/** Services and workers: their tasks are to run for ever, and one that ends is replaced. */
export function isLongRunning({ requestType }: Request): boolean {
  return requestType === "SERVICE" || requestType === "WORKER";
}

/** Long-running ones and scheduled jobs: there is always a task, running or waiting. */
export function isAlwaysRunning(request: Request): boolean {
  return isLongRunning(request) || request.requestType === "SCHEDULED";
}

/** Whether a deploy starts tasks of its own before it can succeed. */
export function isDeployable(request: Request): boolean {
  return isLongRunning(request);
}

/** How many are wanted; for jobs that are run by hand: how many may run at once (undefined: no limit). */
export function instancesOf(request: Request): number {
  return request.instances ?? 1;
}
