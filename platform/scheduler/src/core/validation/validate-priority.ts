/**
 * Whether a priority freeze, or a request's priority, is in range; and who is below a freeze.
 */

import { type Random, randomUuid } from "@tavola/base";
import type { PriorityRequest } from "../model/actions.ts";
import type { PriorityFreeze, PriorityFreezeParent } from "../model/operations.ts";
import type { Request } from "../model/request.ts";
import { priorityLevelOf } from "../placement/task-priority.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Outcome, refused } from "../turn.ts";
import { durationSentence } from "./durations.ts";
import { when } from "./rules.ts";

/** With an id of its action; refused with 400. */
export function validatePriorityFreeze(
  freeze: PriorityFreeze,
  random: Random,
): Outcome<PriorityFreeze & { readonly actionId: string }> {
  const level = freeze.minimumPriorityLevel;
  if (!(level > 0 && level <= 1)) {
    return refused(
      400,
      `minimumPriorityLevel ${level} is invalid, must be greater than 0 and less than or equal to 1.`,
    );
  }
  return { value: { ...freeze, actionId: freeze.actionId ?? randomUuid(random) } };
}

/** Refused with 400. */
export function validatePriority(priority: PriorityRequest): Outcome<PriorityRequest> {
  const level = priority.priority;
  const sentence =
    when(
      level !== undefined && !(level >= 0 && level <= 1),
      `Request taskPriorityLevel ${level} is invalid, must be between 0 and 1 (inclusive).`,
    ) ?? durationSentence(priority.durationMillis);
  return sentence === undefined ? { value: priority } : refused(400, sentence);
}

export function belowFreezeSentence(
  request: Request,
  freeze: PriorityFreezeParent | undefined,
  config: SchedulerConfig,
): string | undefined {
  if (freeze === undefined) return undefined;
  const level = priorityLevelOf(config, request);
  const { minimumPriorityLevel } = freeze.priorityFreeze;
  return when(
    level < minimumPriorityLevel,
    `Priority level of request ${request.id} (${level}) is lower than active priority freeze (${minimumPriorityLevel})`,
  );
}
