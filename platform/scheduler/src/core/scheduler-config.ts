/**
 * Everything an operator may set about how the scheduler behaves, with every default in one table.
 *
 * The defaults are those of Singularity's code; where its documentation says otherwise, the code counts.
 * Names are Singularity's where it has one, except that a duration always ends in its unit. What the
 * daemon needs to reach the world (addresses, database, secrets) is not here.
 */

import { type AnnounceSettings, defaultAnnounceSettings } from "./announce/announce-settings.ts";
import { defaultHealthSettings, type HealthSettings } from "./health/health-settings.ts";
import type { MailSettings } from "./mail/mail-settings.ts";
import type { DisabledActionType, Placement, RequestType } from "./model/enums.ts";
import { defaultOfferSettings, type OfferSettings } from "./placement/offer-settings.ts";

export interface SchedulerConfig
  extends IdLimits,
    Quotas,
    PlacementSettings,
    TaskTimings,
    ActionSettings,
    JobSettings,
    DeploySettings,
    MachineSettings,
    PrioritySettings,
    MetadataSettings,
    Keeping {
  readonly announce: AnnounceSettings;
  readonly health: HealthSettings;
  readonly offers: OfferSettings;
  /** Absent: nobody is mailed. */
  readonly mail?: MailSettings;
  readonly crashLoops: CrashLoopSettings;
  readonly disasters: DisasterSettings;
  readonly shuffle: ShuffleSettings;
  readonly shellCommands: readonly ShellCommandDescription[];
}

export interface IdLimits {
  readonly maxRequestIdSize: number;
  readonly maxDeployIdSize: number;
  readonly maxUserIdSize: number;
  readonly maxRunIdSize: number;
  readonly maxStarredRequests: number;
  /** Ours: that have subscribed or unsubscribed. */
  readonly maxNotificationAddresses: number;
  /** A deploy without an id is given one. */
  readonly createDeployIds: boolean;
  readonly deployIdLength: number;
  readonly allowRequestsWithoutOwners: boolean;
  /** An update of a long-running request that says no instances keeps those it has. */
  readonly allowEmptyRequestInstances: boolean;
  /** Absent: any registry. */
  readonly validDockerRegistries?: readonly string[];
  readonly enforceSignedArtifacts: boolean;
}

export interface Quotas {
  readonly maxInstancesPerRequest: number;
  readonly maxCpusPerInstance: number;
  readonly maxCpusPerRequest: number;
  readonly maxMemoryMbPerInstance: number;
  readonly maxMemoryMbPerRequest: number;
  readonly maxDiskMbPerInstance: number;
  readonly maxDiskMbPerRequest: number;
  readonly defaultCpus: number;
  readonly defaultMemoryMb: number;
  readonly defaultDiskMb: number;
  /** For custom executors, where a deploy does not say. */
  readonly customExecutorCpus: number;
  readonly customExecutorMemoryMb: number;
  readonly customExecutorDiskMb: number;
}

export interface PlacementSettings {
  readonly defaultAgentPlacement: Placement;
  readonly placementLeniency: number;
  readonly allowBounceToSameHost: boolean;
  readonly spreadAllAgentsEnabled: boolean;
  /** 0: no limit. */
  readonly maxTasksPerOffer: number;
  /** 0: no limit. */
  readonly maxTasksPerOfferPerRequest: number;
  readonly rebalanceRacksOnScaleDown: boolean;
  /** Agents of these attributes are only for requests that name them. */
  readonly reserveAgentsWithAttributes: Readonly<Record<string, readonly string[]>>;
  readonly preemptibleTasksOnlyMachineAttributes: Readonly<Record<string, string>>;
  readonly preemptibleTaskMaxExpectedRuntimeMs: number;
  readonly preferredAgentScaleFactor: number;
  readonly cpuWeight: number;
  readonly memWeight: number;
  readonly diskWeight: number;
  readonly allocatedResourceWeight: number;
  readonly inUseResourceWeight: number;
  /** What an agent said it uses counts for so long after it should have said so again. */
  readonly maxAgentUsageMetricAgeMs: number;
  /** Offers nobody could use are given back after so long. */
  readonly cacheOffersForMs: number;
  readonly offerCacheSize: number;
  /** All ports of a task are mapped one to one in a bridged container. */
  readonly defaultPortMapping: boolean;
  readonly commonHostnameSuffixToOmit?: string;
}

export interface TaskTimings {
  /** A pending task is late so long after it was due. */
  readonly deltaAfterWhichTasksAreLateMs: number;
  /** A launch that nobody has heard of is asked about. */
  readonly reconcileLaunchAfterMs: number;
  readonly startNewReconcileEveryMs: number;
  readonly checkReconcileWhenRunningEveryMs: number;
  /** After a subscription launches wait at most so long for what is known of earlier tasks. */
  readonly reconciliationPatienceMs: number;
  /** A new task that does not run by then is replaced. */
  readonly killIfNotRunningAfterMs: number;
  readonly killAgainAfterMs: number;
  /** A task is killed though the command that was to run before has not ended by then. */
  readonly beforeKillCommandMsMax: number;
  /** How long a job may go on when it is to be cleaned up. */
  readonly killOldJobsAfterMs: number;
  /** For jobs whose request does not say; absent: no limit. */
  readonly taskExecutionTimeLimitMs?: number;
  readonly warnIfScheduledJobIsRunningForAtLeastMs: number;
  readonly warnIfScheduledJobIsRunningPastNextRunPct: number;
  readonly cooldownMinScheduleMs: number;
  readonly checkSpreadAllAgentsEveryMs: number;
}

export interface ActionSettings {
  readonly defaultBounceExpirationMs: number;
  readonly defaultValueForKillTasksOfPausedRequests: boolean;
  readonly maxScaleDownWithoutAcknowledgement: number;
}

export interface JobSettings {
  readonly maxRunNowTaskLaunchDelayMs: number;
  /** Of requests that name no cap of their own: more runs wait. 0: no limit. */
  readonly maxActiveOnDemandTasksPerRequest: number;
  /** Ours: runs of one request that wait; more are refused. */
  readonly maxPendingRunsPerRequest: number;
}

export interface DeploySettings {
  /** What all checks of a task may take together; absent: no limit. */
  readonly healthcheckMaxTotalTimeoutSeconds?: number;
  readonly allowDeployOfPausedRequests: boolean;
  /** Ours: how long a deploy that succeeded stays on trial; 0: not at all. */
  readonly deployWatchMs: number;
  /** Ours: the share of instances that must stay healthy meanwhile. */
  readonly deployWatchMinimumHealthyShare: number;
  /** Ours: the checks that accept a step of a deploy in mode CHECKS, where the deploy names none. */
  readonly acceptanceChecks: readonly string[];
  /** Ours: a check that has told nothing by then counts against the deploy. */
  readonly acceptanceTimeoutMs: number;
  readonly loadBalancerUri?: string;
}

export interface MachineSettings {
  readonly rackIdAttributeKey: string;
  readonly defaultRackId: string;
  readonly maxDecommissioningAgents: number;
  readonly deleteDeadAgentsAfterMs: number;
  readonly maxMachineHistoryEntries: number;
  readonly expectedRacksCount?: number;
}

export interface PrioritySettings {
  /** 0 to 1, for requests that do not say and whose type is not listed. */
  readonly defaultTaskPriorityLevel: number;
  readonly defaultTaskPriorityLevelForRequestType: Readonly<Partial<Record<RequestType, number>>>;
  readonly schedulerPriorityWeightFactor: number;
}

/** How long history is kept in memory and beside the database. */
export interface Keeping {
  readonly maxHealthcheckResultsPerTask: number;
  readonly maxHealthcheckResponseBodyBytes: number;
  readonly numUsageToKeep: number;
  readonly checkUsageEveryMs: number;
}

export interface CrashLoopSettings {
  readonly evaluateCooldownOverMs: number;
  readonly cooldownFailureThreshold: number;
  readonly evaluateStartupLoopOverMs: number;
  readonly startupFailureThreshold: number;
  readonly evaluateOomsOverMs: number;
  readonly oomFailureThreshold: number;
  readonly singleInstance: FailureBuckets;
  readonly multiInstance: FailureBuckets;
  readonly slow: FailureBuckets;
}

/** A loop is when `threshold` (a share) of so many buckets of time hold a failure, one of the newest ones among them. */
export interface FailureBuckets {
  readonly bucketMs: number;
  readonly buckets: number;
  readonly threshold: number;
  readonly minBucketIndexPercent: number;
}

export interface DisasterSettings {
  readonly enabled: boolean;
  readonly runEveryMs: number;
  readonly statsHistorySize: number;
  readonly defaultDisabledActionExpirationMs: number;
  readonly disableActionsOnDisaster: readonly DisabledActionType[];
  readonly criticalAvgTaskLagMs: number;
  readonly criticalOverdueTaskPortion: number;
  readonly triggerAfterMsOverTaskLagThreshold: number;
  readonly criticalLostAgentPortion: number;
  readonly includeLostAgentsInLastMs: number;
  readonly criticalLostTaskPortion: number;
  readonly includeLostTasksInLastMs: number;
}

export interface ShuffleSettings {
  readonly enabled: boolean;
  readonly memoryUtilizationMax: number;
  readonly maxTasksToShuffleTotal: number;
  readonly maxTasksToShufflePerHost: number;
  readonly eligibleAfterMs: number;
}

/** A command that may be run in a task, and the options it may be given. */
export interface ShellCommandDescription {
  readonly name: string;
  readonly description?: string;
  readonly options?: readonly { readonly name: string; readonly description?: string }[];
}

export interface MetadataSettings {
  /** None: any is allowed. */
  readonly allowedMetadataTypes: readonly string[];
  readonly maxMetadataMessageLength: number;
  readonly maxMetadataTitleLength: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const bucketsOf = (bucketMs: number, buckets: number, threshold: number): FailureBuckets => ({
  bucketMs,
  buckets,
  threshold,
  minBucketIndexPercent: 75,
});

export const defaultSchedulerConfig: SchedulerConfig = {
  maxRequestIdSize: 100,
  maxDeployIdSize: 50,
  maxUserIdSize: 100,
  maxRunIdSize: 100,
  maxStarredRequests: 5000,
  maxNotificationAddresses: 10_000,
  createDeployIds: false,
  deployIdLength: 8,
  allowRequestsWithoutOwners: true,
  allowEmptyRequestInstances: false,
  enforceSignedArtifacts: false,

  maxInstancesPerRequest: 25,
  maxCpusPerInstance: 50,
  maxCpusPerRequest: 900,
  maxMemoryMbPerInstance: 24_000,
  maxMemoryMbPerRequest: 450_000,
  maxDiskMbPerInstance: 60_000,
  maxDiskMbPerRequest: 3_000_000,
  defaultCpus: 1,
  defaultMemoryMb: 64,
  defaultDiskMb: 0,
  customExecutorCpus: 0,
  customExecutorMemoryMb: 0,
  customExecutorDiskMb: 0,

  defaultAgentPlacement: "GREEDY",
  placementLeniency: 0.09,
  allowBounceToSameHost: false,
  spreadAllAgentsEnabled: false,
  maxTasksPerOffer: 0,
  maxTasksPerOfferPerRequest: 0,
  rebalanceRacksOnScaleDown: false,
  reserveAgentsWithAttributes: {},
  preemptibleTasksOnlyMachineAttributes: {},
  preemptibleTaskMaxExpectedRuntimeMs: 15 * minute,
  preferredAgentScaleFactor: 1.5,
  cpuWeight: 0.4,
  memWeight: 0.4,
  diskWeight: 0.2,
  allocatedResourceWeight: 0.5,
  inUseResourceWeight: 0.5,
  maxAgentUsageMetricAgeMs: 30 * second,
  cacheOffersForMs: minute,
  offerCacheSize: 100_000,
  defaultPortMapping: false,

  deltaAfterWhichTasksAreLateMs: 30 * second,
  reconcileLaunchAfterMs: 3 * minute,
  startNewReconcileEveryMs: 10 * minute,
  checkReconcileWhenRunningEveryMs: 30 * second,
  reconciliationPatienceMs: 5 * second,
  killIfNotRunningAfterMs: 10 * minute,
  killAgainAfterMs: 5 * minute,
  beforeKillCommandMsMax: 5 * minute,
  killOldJobsAfterMs: day,
  warnIfScheduledJobIsRunningForAtLeastMs: day,
  warnIfScheduledJobIsRunningPastNextRunPct: 200,
  cooldownMinScheduleMs: 2 * minute,
  checkSpreadAllAgentsEveryMs: 30 * second,

  defaultBounceExpirationMs: hour,
  defaultValueForKillTasksOfPausedRequests: true,
  maxScaleDownWithoutAcknowledgement: 10,

  maxRunNowTaskLaunchDelayMs: 30 * day,
  maxActiveOnDemandTasksPerRequest: 0,
  maxPendingRunsPerRequest: 10_000,

  allowDeployOfPausedRequests: false,
  deployWatchMs: 0,
  deployWatchMinimumHealthyShare: 0.5,
  acceptanceChecks: [],
  acceptanceTimeoutMs: hour,

  rackIdAttributeKey: "rackid",
  defaultRackId: "DEFAULT",
  maxDecommissioningAgents: 2,
  deleteDeadAgentsAfterMs: 7 * day,
  maxMachineHistoryEntries: 10,

  defaultTaskPriorityLevel: 0.3,
  defaultTaskPriorityLevelForRequestType: { WORKER: 0.5, SERVICE: 0.7 },
  schedulerPriorityWeightFactor: 1,

  maxHealthcheckResultsPerTask: 10,
  maxHealthcheckResponseBodyBytes: 8192,
  numUsageToKeep: 15,
  checkUsageEveryMs: minute,

  announce: defaultAnnounceSettings,
  health: defaultHealthSettings,
  offers: defaultOfferSettings,
  crashLoops: {
    evaluateCooldownOverMs: minute,
    cooldownFailureThreshold: 5,
    evaluateStartupLoopOverMs: 10 * minute,
    startupFailureThreshold: 5,
    evaluateOomsOverMs: 30 * minute,
    oomFailureThreshold: 4,
    singleInstance: bucketsOf(3 * minute, 10, 0.25),
    multiInstance: bucketsOf(3 * minute, 10, 0.4),
    slow: bucketsOf(30 * minute, 15, 0.7),
  },
  disasters: {
    enabled: true,
    runEveryMs: 10 * second,
    statsHistorySize: 10,
    defaultDisabledActionExpirationMs: 15 * minute,
    disableActionsOnDisaster: [],
    criticalAvgTaskLagMs: 4 * minute,
    criticalOverdueTaskPortion: 0.1,
    triggerAfterMsOverTaskLagThreshold: 45 * second,
    criticalLostAgentPortion: 0.2,
    includeLostAgentsInLastMs: 30 * second,
    criticalLostTaskPortion: 0.2,
    includeLostTasksInLastMs: 30 * second,
  },
  shuffle: {
    enabled: false,
    memoryUtilizationMax: 0.82,
    maxTasksToShuffleTotal: 6,
    maxTasksToShufflePerHost: 2,
    eligibleAfterMs: 15 * minute,
  },
  shellCommands: [],
  allowedMetadataTypes: [],
  maxMetadataMessageLength: 10_000,
  maxMetadataTitleLength: 2_000,
};
