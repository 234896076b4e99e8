/**
 * How long a deploy that has succeeded stays on trial, and by what it is judged.
 *
 * Not in Singularity. A deploy says so itself (`watchAfterSuccessSeconds`, `minimumHealthyShare`), or the
 * operator does for all. There is nothing to watch for where there is nothing to go back to.
 */

import { secondMs } from "@tavola/base";
import type { Request } from "../model/request.ts";
import type { DeployRecord, DeployWatch } from "../records.ts";
import { instancesOf, isLongRunning } from "../requests/long-running.ts";
import type { Turn } from "../turn.ts";

/** Undefined: it is not watched. */
export function watchOf(
  turn: Turn,
  { deploy }: DeployRecord,
  request: Request,
): DeployWatch | undefined {
  const { watchAfterSuccessSeconds, minimumHealthyShare } = deploy;
  const watchMs =
    watchAfterSuccessSeconds === undefined
      ? turn.config.deployWatchMs
      : watchAfterSuccessSeconds * secondMs;
  if (watchMs <= 0 || !isLongRunning(request)) return undefined;
  const since = Math.floor(turn.now);
  return {
    deployId: deploy.id,
    since,
    until: since + watchMs,
    minimumHealthyShare: minimumHealthyShare ?? turn.config.deployWatchMinimumHealthyShare,
    instances: instancesOf(request),
  };
}
