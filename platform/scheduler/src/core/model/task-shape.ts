/**
 * How the JSON of `task.ts` is read and written.
 */

import { loadBalancerUpdateShape } from "./deploy-progress-shape.ts";
import { deployShape } from "./deploy-shape.ts";
import { pendingTypes, requestCleanupTypes, taskCleanupTypes, taskStates } from "./enums.ts";
import { lazily, object, optional, required } from "./fields.ts";
import { mesosOfferObjectShape, mesosTaskObjectShape } from "./mesos-object-shape.ts";
import { requestShape } from "./request-shape.ts";
import { runOverrideFields } from "./run-shape.ts";
import { list, oneOf, type Shape, text, truth, whole } from "./shape.ts";
import {
  shellCommandShape,
  taskShellCommandHistoryShape,
  taskShellCommandRequestIdShape,
} from "./shell-command-shape.ts";
import type {
  KilledTaskIdRecord,
  PendingRequest,
  PendingTask,
  RequestCleanup,
  Task,
  TaskCleanup,
  TaskHealthcheckResult,
  TaskHistory,
  TaskHistoryUpdate,
  TaskIdHistory,
  TaskIdsByStatus,
  TaskMetadata,
  TaskRequest,
  TrackedTask,
} from "./task.ts";
import { pendingTaskIdShape, taskIdShape } from "./task-id-shape.ts";

export const pendingTaskShape: Shape<PendingTask> = object("SingularityPendingTask", {
  pendingTaskId: required(pendingTaskIdShape),
  cmdLineArgsList: optional(list(text)),
  user: optional(text),
  ...runOverrideFields,
  actionId: optional(text),
  runAt: optional(whole),
});

export const pendingRequestShape: Shape<PendingRequest> = object("SingularityPendingRequest", {
  requestId: required(text),
  deployId: required(text),
  timestamp: required(whole),
  user: optional(text),
  pendingType: required(oneOf(pendingTypes)),
  cmdLineArgsList: optional(list(text)),
  ...runOverrideFields,
  actionId: optional(text),
  runAt: optional(whole),
});

export const taskRequestShape: Shape<TaskRequest> = object("SingularityTaskRequest", {
  request: required(requestShape),
  deploy: required(deployShape),
  pendingTask: required(pendingTaskShape),
});

export const taskShape: Shape<Task> = object("SingularityTask", {
  taskRequest: required(taskRequestShape),
  taskId: required(taskIdShape),
  offer: optional(mesosOfferObjectShape),
  offers: required(list(mesosOfferObjectShape)),
  mesosTask: required(mesosTaskObjectShape),
  rackId: optional(text),
});

const previousUpdateShape = lazily(
  "SingularityTaskHistoryUpdate",
  (): Shape<TaskHistoryUpdate> => taskHistoryUpdateShape,
);

export const taskHistoryUpdateShape: Shape<TaskHistoryUpdate> = object(
  "SingularityTaskHistoryUpdate",
  {
    taskId: required(taskIdShape),
    timestamp: required(whole),
    taskState: required(oneOf(taskStates)),
    statusMessage: optional(text),
    statusReason: optional(text),
    previous: optional(list(previousUpdateShape)),
  },
);

export const taskHealthcheckResultShape: Shape<TaskHealthcheckResult> = object(
  "SingularityTaskHealthcheckResult",
  {
    statusCode: optional(whole),
    timestamp: required(whole),
    responseBody: optional(text),
    errorMessage: optional(text),
    taskId: required(taskIdShape),
    startup: optional(truth),
    durationMillis: optional(whole, { also: ["duration"] }),
  },
);

export const taskMetadataShape: Shape<TaskMetadata> = object("SingularityTaskMetadata", {
  taskId: required(taskIdShape),
  timestamp: required(whole),
  type: required(text),
  title: required(text),
  message: optional(text),
  user: optional(text),
  level: required(oneOf(["INFO", "WARN", "ERROR"])),
});

export const taskHistoryShape: Shape<TaskHistory> = object("SingularityTaskHistory", {
  taskUpdates: required(list(taskHistoryUpdateShape)),
  directory: optional(text),
  containerId: optional(text),
  healthcheckResults: required(list(taskHealthcheckResultShape)),
  task: required(taskShape),
  loadBalancerUpdates: required(list(loadBalancerUpdateShape)),
  shellCommandHistory: required(list(taskShellCommandHistoryShape)),
  taskMetadata: required(list(taskMetadataShape)),
});

export const taskIdHistoryShape: Shape<TaskIdHistory> = object("SingularityTaskIdHistory", {
  taskId: required(taskIdShape),
  updatedAt: required(whole),
  runId: optional(text),
  lastTaskState: optional(oneOf(taskStates), { also: ["lastStatus"] }),
});

export const taskIdsByStatusShape: Shape<TaskIdsByStatus> = object("SingularityTaskIdsByStatus", {
  healthy: optional(list(taskIdShape)),
  notYetHealthy: optional(list(taskIdShape)),
  pending: optional(list(pendingTaskIdShape)),
  cleaning: optional(list(taskIdShape)),
  loadBalanced: optional(list(taskIdShape)),
  killed: optional(list(taskIdShape)),
});

export const trackedTaskShape: Shape<TrackedTask> = object("TrackedTask", {
  taskId: optional(taskIdShape),
  pendingTaskId: optional(pendingTaskIdShape),
  runId: optional(text),
  currentState: optional(oneOf(taskStates)),
  taskHistory: required(list(taskHistoryUpdateShape)),
  pending: required(truth),
});

export const taskCleanupShape: Shape<TaskCleanup> = object("SingularityTaskCleanup", {
  user: optional(text),
  cleanupType: required(oneOf(taskCleanupTypes)),
  timestamp: required(whole),
  taskId: required(taskIdShape),
  message: optional(text),
  actionId: optional(text),
  runBeforeKillId: optional(taskShellCommandRequestIdShape),
  removeFromLoadBalancer: optional(truth),
});

export const killedTaskIdRecordShape: Shape<KilledTaskIdRecord> = object(
  "SingularityKilledTaskIdRecord",
  {
    taskId: required(taskIdShape),
    timestamp: required(whole),
    originalTimestamp: required(whole),
    requestCleanupType: optional(oneOf(requestCleanupTypes)),
    taskCleanupType: optional(oneOf(taskCleanupTypes)),
    retries: required(whole),
  },
);

export const requestCleanupShape: Shape<RequestCleanup> = object("SingularityRequestCleanup", {
  user: optional(text),
  cleanupType: required(oneOf(requestCleanupTypes)),
  timestamp: required(whole),
  killTasks: optional(truth),
  removeFromLoadBalancer: optional(truth),
  requestId: required(text),
  deployId: optional(text),
  skipHealthchecks: optional(truth),
  message: optional(text),
  actionId: optional(text),
  runShellCommandBeforeKill: optional(shellCommandShape),
});
