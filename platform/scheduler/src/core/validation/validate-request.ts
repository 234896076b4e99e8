/**
 * Whether a request may be as it was posted.
 *
 * Owns the rules of a request by itself; what it may not change is in `request-changes.ts`, its
 * schedule in `validate-schedule.ts`, what its deploys need in `resource-quotas.ts`.
 */

import type { Instant } from "@tavola/base";
import { parseErrorPattern } from "../mail/error-pattern.ts";
import type { Deploy } from "../model/deploy.ts";
import { emailTypes } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { instancesOf, isLongRunning } from "../requests/long-running.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Outcome, refused } from "../turn.ts";
import { drainRules } from "./announce-rules.ts";
import { requestChangeSentence } from "./request-changes.ts";
import { quotaSentence } from "./resource-quotas.ts";
import { firstSentence, type Rule, when } from "./rules.ts";
import { validateSchedule } from "./validate-schedule.ts";

export interface RequestContext {
  readonly config: SchedulerConfig;
  readonly now: Instant;
  /** The request as it is, when this is an update. */
  readonly existing?: Request;
  readonly activeDeploy?: Deploy;
  readonly pendingDeploy?: Deploy;
  /** For requests that have an instance on each of them. */
  readonly activeAgents: number;
}

/** The request with its defaults and its `quartzSchedule`; refused with 400. */
export function validateRequest(posted: Request, context: RequestContext): Outcome<Request> {
  const request = spreadInstances(keepInstances(posted, context), context);
  const sentence =
    firstSentence(posted, spreadRules(context.config)) ??
    firstSentence(request, identityRules(context.config)) ??
    firstSentence(request, [...sizeRules(context.config), ...drainRules(context.config)]) ??
    (context.existing && requestChangeSentence(request, context.existing)) ??
    (context.activeDeploy && quotaSentence(request, context.activeDeploy, context.config)) ??
    (context.pendingDeploy && quotaSentence(request, context.pendingDeploy, context.config));
  if (sentence !== undefined) return refused(400, sentence);
  const schedule = validateSchedule(request, context.now, context.existing);
  if (schedule.refusal !== undefined) return schedule;
  const late = firstSentence(request, typeRules);
  if (late !== undefined) return refused(400, late);
  const { quartzSchedule: _, ...rest } = request;
  return {
    value:
      schedule.value.quartzSchedule === undefined
        ? rest
        : { ...rest, quartzSchedule: schedule.value.quartzSchedule },
  };
}

/** What ids of requests and groups may consist of. */
export function isRequestId(id: string): boolean {
  return /^[a-zA-Z0-9_-]+$/.test(id);
}

function keepInstances(request: Request, { config, existing }: RequestContext): Request {
  const kept = existing?.instances;
  if (!config.allowEmptyRequestInstances || request.instances !== undefined) return request;
  if (!isLongRunning(request) || kept === undefined) return request;
  return { ...request, instances: kept };
}

/** One on each agent there is now; `spreadAgents` follows them as they come and go. */
function spreadInstances(request: Request, { activeAgents }: RequestContext): Request {
  if (request.agentPlacement !== "SPREAD_ALL_AGENTS" || activeAgents === 0) return request;
  return { ...request, instances: activeAgents };
}

const spreadRules = (config: SchedulerConfig): readonly Rule<Request>[] => [
  ({ agentPlacement }) =>
    when(
      agentPlacement === "SPREAD_ALL_AGENTS" && !config.spreadAllAgentsEnabled,
      "You must enabled spread to all agents in order to use the SPREAD_ALL_AGENTS request type",
    ),
];

const identityRules = (config: SchedulerConfig): readonly Rule<Request>[] => [
  ({ id }) => when(id === "", "Request must have an id"),
  ({ id }) =>
    when(!isRequestId(id), "Id cannot be null or contain characters other than [a-zA-Z0-9_]"),
  ({ owners }) =>
    when(
      !config.allowRequestsWithoutOwners && (owners ?? []).length === 0,
      "Request must have owners defined (this can be turned off in Singularity configuration)",
    ),
  ({ id }) =>
    when(
      id.length > config.maxRequestIdSize,
      `Request id must be less ${config.maxRequestIdSize} characters or less, it is ${id.length} (${id})`,
    ),
];

const sizeRules = (config: SchedulerConfig): readonly Rule<Request>[] => [
  ({ instances }) =>
    when(instances !== undefined && instances <= 0, "Instances must be greater than 0"),
  (request) =>
    when(
      request.agentPlacement !== "SPREAD_ALL_AGENTS" &&
        instancesOf(request) > config.maxInstancesPerRequest,
      `Instances (${instancesOf(request)}) be greater than ${config.maxInstancesPerRequest} (maxInstancesPerRequest in mesos configuration)`,
    ),
  maxScaleSentence,
  ({ taskPriorityLevel: level }) =>
    when(
      level !== undefined && !(level >= 0 && level <= 1),
      `Request taskPriorityLevel ${level} is invalid, must be between 0 and 1 (inclusive).`,
    ),
  // Differs: Singularity refuses these while it reads the JSON, without saying which word was wrong.
  ({ emailConfigurationOverrides: overrides = {} }) => {
    const unknown = Object.keys(overrides).find((type) => !emailTypes.some((t) => t === type));
    return when(
      unknown !== undefined,
      `emailConfigurationOverrides names ${unknown}, which is no type of mail (${emailTypes.join(", ")})`,
    );
  },
  ({ agentAttributeMinimums = {} }) => {
    const percents = Object.values(agentAttributeMinimums).flatMap((each) => Object.values(each));
    return when(
      percents.some((percent) => !(percent >= 0 && percent <= 100)),
      "agentAttributeMinimums must be percentages between 0 and 100",
    );
  },
  ({ taskLogErrorRegex: pattern }) =>
    when(
      pattern !== undefined && parseErrorPattern(pattern) === undefined,
      `taskLogErrorRegex ${pattern} is not a regular expression`,
    ),
];

/** Also of a scale. */
export function maxScaleSentence(request: Request): string | undefined {
  const { maxScale } = request;
  const instances = instancesOf(request);
  return when(
    isLongRunning(request) && maxScale !== undefined && instances > maxScale,
    `Instances (${instances}) cannot be greater than ${maxScale} (maxScale in request)`,
  );
}

const typeRules: readonly Rule<Request>[] = [
  (request) =>
    when(
      !isLongRunning(request) && request.loadBalanced === true,
      "non-longRunning (scheduled/oneoff) requests can not be load balanced",
    ),
  (request) =>
    when(
      !isLongRunning(request) && request.rackSensitive === true,
      "non-longRunning (scheduled/oneoff) requests can not be rack sensitive",
    ),
  forJobsOnly("numRetriesOnFailure", "NumRetriesOnFailure"),
  forJobsOnly("killOldNonLongRunningTasksAfterMillis"),
  forJobsOnly("taskExecutionTimeLimitMillis"),
  (request) =>
    when(
      request.requestType === "SCHEDULED" && instancesOf(request) !== 1,
      "Scheduler requests can not be ran on more than one instance",
    ),
  ({ maxTasksPerOffer }) =>
    when(
      maxTasksPerOffer !== undefined && maxTasksPerOffer <= 0,
      "maxTasksPerOffer must be positive",
    ),
  notNegative("numRetriesOnFailure"),
  notNegative("killOldNonLongRunningTasksAfterMillis"),
  notNegative("taskExecutionTimeLimitMillis"),
  notNegative("scheduledExpectedRuntimeMillis"),
  notNegative("waitAtLeastMillisAfterTaskFinishesForReschedule"),
];

type Duration =
  | "numRetriesOnFailure"
  | "killOldNonLongRunningTasksAfterMillis"
  | "taskExecutionTimeLimitMillis"
  | "scheduledExpectedRuntimeMillis"
  | "waitAtLeastMillisAfterTaskFinishesForReschedule";

function forJobsOnly(field: Duration, name: string = field): Rule<Request> {
  return (request) =>
    when(
      isLongRunning(request) && request[field] !== undefined,
      `longRunning requests can not define a ${name} value`,
    );
}

function notNegative(field: Duration): Rule<Request> {
  return (request) => when((request[field] ?? 0) < 0, `${field} must not be negative`);
}
