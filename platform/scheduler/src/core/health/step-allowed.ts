/**
 * How long a step of a deploy may take before the deploy is OVERDUE.
 */

import { secondMs } from "@tavola/base";
import type { Deploy } from "../model/deploy.ts";
import { checkingSecondsMax, healthcheckOf } from "./health-plan.ts";
import type { HealthSettings } from "./health-settings.ts";

/**
 * Milliseconds from the step's start until all of its tasks must be healthy: the deploy's own time, and
 * what the checks of one task may take, or the time after which a task without a check counts as healthy.
 */
export function stepAllowedMs(settings: HealthSettings, deploy: Deploy): number {
  const own = deploy.deployHealthTimeoutSeconds ?? settings.deployHealthySeconds;
  const isChecked = healthcheckOf(deploy) !== undefined && deploy.skipHealthchecksOnDeploy !== true;
  const checking = isChecked
    ? checkingSecondsMax(deploy, settings)
    : (deploy.considerHealthyAfterRunningForSeconds ?? settings.considerHealthyAfterRunningSeconds);
  return (own + checking) * secondMs;
}
