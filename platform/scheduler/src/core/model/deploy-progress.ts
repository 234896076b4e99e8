/**
 * How far a deploy has come, and how it ended.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type { Deploy } from "./deploy.ts";
import type {
  AcceptanceResult,
  DeployFailureReason,
  DeployState,
  LoadBalancerMethod,
  LoadBalancerState,
  TaskFailureType,
  TaskState,
} from "./enums.ts";
import type { Request } from "./request.ts";
import type { TaskId } from "./task.ts";

export interface DeployMarker {
  readonly requestId: string;
  readonly deployId: string;
  readonly timestamp: number;
  readonly user?: string;
  readonly message?: string;
}

export interface RequestDeployState {
  readonly requestId: string;
  readonly activeDeploy?: DeployMarker;
  readonly pendingDeploy?: DeployMarker;
}

export interface PendingDeploy {
  readonly deployMarker: DeployMarker;
  readonly lastLoadBalancerUpdate?: LoadBalancerUpdate;
  readonly currentDeployState: DeployState;
  readonly deployProgress: DeployProgress;
  readonly updatedRequest?: Request;
}

export interface DeployProgress {
  readonly targetActiveInstances: number;
  readonly currentActiveInstances: number;
  readonly deployInstanceCountPerStep?: number;
  readonly deployStepWaitTimeMs?: number;
  readonly stepComplete?: boolean;
  readonly autoAdvanceDeploySteps?: boolean;
  readonly failedDeployTasks: readonly TaskId[];
  readonly timestamp: number;
  readonly stepLaunchComplete?: boolean;
  readonly lbUpdates?: Readonly<Record<string, DeployLoadBalancerUpdate>>;
  readonly pendingLbUpdate?: LoadBalancerUpdate;
  readonly stepAcceptanceResults?: Readonly<Record<string, AcceptanceResult>>;
  readonly acceptanceResultMessageHistory?: readonly string[];
  readonly canary?: boolean;
}

export interface DeployResult {
  readonly deployState: DeployState;
  readonly message?: string;
  readonly lbUpdate?: LoadBalancerUpdate;
  readonly deployFailures: readonly DeployFailure[];
  readonly timestamp: number;
}

export interface DeployFailure {
  readonly reason: DeployFailureReason;
  readonly taskId?: TaskId;
  readonly message?: string;
}

export interface DeployStatistics {
  readonly requestId: string;
  readonly deployId: string;
  readonly numSuccess?: number;
  readonly numFailures?: number;
  readonly numSequentialRetries?: number;
  readonly lastFinishAt?: number;
  readonly lastTaskState?: TaskState;
  readonly instanceSequentialFailureTimestamps?: Readonly<Record<string, readonly number[]>>;
  readonly numTasks?: number;
  readonly averageRuntimeMillis?: number;
  readonly averageSchedulingDelayMillis?: number;
  readonly taskFailureEvents?: readonly TaskFailureEvent[];
}

export interface TaskFailureEvent {
  readonly instance: number;
  readonly timestamp: number;
  readonly type: TaskFailureType;
}

export interface DeployHistory {
  readonly deployResult?: DeployResult;
  readonly deployMarker: DeployMarker;
  readonly deploy?: Deploy;
  readonly deployStatistics?: DeployStatistics;
}

export interface DeployUpdate {
  readonly deployMarker?: DeployMarker;
  readonly deploy?: Deploy;
  readonly eventType?: "STARTING" | "FINISHED";
  readonly deployResult?: DeployResult;
}

/** What one step of a deploy changed at the load balancer. */
export interface DeployLoadBalancerUpdate {
  readonly loadBalancerUpdate: LoadBalancerUpdate;
  readonly added: readonly TaskId[];
  readonly removed: readonly TaskId[];
}

export interface LoadBalancerUpdate {
  readonly loadBalancerRequestId?: LoadBalancerRequestId;
  readonly message?: string;
  readonly timestamp?: number;
  readonly method?: LoadBalancerMethod;
  readonly uri?: string;
  readonly loadBalancerState?: LoadBalancerState;
}

export interface LoadBalancerRequestId {
  readonly id?: string;
  readonly requestType?: "ADD" | "REMOVE" | "DEPLOY" | "DELETE";
  readonly attemptNumber?: number;
}
