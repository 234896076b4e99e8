/**
 * How requests are read and written.
 */

import type { RequestType } from "./enums.ts";
import {
  crashLoopTypes,
  emailDestinations,
  placements,
  requestHistoryEvents,
  requestStates,
  requestTypes,
  scheduleTypes,
  userActions,
} from "./enums.ts";
import { object, optional, required, withDefault } from "./fields.ts";
import type {
  CrashLoopInfo,
  Request,
  RequestGroup,
  RequestHistory,
  RequestWithState,
} from "./request.ts";
import { decimal, list, mapOf, oneOf, type Shape, text, truth, whole } from "./shape.ts";

const placementShape = oneOf(placements, {
  SEPARATE: "SEPARATE_BY_DEPLOY",
  SPREAD_ALL_SLAVES: "SPREAD_ALL_AGENTS",
});

const texts = list(text);

/** Singularity's sentence. */
const owners: typeof texts = {
  ...texts,
  parse: (json, path) =>
    Array.isArray(json) && json.includes(null)
      ? { error: "Request owners cannot contain null values" }
      : texts.parse(json, path),
};

/** Before there were types, a request said whether it was a daemon. */
function requestTypeOf(json: Readonly<Record<string, unknown>>): RequestType {
  if (json.schedule !== undefined && json.schedule !== null) return "SCHEDULED";
  if (json.daemon === false) return "ON_DEMAND";
  return json.loadBalanced === true ? "SERVICE" : "WORKER";
}

export const requestShape: Shape<Request> = object(
  "SingularityRequest",
  {
    id: withDefault(text, ""),
    requestType: required(oneOf(requestTypes)),
    owners: optional(owners),
    numRetriesOnFailure: optional(whole),
    schedule: optional(text),
    instances: optional(whole),
    rackSensitive: optional(truth),
    loadBalanced: optional(truth),
    killOldNonLongRunningTasksAfterMillis: optional(whole),
    taskExecutionTimeLimitMillis: optional(whole),
    scheduleType: optional(oneOf(scheduleTypes)),
    quartzSchedule: optional(text),
    scheduleTimeZone: optional(text),
    rackAffinity: optional(list(text)),
    agentPlacement: optional(placementShape, { hears: ["slavePlacement"] }),
    requiredAgentAttributes: optional(mapOf(text), { also: ["requiredSlaveAttributes"] }),
    allowedAgentAttributes: optional(mapOf(text), { also: ["allowedSlaveAttributes"] }),
    agentAttributeMinimums: optional(mapOf(mapOf(whole)), { also: ["slaveAttributeMinimums"] }),
    scheduledExpectedRuntimeMillis: optional(whole),
    waitAtLeastMillisAfterTaskFinishesForReschedule: optional(whole),
    group: optional(text),
    readWriteGroups: optional(list(text)),
    readOnlyGroups: optional(list(text)),
    bounceAfterScale: optional(truth),
    skipHealthchecks: optional(truth),
    emailConfigurationOverrides: optional(mapOf(list(oneOf(emailDestinations)))),
    hideEvenNumberAcrossRacks: optional(truth, { says: ["hideEvenNumberAcrossRacksHint"] }),
    taskLogErrorRegex: optional(text),
    taskLogErrorRegexCaseSensitive: optional(truth),
    taskPriorityLevel: optional(decimal),
    maxTasksPerOffer: optional(whole),
    allowBounceToSameHost: optional(truth),
    requiredRole: optional(text),
    dataCenter: optional(text),
    maxScale: optional(whole),
    actionPermissions: optional(mapOf(list(oneOf(userActions)))),
    announce: optional(truth),
    killAfterDrainMillis: optional(whole),
  },
  {
    isCached: true,
    understand: (json) =>
      json.requestType === undefined || json.requestType === null
        ? { ...json, requestType: requestTypeOf(json) }
        : json,
    says: {
      slavePlacement: {
        schema: {
          type: "string",
          enum: [...placements.filter((word) => word !== "SPREAD_ALL_AGENTS"), "SPREAD_ALL_SLAVES"],
        },
        format: ({ agentPlacement }) => {
          if (agentPlacement === undefined) return undefined;
          return agentPlacement === "SPREAD_ALL_AGENTS"
            ? '"SPREAD_ALL_SLAVES"'
            : JSON.stringify(agentPlacement);
        },
      },
    },
  },
);

export const requestWithStateShape: Shape<RequestWithState> = object(
  "SingularityRequestWithState",
  {
    request: required(requestShape),
    state: required(oneOf(requestStates)),
    timestamp: required(whole),
  },
);

export const requestHistoryShape: Shape<RequestHistory> = object("SingularityRequestHistory", {
  createdAt: required(whole),
  user: optional(text),
  eventType: required(oneOf(requestHistoryEvents)),
  request: required(requestShape),
  message: optional(text),
});

export const requestGroupShape: Shape<RequestGroup> = object("SingularityRequestGroup", {
  id: withDefault(text, ""),
  requestIds: required(list(text), { missing: "requestIds cannot be null" }),
  metadata: withDefault(mapOf(text), {}),
});

export const crashLoopInfoShape: Shape<CrashLoopInfo> = object("CrashLoopInfo", {
  requestId: required(text),
  deployId: required(text),
  start: required(whole),
  end: optional(whole),
  type: required(oneOf(crashLoopTypes)),
});
