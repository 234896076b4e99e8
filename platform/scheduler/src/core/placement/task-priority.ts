/**
 * Which pending task comes first: the one that is overdue for longest, weighed by its priority.
 */

import type { Request } from "../model/request.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type SchedulerState, settingOf } from "../state.ts";

/** 0 to 1. */
export function priorityLevelOf(config: SchedulerConfig, request: Request): number {
  return (
    request.taskPriorityLevel ??
    config.defaultTaskPriorityLevelForRequestType[request.requestType] ??
    config.defaultTaskPriorityLevel
  );
}

/** What an instant of waiting counts. */
export function priorityWeightOf(config: SchedulerConfig, request: Request): number {
  return priorityLevelOf(config, request) ** config.schedulerPriorityWeightFactor;
}

/** The level below which nothing is placed now, when a freeze keeps the request from it. */
export function frozenBelow(
  state: SchedulerState,
  config: SchedulerConfig,
  request: Request,
): number | undefined {
  const minimum = settingOf(state, "priorityFreeze")?.priorityFreeze.minimumPriorityLevel;
  if (minimum === undefined) return undefined;
  return priorityLevelOf(config, request) < minimum ? minimum : undefined;
}
