/**
 * How the settings of the scheduler's core are called in the file. Where Singularity's name is ours and
 * stands at the top, nothing is said.
 */

import type { HealthSettings } from "../core/health/health-settings.ts";
import { disabledActionTypes, placements } from "../core/model/enums.ts";
import { object, optional, required } from "../core/model/fields.ts";
import { list, mapOf, oneOf, type Shape } from "../core/model/shape.ts";
import type { OfferSettings } from "../core/placement/offer-settings.ts";
import type {
  CrashLoopSettings,
  DisasterSettings,
  FailureBuckets,
  SchedulerConfig,
  ShellCommandDescription,
  ShuffleSettings,
} from "../core/scheduler-config.ts";
import {
  amount,
  count,
  duration,
  idSize,
  interval,
  key,
  name,
  positive,
  type SectionKeys,
  seconds,
  share,
  text,
  textMap,
  texts,
  truth,
} from "./key.ts";

type ShellCommandOption = NonNullable<ShellCommandDescription["options"]>[number];

const shellCommandOption: Shape<ShellCommandOption> = object("ShellCommandOption", {
  name: required(text),
  description: optional(text),
});

const shellCommand: Shape<ShellCommandDescription> = object("ShellCommand", {
  name: required(text),
  description: optional(text),
  options: optional(list(shellCommandOption)),
});

/** Sections of their own. */
export type NestedSetting =
  | "announce"
  | "health"
  | "mail"
  | "offers"
  | "crashLoops"
  | "disasters"
  | "shuffle";

export const coreKeys: SectionKeys<Omit<SchedulerConfig, NestedSetting>> = {
  maxRequestIdSize: key(idSize),
  maxDeployIdSize: key(idSize),
  maxUserIdSize: key(idSize),
  maxRunIdSize: key(idSize),
  maxStarredRequests: key(count),
  maxNotificationAddresses: key(count),
  createDeployIds: key(truth),
  deployIdLength: key(idSize),
  allowRequestsWithoutOwners: key(truth),
  allowEmptyRequestInstances: key(truth),
  validDockerRegistries: key(texts),
  enforceSignedArtifacts: key(truth),

  maxInstancesPerRequest: key(positive, "mesos.maxNumInstancesPerRequest"),
  maxCpusPerInstance: key(amount, "mesos.maxNumCpusPerInstance"),
  maxCpusPerRequest: key(amount, "mesos.maxNumCpusPerRequest"),
  maxMemoryMbPerInstance: key(amount, "mesos.maxMemoryMbPerInstance"),
  maxMemoryMbPerRequest: key(amount, "mesos.maxMemoryMbPerRequest"),
  maxDiskMbPerInstance: key(amount, "mesos.maxDiskMbPerInstance"),
  maxDiskMbPerRequest: key(amount, "mesos.maxDiskMbPerRequest"),
  defaultCpus: key(amount, "mesos.defaultCpus"),
  defaultMemoryMb: key(amount, "mesos.defaultMemory"),
  defaultDiskMb: key(amount, "mesos.defaultDisk"),
  customExecutorCpus: key(amount, "customExecutor.numCpus"),
  customExecutorMemoryMb: key(amount, "customExecutor.memoryMb"),
  customExecutorDiskMb: key(amount, "customExecutor.diskMb"),

  defaultAgentPlacement: key(
    oneOf(placements, { SEPARATE: "SEPARATE_BY_DEPLOY", SPREAD_ALL_SLAVES: "SPREAD_ALL_AGENTS" }),
  ),
  placementLeniency: key(amount),
  allowBounceToSameHost: key(truth),
  spreadAllAgentsEnabled: key(truth),
  maxTasksPerOffer: key(count),
  maxTasksPerOfferPerRequest: key(count),
  rebalanceRacksOnScaleDown: key(truth),
  reserveAgentsWithAttributes: key(mapOf(texts)),
  preemptibleTasksOnlyMachineAttributes: key(textMap),
  preemptibleTaskMaxExpectedRuntimeMs: duration(),
  preferredAgentScaleFactor: key(amount),
  cpuWeight: key(amount, "mesos.cpuWeight"),
  memWeight: key(amount, "mesos.memWeight"),
  diskWeight: key(amount, "mesos.diskWeight"),
  allocatedResourceWeight: key(amount, "mesos.allocatedResourceWeight"),
  inUseResourceWeight: key(amount, "mesos.inUseResourceWeight"),
  maxAgentUsageMetricAgeMs: duration(),
  cacheOffersForMs: duration("cacheOffersForMillis"),
  offerCacheSize: key(positive),
  defaultPortMapping: key(truth, "network.defaultPortMapping"),
  commonHostnameSuffixToOmit: key(text),

  deltaAfterWhichTasksAreLateMs: duration("deltaAfterWhichTasksAreLateMillis"),
  reconcileLaunchAfterMs: duration("reconcileLaunchAfterMillis"),
  startNewReconcileEveryMs: interval("startNewReconcileEverySeconds", "seconds"),
  checkReconcileWhenRunningEveryMs: interval("checkReconcileWhenRunningEveryMillis"),
  reconciliationPatienceMs: duration(),
  killIfNotRunningAfterMs: duration("killAfterTasksDoNotRunDefaultSeconds", "seconds"),
  killAgainAfterMs: interval("askDriverToKillTasksAgainAfterMillis"),
  beforeKillCommandMsMax: duration(),
  killOldJobsAfterMs: duration("killNonLongRunningTasksInCleanupAfterSeconds", "seconds"),
  taskExecutionTimeLimitMs: duration("taskExecutionTimeLimitMillis"),
  warnIfScheduledJobIsRunningForAtLeastMs: duration("warnIfScheduledJobIsRunningForAtLeastMillis"),
  warnIfScheduledJobIsRunningPastNextRunPct: key(amount),
  cooldownMinScheduleMs: duration("cooldownMinScheduleSeconds", "seconds"),
  checkSpreadAllAgentsEveryMs: interval("checkAutoSpreadAllAgentsEverySeconds", "seconds"),

  defaultBounceExpirationMs: duration("defaultBounceExpirationMinutes", "minutes"),
  defaultValueForKillTasksOfPausedRequests: key(truth),
  maxScaleDownWithoutAcknowledgement: key(count),

  maxRunNowTaskLaunchDelayMs: duration("maxRunNowTaskLaunchDelayDays", "days"),
  maxActiveOnDemandTasksPerRequest: key(count),
  maxPendingRunsPerRequest: key(positive),

  healthcheckMaxTotalTimeoutSeconds: key(amount),
  allowDeployOfPausedRequests: key(truth),
  deployWatchMs: duration(),
  deployWatchMinimumHealthyShare: key(share),
  acceptanceChecks: key(texts),
  acceptanceTimeoutMs: duration(),
  loadBalancerUri: key(text),

  rackIdAttributeKey: key(text, "mesos.rackIdAttributeKey"),
  defaultRackId: key(name, "mesos.defaultRackId"),
  maxDecommissioningAgents: key(count),
  deleteDeadAgentsAfterMs: duration("deleteDeadAgentsAfterHours", "hours"),
  maxMachineHistoryEntries: key(positive),
  expectedRacksCount: key(count),

  defaultTaskPriorityLevel: key(share),
  defaultTaskPriorityLevelForRequestType: key(mapOf(share)),
  schedulerPriorityWeightFactor: key(amount),

  maxHealthcheckResultsPerTask: key(positive),
  maxHealthcheckResponseBodyBytes: key(count),
  numUsageToKeep: key(positive),
  checkUsageEveryMs: interval("checkUsageEveryMillis"),

  shellCommands: key(list(shellCommand), "ui.shellCommands"),
  allowedMetadataTypes: key(texts, "taskMetadata.allowedMetadataTypes"),
  maxMetadataMessageLength: key(count, "taskMetadata.maxMetadataMessageLength"),
  maxMetadataTitleLength: key(count, "taskMetadata.maxMetadataTitleLength"),
};

/** Own names under `health.`. */
export const healthKeys: SectionKeys<HealthSettings> = {
  startupDelaySeconds: key(amount, "startupDelaySeconds"),
  startupTimeoutSeconds: key(seconds, "startupTimeoutSeconds"),
  startupIntervalSeconds: key(seconds, "startupIntervalSeconds"),
  intervalSeconds: key(seconds, "healthcheckIntervalSeconds"),
  responseTimeoutSeconds: key(seconds, "healthcheckTimeoutSeconds"),
  maxRetries: key(count, "healthcheckMaxRetries"),
  failureStatusCodes: key(list(count), "healthcheckFailureStatusCodes"),
  considerHealthyAfterRunningSeconds: key(amount, "considerTaskHealthyAfterRunningForSeconds"),
  deployHealthySeconds: key(amount, "deployHealthyBySeconds"),
  killIfNotHealthyAfterSeconds: key(amount, "killTaskIfNotHealthyAfterSeconds"),
  continuous: key(truth),
  continuousIntervalSecondsMin: key(seconds),
  continuousFailures: key(positive),
  maxUnhealthyRestartShare: key(share),
  inFlightMax: key(positive),
  verifiesCertificates: key(truth),
};

/** Own names under `offers.`. */
export const offerKeys: SectionKeys<OfferSettings> = {
  idleHoldMs: duration(),
  aheadMs: duration(),
  refuseMs: duration(),
  frozenRefuseMs: duration(),
  rediscoverMs: duration(),
  omitOverloadedHosts: key(truth, "mesos.omitOverloadedHosts"),
  load1OverloadedThreshold: key(amount, "mesos.load1OverloadedThreshold"),
  load5OverloadedThreshold: key(amount, "mesos.load5OverloadedThreshold"),
  placementsPerTurnMax: key(positive),
  looksPerTurnMax: key(positive),
  turnsPerRoundMax: key(positive),
  reportsPerTurnMax: key(positive),
};

type BucketSetting = "singleInstance" | "multiInstance" | "slow";

/** Own names under `crashLoop.`. */
export const crashLoopKeys: SectionKeys<Omit<CrashLoopSettings, BucketSetting>> = {
  evaluateCooldownOverMs: duration("crashLoop.evaluateCooldownOverMinutes", "minutes"),
  cooldownFailureThreshold: key(count),
  evaluateStartupLoopOverMs: duration("crashLoop.evaluateStartupLoopOverMinutes", "minutes"),
  startupFailureThreshold: key(count),
  evaluateOomsOverMs: duration("crashLoop.evaluateOomsOverMinutes", "minutes"),
  oomFailureThreshold: key(count),
};

/** Own names under `crashLoop.singleInstance.` and so on. */
export function bucketKeys(setting: BucketSetting): SectionKeys<FailureBuckets> {
  const name = `crashLoop.${setting}`;
  const percent = setting === "slow" ? `${name}FailureMin` : `${name}Min`;
  return {
    bucketMs: duration(`${name}FailureBucketSizeMinutes`, "minutes"),
    buckets: key(positive, `${name}FailureBuckets`),
    threshold: key(share, `${name}FailureThreshold`),
    minBucketIndexPercent: key(count, `${percent}BucketIndexPercent`),
  };
}

/** Own names under `disasterDetection.`. */
export const disasterKeys: SectionKeys<DisasterSettings> = {
  enabled: key(truth),
  runEveryMs: interval("disasterDetection.runEveryMillis"),
  statsHistorySize: key(positive),
  defaultDisabledActionExpirationMs: duration("disasterDetection.defaultDisabledActionExpiration"),
  disableActionsOnDisaster: key(list(oneOf(disabledActionTypes))),
  criticalAvgTaskLagMs: duration("disasterDetection.criticalAvgTaskLagMillis"),
  criticalOverdueTaskPortion: key(share),
  triggerAfterMsOverTaskLagThreshold: duration(
    "disasterDetection.triggerAfterMillisOverTaskLagThreshold",
  ),
  criticalLostAgentPortion: key(share),
  includeLostAgentsInLastMs: duration("disasterDetection.includeLostAgentsInLastMillis"),
  criticalLostTaskPortion: key(share),
  includeLostTasksInLastMs: duration("disasterDetection.includeLostTasksInLastMillis"),
};

/** Own names under `shuffle.`. */
export const shuffleKeys: SectionKeys<ShuffleSettings> = {
  enabled: key(truth, "shuffleTasksForOverloadedAgents"),
  memoryUtilizationMax: key(share, "shuffleTasksWhenAgentMemoryUtilizationPercentageExceeds"),
  maxTasksToShuffleTotal: key(count, "maxTasksToShuffleTotal"),
  maxTasksToShufflePerHost: key(count, "maxTasksToShufflePerHost"),
  eligibleAfterMs: duration("minutesBeforeNewTaskEligibleForShuffle", "minutes"),
};
