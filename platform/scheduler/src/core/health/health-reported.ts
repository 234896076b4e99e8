/**
 * What is kept of health checks in a task's record, and which answers are worth reporting at all.
 *
 * A task that stays healthy costs nothing: its further successes are reported to nobody. Reported are the
 * answers until the first success (of those while it starts up, the first), failures, and changes.
 */

import type { TaskHealthcheckResult } from "../model/task.ts";
import type { TaskHealth } from "../records.ts";
import type { CheckProgress, HealthVerdict } from "./check-progress.ts";

export interface HealthReport {
  readonly taskId: string;
  readonly result: TaskHealthcheckResult;
  /** What the checks say of the task after this result. */
  readonly verdict: HealthVerdict;
}

/** Whether an answer that moved the checks from `before` to `after` is told. */
export function isWorthReporting(
  before: CheckProgress,
  after: CheckProgress,
  result: { readonly startup?: boolean },
  toldStartup: boolean,
): boolean {
  if (before.verdict.kind !== after.verdict.kind) return true;
  if (!after.hasSucceeded) return result.startup !== true || !toldStartup;
  return after.failures > 0 && after.verdict.kind === "healthy";
}

/**
 * The task's health after a report, with its newest `resultsMax` results. Idempotent but for the list of
 * these.
 */
export function healthReported(
  health: TaskHealth | undefined,
  report: HealthReport,
  resultsMax: number,
): TaskHealth {
  const { result, verdict } = report;
  const healthyAt =
    health?.healthyAt ?? (verdict.kind === "healthy" ? result.timestamp : undefined);
  const unhealthySince =
    verdict.kind === "unhealthy" ? (health?.unhealthySince ?? result.timestamp) : undefined;
  return {
    ...(healthyAt !== undefined && { healthyAt }),
    ...(unhealthySince !== undefined && { unhealthySince }),
    results: [...(health?.results ?? []), result].slice(-resultsMax),
  };
}

/** A result says that the check failed when there is an error, or a status that is not 2xx. */
export function isFailedResult(result: TaskHealthcheckResult): boolean {
  const { errorMessage, statusCode } = result;
  if (errorMessage !== undefined) return true;
  return statusCode !== undefined && (statusCode < 200 || statusCode > 299);
}
