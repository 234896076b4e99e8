/**
 * By what one can tell that a task is healthy: its check, having run for a while, or merely running.
 *
 * Owns every way in which a check can be absent or switched off. Where it is, time decides.
 */

import { secondMs } from "@tavola/base";
import type { Deploy } from "../model/deploy.ts";
import type { Request } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import { type HealthPlan, healthcheckOf, healthPlanOf } from "./health-plan.ts";
import type { HealthSettings } from "./health-settings.ts";

export type HealthTelling =
  | { readonly kind: "checks"; readonly plan: HealthPlan }
  /** Healthy once it has run for so long; 0 as soon as it runs. */
  | { readonly kind: "running"; readonly afterMs: number };

export interface TellingInput {
  readonly settings: HealthSettings;
  /** As it stands now: `skipHealthchecks` may have been set since the task began. */
  readonly request: Request;
  readonly deploy: Deploy;
  /** What was asked for when this task was planned. */
  readonly pendingTask: PendingTask;
  readonly isDeployPending: boolean;
  /** The action RUN_HEALTH_CHECKS is disabled. */
  readonly checksDisabled: boolean;
}

export function healthTellingOf(input: TellingInput): HealthTelling {
  const { settings, deploy, isDeployPending } = input;
  const options = healthcheckOf(deploy);
  if (options !== undefined && !isSkipped(input)) {
    // A file that the executor watches: it says TASK_RUNNING when that is well.
    if (options.healthcheckResultFilePath !== undefined) return { kind: "running", afterMs: 0 };
    const plan = healthPlanOf(deploy, { settings, isDeployPending });
    if (plan !== undefined) return { kind: "checks", plan };
  }
  const seconds =
    deploy.considerHealthyAfterRunningForSeconds ?? settings.considerHealthyAfterRunningSeconds;
  return { kind: "running", afterMs: seconds * secondMs };
}

function isSkipped(input: TellingInput): boolean {
  const { request, deploy, pendingTask } = input;
  const isLongRunning = request.requestType === "SERVICE" || request.requestType === "WORKER";
  return (
    !isLongRunning ||
    input.checksDisabled ||
    request.skipHealthchecks === true ||
    pendingTask.skipHealthchecks === true ||
    (input.isDeployPending && deploy.skipHealthchecksOnDeploy === true)
  );
}
