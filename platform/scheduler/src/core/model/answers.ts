/**
 * Answers that are put together from several records.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type {
  ExpiringBounce,
  ExpiringPause,
  ExpiringPriority,
  ExpiringScale,
  ExpiringSkipHealthchecks,
} from "./actions.ts";
import type { Deploy } from "./deploy.ts";
import type { DeployMarker, PendingDeploy, RequestDeployState } from "./deploy-progress.ts";
import type { RequestState } from "./enums.ts";
import type { FireAlarm } from "./operations.ts";
import type { Request } from "./request.ts";
import type { PendingRequest, PendingTaskId, TaskIdsByStatus } from "./task.ts";

export interface RequestParent {
  readonly request?: Request;
  readonly state?: RequestState;
  readonly requestDeployState?: RequestDeployState;
  readonly activeDeploy?: Deploy;
  readonly pendingDeploy?: Deploy;
  readonly pendingDeployState?: PendingDeploy;
  readonly expiringBounce?: ExpiringBounce;
  readonly expiringPause?: ExpiringPause;
  readonly expiringScale?: ExpiringScale;
  readonly expiringSkipHealthchecks?: ExpiringSkipHealthchecks;
  readonly taskIds?: TaskIdsByStatus;
  readonly expiringPriority?: ExpiringPriority;
}

export interface PendingRequestParent {
  readonly request?: Request;
  readonly state?: RequestState;
  readonly requestDeployState?: RequestDeployState;
  readonly activeDeploy?: Deploy;
  readonly pendingDeploy?: Deploy;
  readonly pendingDeployState?: PendingDeploy;
  readonly pendingRequest?: PendingRequest;
  readonly expiringBounce?: ExpiringBounce;
  readonly expiringPause?: ExpiringPause;
  readonly expiringScale?: ExpiringScale;
  readonly expiringSkipHealthchecks?: ExpiringSkipHealthchecks;
  readonly taskIds?: TaskIdsByStatus;
}

export interface RequestBatch {
  readonly requests?: readonly RequestParent[];
  readonly notFound?: readonly string[];
}

export interface State {
  readonly activeTasks?: number;
  readonly launchingTasks?: number;
  readonly activeRequests?: number;
  readonly cooldownRequests?: number;
  readonly pausedRequests?: number;
  readonly scheduledTasks?: number;
  readonly pendingRequests?: number;
  readonly lbCleanupTasks?: number;
  readonly lbCleanupRequests?: number;
  readonly cleaningRequests?: number;
  readonly activeAgents?: number;
  readonly deadAgents?: number;
  readonly decommissioningAgents?: number;
  readonly activeRacks?: number;
  readonly deadRacks?: number;
  readonly decommissioningRacks?: number;
  readonly cleaningTasks?: number;
  readonly hostStates?: readonly HostState[];
  readonly oldestDeploy?: number;
  readonly numDeploys?: number;
  readonly oldestDeployStep?: number;
  readonly activeDeploys?: readonly DeployMarker[];
  readonly lateTasks?: number;
  readonly listLateTasks?: readonly PendingTaskId[];
  readonly onDemandLateTasks?: number;
  readonly onDemandListLateTasks?: readonly PendingTaskId[];
  readonly futureTasks?: number;
  readonly maxTaskLag?: number;
  readonly generatedAt?: number;
  readonly overProvisionedRequestIds?: readonly string[];
  readonly underProvisionedRequestIds?: readonly string[];
  readonly overProvisionedRequests?: number;
  readonly underProvisionedRequests?: number;
  readonly finishedRequests?: number;
  readonly unknownRacks?: number;
  readonly unknownAgents?: number;
  readonly authDatastoreHealthy?: boolean;
  readonly minimumPriorityLevel?: number;
  readonly avgStatusUpdateDelayMs?: number;
  readonly lastHeartbeatAt?: number;
  readonly allRequests?: number;
  readonly fireAlarm?: FireAlarm;
}

export interface ScheduledTasksInfo {
  readonly lateTasks: readonly PendingTaskId[];
  readonly onDemandLateTasks: readonly PendingTaskId[];
  readonly numFutureTasks: number;
  readonly maxTaskLag: number;
  readonly timestamp: number;
}

export interface TaskCounts {
  readonly requestId: string;
  readonly active: number;
  readonly pending: number;
  readonly cleaning: number;
}

export interface Limits {
  readonly maxDecommissioningAgents: number;
}

/** One page of a list; `page` counts from 1. */
export interface Page<T> {
  readonly dataCount?: number;
  readonly pageCount?: number;
  readonly page?: number;
  readonly objects: readonly T[];
}

export interface HostState {
  readonly master?: boolean;
  readonly uptime?: number;
  readonly driverStatus?: string;
  readonly millisSinceLastOffer?: number;
  readonly hostAddress?: string;
  readonly hostname?: string;
  readonly mesosMaster?: string;
  readonly mesosConnected?: boolean;
  readonly offerCacheSize?: number;
  readonly availableCachedCpus?: number;
  readonly availableCachedMemory?: number;
}

export interface TaskReconciliationStatistics {
  readonly taskReconciliationStartedAt?: number;
  readonly taskReconciliationDurationMillis?: number;
  readonly taskReconciliationIterations?: number;
  readonly taskReconciliationResponseCount?: number;
  readonly taskReconciliationResponseMax?: number;
  readonly taskReconciliationResponseMean?: number;
  readonly taskReconciliationResponseMin?: number;
  readonly taskReconciliationResponseP50?: number;
  readonly taskReconciliationResponseP75?: number;
  readonly taskReconciliationResponseP95?: number;
  readonly taskReconciliationResponseP98?: number;
  readonly taskReconciliationResponseP99?: number;
  readonly taskReconciliationResponseP999?: number;
  readonly taskReconciliationResponseStddev?: number;
}

export interface Sandbox {
  readonly files?: readonly SandboxFile[];
  readonly fullPathToRoot?: string;
  readonly currentDirectory?: string;
  readonly agentHostname?: string;
}

export interface SandboxFile {
  readonly name?: string;
  readonly mtime?: number;
  readonly size?: number;
  readonly mode?: string;
}

export interface MesosFileChunkObject {
  readonly data?: string;
  readonly offset?: number;
  readonly nextOffset?: number;
}

export interface MesosTaskStatisticsObject {
  readonly cpus_limit?: number;
  readonly cpus_nr_periods?: number;
  readonly cpus_nr_throttled?: number;
  readonly cpus_system_time_secs?: number;
  readonly cpus_throttled_time_secs?: number;
  readonly cpus_user_time_secs?: number;
  readonly mem_anon_bytes?: number;
  readonly mem_file_bytes?: number;
  readonly mem_limit_bytes?: number;
  readonly mem_mapped_file_bytes?: number;
  readonly mem_rss_bytes?: number;
  readonly mem_total_bytes?: number;
  readonly disk_limit_bytes?: number;
  readonly disk_used_bytes?: number;
  readonly timestamp?: number;
  readonly cpusLimit?: number;
  readonly cpusNrPeriods?: number;
  readonly cpusNrThrottled?: number;
  readonly cpusSystemTimeSecs?: number;
  readonly cpusThrottledTimeSecs?: number;
  readonly cpusUserTimeSecs?: number;
  readonly memAnonBytes?: number;
  readonly memFileBytes?: number;
  readonly memLimitBytes?: number;
  readonly memMappedFileBytes?: number;
  readonly memRssBytes?: number;
  readonly memTotalBytes?: number;
  readonly diskLimitBytes?: number;
  readonly diskUsedBytes?: number;
}
