/**
 * How the state of the cluster is given.
 */

import type {
  HostState,
  Limits,
  ScheduledTasksInfo,
  State,
  TaskReconciliationStatistics,
} from "./answers.ts";
import { deployMarkerShape } from "./deploy-progress-shape.ts";
import { object, optional, required } from "./fields.ts";
import { fireAlarmShape } from "./operations-shape.ts";
import { decimal, list, type Shape, text, truth, whole } from "./shape.ts";
import { pendingTaskIdShape } from "./task-id-shape.ts";

export const hostStateShape: Shape<HostState> = object("SingularityHostState", {
  master: optional(truth),
  uptime: optional(whole),
  driverStatus: optional(text),
  millisSinceLastOffer: optional(whole),
  hostAddress: optional(text),
  hostname: optional(text),
  mesosMaster: optional(text),
  mesosConnected: optional(truth),
  offerCacheSize: optional(whole),
  availableCachedCpus: optional(decimal),
  availableCachedMemory: optional(decimal),
});

export const stateShape: Shape<State> = object("SingularityState", {
  activeTasks: optional(whole),
  launchingTasks: optional(whole),
  activeRequests: optional(whole),
  cooldownRequests: optional(whole),
  pausedRequests: optional(whole),
  scheduledTasks: optional(whole),
  pendingRequests: optional(whole),
  lbCleanupTasks: optional(whole),
  lbCleanupRequests: optional(whole),
  cleaningRequests: optional(whole),
  activeAgents: optional(whole, { also: ["activeSlaves"] }),
  deadAgents: optional(whole, { also: ["deadSlaves"] }),
  decommissioningAgents: optional(whole, {
    also: ["decommissioningSlaves", "decomissioningSlaves"],
  }),
  activeRacks: optional(whole),
  deadRacks: optional(whole),
  decommissioningRacks: optional(whole, { also: ["decomissioningRacks"] }),
  cleaningTasks: optional(whole),
  hostStates: optional(list(hostStateShape)),
  oldestDeploy: optional(whole),
  numDeploys: optional(whole),
  oldestDeployStep: optional(whole),
  activeDeploys: optional(list(deployMarkerShape)),
  lateTasks: optional(whole),
  listLateTasks: optional(list(pendingTaskIdShape)),
  onDemandLateTasks: optional(whole),
  onDemandListLateTasks: optional(list(pendingTaskIdShape)),
  futureTasks: optional(whole),
  maxTaskLag: optional(whole),
  generatedAt: optional(whole),
  overProvisionedRequestIds: optional(list(text)),
  underProvisionedRequestIds: optional(list(text)),
  overProvisionedRequests: optional(whole),
  underProvisionedRequests: optional(whole),
  finishedRequests: optional(whole),
  unknownRacks: optional(whole),
  unknownAgents: optional(whole, { also: ["unknownSlaves"] }),
  authDatastoreHealthy: optional(truth),
  minimumPriorityLevel: optional(decimal),
  avgStatusUpdateDelayMs: optional(whole),
  lastHeartbeatAt: optional(whole),
  allRequests: optional(whole),
  fireAlarm: optional(fireAlarmShape),
});

export const scheduledTasksInfoShape: Shape<ScheduledTasksInfo> = object("ScheduledTasksInfo", {
  lateTasks: required(list(pendingTaskIdShape)),
  onDemandLateTasks: required(list(pendingTaskIdShape)),
  numFutureTasks: required(whole),
  maxTaskLag: required(whole),
  timestamp: required(whole),
});

export const limitsShape: Shape<Limits> = object("Limits", {
  maxDecommissioningAgents: required(whole),
});

export const taskReconciliationStatisticsShape: Shape<TaskReconciliationStatistics> = object(
  "SingularityTaskReconciliationStatistics",
  {
    taskReconciliationStartedAt: optional(whole),
    taskReconciliationDurationMillis: optional(whole),
    taskReconciliationIterations: optional(whole),
    taskReconciliationResponseCount: optional(whole),
    taskReconciliationResponseMax: optional(whole),
    taskReconciliationResponseMean: optional(decimal),
    taskReconciliationResponseMin: optional(whole),
    taskReconciliationResponseP50: optional(decimal),
    taskReconciliationResponseP75: optional(decimal),
    taskReconciliationResponseP95: optional(decimal),
    taskReconciliationResponseP98: optional(decimal),
    taskReconciliationResponseP99: optional(decimal),
    taskReconciliationResponseP999: optional(decimal),
    taskReconciliationResponseStddev: optional(decimal),
  },
);
