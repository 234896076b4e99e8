/**
 * How the JSON of `deploy-progress.ts` is read and written.
 */

import type {
  DeployFailure,
  DeployHistory,
  DeployLoadBalancerUpdate,
  DeployMarker,
  DeployProgress,
  DeployResult,
  DeployStatistics,
  DeployUpdate,
  LoadBalancerRequestId,
  LoadBalancerUpdate,
  PendingDeploy,
  RequestDeployState,
  TaskFailureEvent,
} from "./deploy-progress.ts";
import { deployShape } from "./deploy-shape.ts";
import {
  acceptanceResults,
  deployFailureReasons,
  deployStates,
  loadBalancerMethods,
  loadBalancerStates,
  taskFailureTypes,
  taskStates,
} from "./enums.ts";
import { object, optional, required } from "./fields.ts";
import { requestShape } from "./request-shape.ts";
import { list, mapOf, oneOf, type Shape, text, truth, whole } from "./shape.ts";
import { taskIdShape } from "./task-id-shape.ts";

export const deployMarkerShape: Shape<DeployMarker> = object("SingularityDeployMarker", {
  requestId: required(text),
  deployId: required(text),
  timestamp: required(whole),
  user: optional(text),
  message: optional(text),
});

export const requestDeployStateShape: Shape<RequestDeployState> = object(
  "SingularityRequestDeployState",
  {
    requestId: required(text),
    activeDeploy: optional(deployMarkerShape),
    pendingDeploy: optional(deployMarkerShape),
  },
);

export const loadBalancerRequestIdShape: Shape<LoadBalancerRequestId> = object(
  "LoadBalancerRequestId",
  {
    id: optional(text),
    requestType: optional(oneOf(["ADD", "REMOVE", "DEPLOY", "DELETE"])),
    attemptNumber: optional(whole),
  },
);

export const loadBalancerUpdateShape: Shape<LoadBalancerUpdate> = object(
  "SingularityLoadBalancerUpdate",
  {
    loadBalancerRequestId: optional(loadBalancerRequestIdShape),
    message: optional(text),
    timestamp: optional(whole),
    method: optional(oneOf(loadBalancerMethods)),
    uri: optional(text),
    loadBalancerState: optional(oneOf(loadBalancerStates)),
  },
);

export const deployLoadBalancerUpdateShape: Shape<DeployLoadBalancerUpdate> = object(
  "DeployLoadBalancerUpdate",
  {
    loadBalancerUpdate: required(loadBalancerUpdateShape),
    added: required(list(taskIdShape)),
    removed: required(list(taskIdShape)),
  },
);

export const deployProgressShape: Shape<DeployProgress> = object("SingularityDeployProgress", {
  targetActiveInstances: required(whole),
  currentActiveInstances: required(whole),
  deployInstanceCountPerStep: optional(whole),
  deployStepWaitTimeMs: optional(whole),
  stepComplete: optional(truth),
  autoAdvanceDeploySteps: optional(truth),
  failedDeployTasks: required(list(taskIdShape)),
  timestamp: required(whole),
  stepLaunchComplete: optional(truth),
  lbUpdates: optional(mapOf(deployLoadBalancerUpdateShape)),
  pendingLbUpdate: optional(loadBalancerUpdateShape),
  stepAcceptanceResults: optional(mapOf(oneOf(acceptanceResults))),
  acceptanceResultMessageHistory: optional(list(text)),
  canary: optional(truth),
});

export const pendingDeployShape: Shape<PendingDeploy> = object("SingularityPendingDeploy", {
  deployMarker: required(deployMarkerShape),
  lastLoadBalancerUpdate: optional(loadBalancerUpdateShape),
  currentDeployState: required(oneOf(deployStates)),
  deployProgress: required(deployProgressShape),
  updatedRequest: optional(requestShape),
});

export const deployFailureShape: Shape<DeployFailure> = object("SingularityDeployFailure", {
  reason: required(oneOf(deployFailureReasons)),
  taskId: optional(taskIdShape),
  message: optional(text),
});

export const deployResultShape: Shape<DeployResult> = object("SingularityDeployResult", {
  deployState: required(oneOf(deployStates)),
  message: optional(text),
  lbUpdate: optional(loadBalancerUpdateShape),
  deployFailures: required(list(deployFailureShape)),
  timestamp: required(whole),
});

export const taskFailureEventShape: Shape<TaskFailureEvent> = object("TaskFailureEvent", {
  instance: required(whole),
  timestamp: required(whole),
  type: required(oneOf(taskFailureTypes)),
});

export const deployStatisticsShape: Shape<DeployStatistics> = object(
  "SingularityDeployStatistics",
  {
    requestId: required(text),
    deployId: required(text),
    numSuccess: optional(whole),
    numFailures: optional(whole),
    numSequentialRetries: optional(whole),
    lastFinishAt: optional(whole),
    lastTaskState: optional(oneOf(taskStates)),
    instanceSequentialFailureTimestamps: optional(mapOf(list(whole))),
    numTasks: optional(whole),
    averageRuntimeMillis: optional(whole),
    averageSchedulingDelayMillis: optional(whole),
    taskFailureEvents: optional(list(taskFailureEventShape)),
  },
);

export const deployHistoryShape: Shape<DeployHistory> = object("SingularityDeployHistory", {
  deployResult: optional(deployResultShape),
  deployMarker: required(deployMarkerShape),
  deploy: optional(deployShape),
  deployStatistics: optional(deployStatisticsShape),
});

export const deployUpdateShape: Shape<DeployUpdate> = object("SingularityDeployUpdate", {
  deployMarker: optional(deployMarkerShape),
  deploy: optional(deployShape),
  eventType: optional(oneOf(["STARTING", "FINISHED"])),
  deployResult: optional(deployResultShape),
});
