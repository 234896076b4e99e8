/**
 * Whether the steps of a deploy can be walked.
 *
 * Differs: Singularity takes any number here, and a group of none never ends.
 */

import type { Deploy } from "../model/deploy.ts";
import { type Rule, when } from "./rules.ts";

export const canaryRules: readonly Rule<Deploy>[] = [
  ({ canaryDeploySettings: canary }) =>
    when(
      canary?.instanceGroupSize !== undefined && canary.instanceGroupSize <= 0,
      "canaryDeploySettings instanceGroupSize must be greater than 0",
    ),
  ...(["waitMillisBetweenGroups", "allowedTasksFailuresPerGroup", "canaryCycleCount"] as const).map(
    (field): Rule<Deploy> =>
      ({ canaryDeploySettings: canary }) =>
        when((canary?.[field] ?? 0) < 0, `canaryDeploySettings ${field} cannot be negative`),
  ),
  ({ watchAfterSuccessSeconds: seconds = 0 }) =>
    when(seconds < 0, "watchAfterSuccessSeconds cannot be negative"),
  ({ minimumHealthyShare: share = 0 }) =>
    when(!(share >= 0 && share <= 1), `minimumHealthyShare must be between 0 and 1, not ${share}`),
];
