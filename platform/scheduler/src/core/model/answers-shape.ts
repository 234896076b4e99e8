/**
 * How the answers of `answers.ts` about requests and tasks are read and written.
 */

import type { PendingRequestParent, RequestBatch, RequestParent, TaskCounts } from "./answers.ts";
import { pendingDeployShape, requestDeployStateShape } from "./deploy-progress-shape.ts";
import { deployShape } from "./deploy-shape.ts";
import { requestStates } from "./enums.ts";
import {
  expiringBounceShape,
  expiringPauseShape,
  expiringPriorityShape,
  expiringScaleShape,
  expiringSkipHealthchecksShape,
} from "./expiring-shape.ts";
import { object, optional, required } from "./fields.ts";
import { requestShape } from "./request-shape.ts";
import { list, oneOf, type Shape, text, whole } from "./shape.ts";
import { pendingRequestShape, taskIdsByStatusShape } from "./task-shape.ts";

export const requestParentShape: Shape<RequestParent> = object("SingularityRequestParent", {
  request: optional(requestShape),
  state: optional(oneOf(requestStates)),
  requestDeployState: optional(requestDeployStateShape),
  activeDeploy: optional(deployShape),
  pendingDeploy: optional(deployShape),
  pendingDeployState: optional(pendingDeployShape),
  expiringBounce: optional(expiringBounceShape),
  expiringPause: optional(expiringPauseShape),
  expiringScale: optional(expiringScaleShape),
  expiringSkipHealthchecks: optional(expiringSkipHealthchecksShape),
  taskIds: optional(taskIdsByStatusShape),
  expiringPriority: optional(expiringPriorityShape),
});

export const pendingRequestParentShape: Shape<PendingRequestParent> = object(
  "SingularityPendingRequestParent",
  {
    request: optional(requestShape),
    state: optional(oneOf(requestStates)),
    requestDeployState: optional(requestDeployStateShape),
    activeDeploy: optional(deployShape),
    pendingDeploy: optional(deployShape),
    pendingDeployState: optional(pendingDeployShape),
    pendingRequest: optional(pendingRequestShape),
    expiringBounce: optional(expiringBounceShape),
    expiringPause: optional(expiringPauseShape),
    expiringScale: optional(expiringScaleShape),
    expiringSkipHealthchecks: optional(expiringSkipHealthchecksShape),
    taskIds: optional(taskIdsByStatusShape),
  },
);

export const requestBatchShape: Shape<RequestBatch> = object("SingularityRequestBatch", {
  requests: optional(list(requestParentShape)),
  notFound: optional(list(text)),
});

export const taskCountsShape: Shape<TaskCounts> = object("TaskCounts", {
  requestId: required(text),
  active: required(whole),
  pending: required(whole),
  cleaning: required(whole),
});
