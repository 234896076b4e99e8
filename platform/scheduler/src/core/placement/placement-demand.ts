/**
 * What is asked of an agent for one pending task, and for all that are like it.
 *
 * Made once for a group of equal pending tasks, so that an agent is held to it in a few comparisons.
 */

import type { Deploy } from "../model/deploy.ts";
import type { Placement } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import type { DeployRecord } from "../records.ts";
import { deployKey } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type SchedulerState, settingOf } from "../state.ts";
import type { Launchable } from "./launch-obstacle.ts";
import { needsOf, type TaskNeeds } from "./task-needs.ts";

export type Attributes = Readonly<Record<string, string>>;

export interface PlacementDemand {
  /** Equal for pending tasks that ask the same. */
  readonly key: string;
  readonly request: Request;
  readonly deploy: Deploy;
  readonly needs: TaskNeeds;
  readonly placement: Placement;
  readonly isRackSensitive: boolean;
  readonly instances: number;
  readonly rackAffinity: readonly string[];
  readonly required: readonly (readonly [string, string])[];
  readonly allowed: readonly (readonly [string, string])[];
  /** May run on agents that are for preemptible tasks only. */
  readonly isPreemptible: boolean;
  /** Of a bounce whose replacements may stand beside what they replace: its action's id. */
  readonly sameHostBounceId?: string;
  readonly maxTasksPerOffer: number;
}

/** Pending tasks with the same key ask the same of agents. */
export function demandKeyOf(pending: PendingTask): string {
  const { requestId, deployId, pendingType, id } = pending.pendingTaskId;
  const isOwn =
    pending.resources !== undefined ||
    pending.requiredAgentAttributeOverrides !== undefined ||
    pending.allowedAgentAttributeOverrides !== undefined ||
    (pendingType === "BOUNCE" && pending.actionId !== undefined);
  return isOwn ? id : `${requestId} ${deployId}`;
}

export function demandOf(
  state: SchedulerState,
  config: SchedulerConfig,
  { request, deploy }: Launchable,
  pending: PendingTask,
): PlacementDemand {
  const bounceId = sameHostBounceIdOf(config, request, pending);
  return {
    key: demandKeyOf(pending),
    request,
    deploy,
    needs: needsOf(config, request, deploy, pending),
    placement: placementOf(state, config, request),
    isRackSensitive:
      request.rackSensitive === true &&
      settingOf(state, "rackSensitiveOverride")?.enabled !== false,
    instances: request.instances ?? 1,
    rackAffinity: request.rackAffinity ?? [],
    required: firstFilled(pending.requiredAgentAttributeOverrides, request.requiredAgentAttributes),
    allowed: firstFilled(pending.allowedAgentAttributeOverrides, request.allowedAgentAttributes),
    isPreemptible: isPreemptible(state, config, request, deploy),
    ...(bounceId === undefined ? {} : { sameHostBounceId: bounceId }),
    maxTasksPerOffer: request.maxTasksPerOffer ?? config.maxTasksPerOfferPerRequest,
  };
}

/** The strategy that holds now: the operator's for all, else the request's, else the default. */
function placementOf(state: SchedulerState, config: SchedulerConfig, request: Request): Placement {
  const override = settingOf(state, "placementStrategyOverride")?.strategy;
  return (
    (override as Placement | undefined) ?? request.agentPlacement ?? config.defaultAgentPlacement
  );
}

function firstFilled(
  ...candidates: readonly (Attributes | undefined)[]
): readonly (readonly [string, string])[] {
  for (const attributes of candidates) {
    const entries = Object.entries(attributes ?? {});
    if (entries.length > 0) return entries;
  }
  return [];
}

/** What runs long can be replaced and ended; a job may stand where it ends soon. */
function isPreemptible(
  state: SchedulerState,
  config: SchedulerConfig,
  request: Request,
  deploy: Deploy,
): boolean {
  if (isLongRunning(request)) return true;
  const record: DeployRecord | undefined = state.records.deploy.get(
    deployKey(request.id, deploy.id),
  );
  const average = record?.statistics?.averageRuntimeMillis;
  return average !== undefined && average < config.preemptibleTaskMaxExpectedRuntimeMs;
}

function sameHostBounceIdOf(
  config: SchedulerConfig,
  request: Request,
  pending: PendingTask,
): string | undefined {
  if (!(request.allowBounceToSameHost ?? config.allowBounceToSameHost)) return undefined;
  return pending.pendingTaskId.pendingType === "BOUNCE" ? pending.actionId : undefined;
}
