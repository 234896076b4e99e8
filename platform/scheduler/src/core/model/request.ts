/**
 * Requests: what somebody wants to have running, and how many of it.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type {
  CrashLoopType,
  EmailDestination,
  Placement,
  RequestHistoryEvent,
  RequestState,
  RequestType,
  ScheduleType,
  UserAction,
} from "./enums.ts";

export interface Request {
  readonly id: string;
  readonly requestType: RequestType;
  readonly owners?: readonly string[];
  readonly numRetriesOnFailure?: number;
  readonly schedule?: string;
  readonly instances?: number;
  readonly rackSensitive?: boolean;
  readonly loadBalanced?: boolean;
  readonly killOldNonLongRunningTasksAfterMillis?: number;
  readonly taskExecutionTimeLimitMillis?: number;
  readonly scheduleType?: ScheduleType;
  readonly quartzSchedule?: string;
  readonly scheduleTimeZone?: string;
  readonly rackAffinity?: readonly string[];
  readonly agentPlacement?: Placement;
  readonly requiredAgentAttributes?: Readonly<Record<string, string>>;
  readonly allowedAgentAttributes?: Readonly<Record<string, string>>;
  readonly agentAttributeMinimums?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly scheduledExpectedRuntimeMillis?: number;
  readonly waitAtLeastMillisAfterTaskFinishesForReschedule?: number;
  readonly group?: string;
  readonly readWriteGroups?: readonly string[];
  readonly readOnlyGroups?: readonly string[];
  readonly bounceAfterScale?: boolean;
  readonly skipHealthchecks?: boolean;
  readonly emailConfigurationOverrides?: Readonly<Record<string, readonly EmailDestination[]>>;
  readonly hideEvenNumberAcrossRacks?: boolean;
  readonly taskLogErrorRegex?: string;
  readonly taskLogErrorRegexCaseSensitive?: boolean;
  readonly taskPriorityLevel?: number;
  readonly maxTasksPerOffer?: number;
  readonly allowBounceToSameHost?: boolean;
  readonly requiredRole?: string;
  readonly dataCenter?: string;
  readonly maxScale?: number;
  readonly actionPermissions?: Readonly<Record<string, readonly UserAction[]>>;
  /** Ours: whether healthy tasks are announced to discovery. Default the operator's. */
  readonly announce?: boolean;
  /** Ours: between a task's withdrawal from discovery and its kill. Default the operator's. */
  readonly killAfterDrainMillis?: number;
}

export interface RequestWithState {
  readonly request: Request;
  readonly state: RequestState;
  readonly timestamp: number;
}

export interface RequestHistory {
  readonly createdAt: number;
  readonly user?: string;
  readonly eventType: RequestHistoryEvent;
  readonly request: Request;
  readonly message?: string;
}

export interface RequestGroup {
  readonly id: string;
  readonly requestIds: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface CrashLoopInfo {
  readonly requestId: string;
  readonly deployId: string;
  readonly start: number;
  readonly end?: number;
  readonly type: CrashLoopType;
}
