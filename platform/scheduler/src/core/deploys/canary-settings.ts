/**
 * How a deploy replaces the one before it, with every default filled in.
 */

import type { Deploy } from "../model/deploy.ts";
import type { AcceptanceMode } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { instancesOf } from "../requests/long-running.ts";

export interface CanarySettings {
  /** In groups; otherwise all at once. */
  readonly isCanary: boolean;
  readonly groupSize: number;
  readonly acceptanceMode: AcceptanceMode;
  readonly waitMs: number;
  /** So many tasks of a group may fail before the deploy does. */
  readonly failuresAllowed: number;
  /** After so many groups the rest starts at once. */
  readonly cycles: number;
  /** Each group waits until somebody asks for the next (`POST /deploys/update`). */
  readonly isAdvancedByHand: boolean;
}

export function canarySettingsOf(deploy: Deploy): CanarySettings {
  const { canaryDeploySettings: given = {} } = deploy;
  return {
    isCanary: given.enableCanaryDeploy === true,
    groupSize: Math.max(1, given.instanceGroupSize ?? 1),
    acceptanceMode: given.acceptanceMode ?? "NONE",
    waitMs: given.waitMillisBetweenGroups ?? 0,
    failuresAllowed: given.allowedTasksFailuresPerGroup ?? 0,
    cycles: given.canaryCycleCount ?? 3,
    isAdvancedByHand: deploy.autoAdvanceDeploySteps === false,
  };
}

/** How many instances of a new deploy are started first. */
export function firstTarget(settings: CanarySettings, request: Request): number {
  const all = instancesOf(request);
  return settings.isCanary ? Math.min(settings.groupSize, all) : all;
}

/** How many there are to be once a group of them has been accepted. */
export function nextTarget(settings: CanarySettings, request: Request, target: number): number {
  const all = instancesOf(request);
  if (!settings.isCanary) return all;
  const groupsDone = Math.floor(target / settings.groupSize);
  return groupsDone >= settings.cycles ? all : Math.min(target + settings.groupSize, all);
}
