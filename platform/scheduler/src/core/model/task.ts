/**
 * Tasks, waiting, running and ended, and what happened to them.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type { Deploy } from "./deploy.ts";
import type { LoadBalancerUpdate } from "./deploy-progress.ts";
import type {
  PendingType,
  RequestCleanupType,
  ShellCommandUpdateType,
  TaskCleanupType,
  TaskState,
} from "./enums.ts";
import type { Request } from "./request.ts";
import type { RunOverrides } from "./run-overrides.ts";

export interface TaskId {
  readonly requestId: string;
  readonly deployId: string;
  readonly startedAt: number;
  readonly instanceNo: number;
  readonly host: string;
  readonly rackId: string;
  readonly id: string;
}

export interface PendingTaskId {
  readonly requestId: string;
  readonly deployId: string;
  readonly nextRunAt: number;
  readonly instanceNo: number;
  readonly pendingType: PendingType;
  readonly createdAt: number;
  readonly id: string;
}

export interface PendingTask extends RunOverrides {
  readonly pendingTaskId: PendingTaskId;
  readonly cmdLineArgsList?: readonly string[];
  readonly user?: string;
  readonly actionId?: string;
  /** Ours: a person named this time, by the wall clock. It is `nextRunAt` then. */
  readonly runAt?: number;
}

export interface PendingRequest extends RunOverrides {
  readonly requestId: string;
  readonly deployId: string;
  readonly timestamp: number;
  readonly user?: string;
  readonly pendingType: PendingType;
  readonly cmdLineArgsList?: readonly string[];
  readonly actionId?: string;
  readonly runAt?: number;
}

export interface TaskRequest {
  readonly request: Request;
  readonly deploy: Deploy;
  readonly pendingTask: PendingTask;
}

export interface Task {
  readonly taskRequest: TaskRequest;
  readonly taskId: TaskId;
  readonly offer?: MesosOfferObject;
  readonly offers: readonly MesosOfferObject[];
  readonly mesosTask: MesosTaskObject;
  readonly rackId?: string;
}

/** The TaskInfo that was sent to Mesos; `otherFields` holds the rest of it, such as `command`. */
export interface MesosTaskObject {
  readonly taskId?: MesosStringValue;
  readonly executor?: MesosExecutorInfo;
  readonly labels?: MesosLabels;
  readonly agentId?: MesosStringValue;
  readonly resources?: readonly MesosResourceObject[];
  readonly name?: string;
  readonly otherFields?: Readonly<Record<string, unknown>>;
}

export interface MesosOfferObject {
  readonly agentId?: MesosStringValue;
  readonly frameworkId?: MesosStringValue;
  readonly hostname?: string;
  readonly id?: MesosStringValue;
  readonly otherFields?: Readonly<Record<string, unknown>>;
}

export interface MesosStringValue {
  readonly value: string;
}

export interface MesosResourceObject {
  readonly name?: string;
  /** SCALAR, RANGES or SET. */
  readonly type?: string;
  readonly scalar?: MesosScalarObject;
  readonly ranges?: MesosRangesObject;
  readonly otherFields?: Readonly<Record<string, unknown>>;
}

export interface MesosScalarObject {
  readonly value: number;
}

export interface MesosRangesObject {
  readonly range?: readonly MesosRangeObject[];
}

export interface MesosRangeObject {
  readonly begin?: number;
  readonly end?: number;
}

export interface MesosLabels {
  readonly labels?: readonly MesosParameter[];
}

export interface MesosParameter {
  readonly key?: string;
  readonly value?: string;
}

export interface MesosExecutorInfo {
  readonly executorId?: MesosStringValue;
  readonly otherFields?: Readonly<Record<string, unknown>>;
}

export interface TaskHistoryUpdate {
  readonly taskId: TaskId;
  readonly timestamp: number;
  readonly taskState: TaskState;
  readonly statusMessage?: string;
  readonly statusReason?: string;
  readonly previous?: readonly TaskHistoryUpdate[];
}

export interface TaskHealthcheckResult {
  readonly statusCode?: number;
  readonly timestamp: number;
  readonly responseBody?: string;
  readonly errorMessage?: string;
  readonly taskId: TaskId;
  readonly startup?: boolean;
  readonly durationMillis?: number;
}

export interface TaskHistory {
  readonly taskUpdates: readonly TaskHistoryUpdate[];
  readonly directory?: string;
  readonly containerId?: string;
  readonly healthcheckResults: readonly TaskHealthcheckResult[];
  readonly task: Task;
  readonly loadBalancerUpdates: readonly LoadBalancerUpdate[];
  readonly shellCommandHistory: readonly TaskShellCommandHistory[];
  readonly taskMetadata: readonly TaskMetadata[];
}

export interface TaskIdHistory {
  readonly taskId: TaskId;
  readonly updatedAt: number;
  readonly runId?: string;
  readonly lastTaskState?: TaskState;
}

export interface TaskIdsByStatus {
  readonly healthy?: readonly TaskId[];
  readonly notYetHealthy?: readonly TaskId[];
  readonly pending?: readonly PendingTaskId[];
  readonly cleaning?: readonly TaskId[];
  readonly loadBalanced?: readonly TaskId[];
  readonly killed?: readonly TaskId[];
}

export interface TrackedTask {
  readonly taskId?: TaskId;
  readonly pendingTaskId?: PendingTaskId;
  readonly runId?: string;
  readonly currentState?: TaskState;
  readonly taskHistory: readonly TaskHistoryUpdate[];
  readonly pending: boolean;
}

export interface TaskCleanup {
  readonly user?: string;
  readonly cleanupType: TaskCleanupType;
  readonly timestamp: number;
  readonly taskId: TaskId;
  readonly message?: string;
  readonly actionId?: string;
  readonly runBeforeKillId?: TaskShellCommandRequestId;
  readonly removeFromLoadBalancer?: boolean;
}

export interface KilledTaskIdRecord {
  readonly taskId: TaskId;
  readonly timestamp: number;
  readonly originalTimestamp: number;
  readonly requestCleanupType?: RequestCleanupType;
  readonly taskCleanupType?: TaskCleanupType;
  readonly retries: number;
}

export interface RequestCleanup {
  readonly user?: string;
  readonly cleanupType: RequestCleanupType;
  readonly timestamp: number;
  readonly killTasks?: boolean;
  readonly removeFromLoadBalancer?: boolean;
  readonly requestId: string;
  readonly deployId?: string;
  readonly skipHealthchecks?: boolean;
  readonly message?: string;
  readonly actionId?: string;
  readonly runShellCommandBeforeKill?: ShellCommand;
}

export interface TaskMetadata {
  readonly taskId: TaskId;
  readonly timestamp: number;
  readonly type: string;
  readonly title: string;
  readonly message?: string;
  readonly user?: string;
  readonly level: "INFO" | "WARN" | "ERROR";
}

export interface TaskShellCommandRequest {
  readonly taskId: TaskId;
  readonly user?: string;
  readonly timestamp: number;
  readonly shellCommand: ShellCommand;
}

export interface TaskShellCommandRequestId {
  readonly taskId: TaskId;
  readonly name: string;
  readonly timestamp: number;
}

export interface TaskShellCommandUpdate {
  readonly shellRequestId: TaskShellCommandRequestId;
  readonly timestamp: number;
  readonly message?: string;
  readonly outputFilename?: string;
  readonly updateType: ShellCommandUpdateType;
}

export interface TaskShellCommandHistory {
  readonly shellRequest: TaskShellCommandRequest;
  readonly shellUpdates: readonly TaskShellCommandUpdate[];
}

export interface ShellCommand {
  readonly name: string;
  readonly options?: readonly string[];
  readonly user?: string;
  readonly logfileName?: string;
}
