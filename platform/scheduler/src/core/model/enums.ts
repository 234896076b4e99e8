/**
 * The closed sets of words of the API, each as a list (to check input against) and as a type.
 *
 * The spellings are Singularity's, misspellings included (DECOMISSIONING): its clients compare them.
 * DEPLOY_FAILED and DEPLOY_SUCCEEDED among the mails are ours; Singularity sends none about deploys.
 */

export const acceptanceModes = ["NONE", "TIMED", "CHECKS"] as const;
export type AcceptanceMode = (typeof acceptanceModes)[number];

export const acceptanceResults = ["PENDING", "SUCCEEDED", "FAILED"] as const;
export type AcceptanceResult = (typeof acceptanceResults)[number];

export const authorizationScopes = ["READ", "WRITE", "ADMIN"] as const;
export type AuthorizationScope = (typeof authorizationScopes)[number];

export const crashLoopTypes = [
  "FAST_FAILURE_LOOP",
  "SINGLE_INSTANCE_FAILURE_LOOP",
  "MULTI_INSTANCE_FAILURE",
  "UNEXPECTED_EXITS",
  "OOM",
  "SLOW_FAILURES",
  "STARTUP_FAILURE_LOOP",
] as const;
export type CrashLoopType = (typeof crashLoopTypes)[number];

export const deployFailureReasons = [
  "TASK_FAILED_ON_STARTUP",
  "TASK_FAILED_HEALTH_CHECKS",
  "TASK_COULD_NOT_BE_SCHEDULED",
  "TASK_NEVER_ENTERED_RUNNING",
  "TASK_EXPECTED_RUNNING_FINISHED",
  "DEPLOY_CANCELLED",
  "DEPLOY_OVERDUE",
  "FAILED_TO_SAVE_DEPLOY_STATE",
  "LOAD_BALANCER_UPDATE_FAILED",
  "PENDING_DEPLOY_REMOVED",
] as const;
export type DeployFailureReason = (typeof deployFailureReasons)[number];

export const deployStates = [
  "SUCCEEDED",
  "FAILED_INTERNAL_STATE",
  "CANCELING",
  "WAITING",
  "OVERDUE",
  "FAILED",
  "CANCELED",
] as const;
export type DeployState = (typeof deployStates)[number];

export const disabledActionTypes = [
  "BOUNCE_REQUEST",
  "SCALE_REQUEST",
  "PRIORITY_REQUEST",
  "REMOVE_REQUEST",
  "CREATE_REQUEST",
  "UPDATE_REQUEST",
  "VIEW_REQUEST",
  "PAUSE_REQUEST",
  "KILL_TASK",
  "BOUNCE_TASK",
  "RUN_SHELL_COMMAND",
  "ADD_METADATA",
  "DEPLOY",
  "CANCEL_DEPLOY",
  "ADD_WEBHOOK",
  "REMOVE_WEBHOOK",
  "VIEW_WEBHOOKS",
  "TASK_RECONCILIATION",
  "STARTUP_TASK_RECONCILIATION",
  "RUN_HEALTH_CHECKS",
  "ADD_DISASTER",
  "REMOVE_DISASTER",
  "DISABLE_ACTION",
  "ENABLE_ACTION",
  "VIEW_DISASTERS",
  "FREEZE_SLAVE",
  "FREEZE_AGENT",
  "ACTIVATE_SLAVE",
  "ACTIVATE_AGENT",
  "DECOMMISSION_SLAVE",
  "DECOMMISSION_AGENT",
  "VIEW_SLAVES",
  "VIEW_AGENTS",
  "FREEZE_RACK",
  "ACTIVATE_RACK",
  "DECOMMISSION_RACK",
  "VIEW_RACKS",
  "SEND_EMAIL",
  "PROCESS_OFFERS",
  "CACHE_OFFERS",
  "EXPENSIVE_API_CALLS",
  "RUN_CLEANUP_POLLER",
  "RUN_DEPLOY_POLLER",
  "RUN_SCHEDULER_POLLER",
  "RUN_EXPIRING_ACTION_POLLER",
  "RUN_UPSTREAM_POLLER",
  "TASK_SHUFFLE",
] as const;
export type DisabledActionType = (typeof disabledActionTypes)[number];

export const disasterTypes = [
  "EXCESSIVE_TASK_LAG",
  "LOST_SLAVES",
  "LOST_TASKS",
  "USER_INITIATED",
] as const;
export type DisasterType = (typeof disasterTypes)[number];

export const emailDestinations = ["OWNERS", "ACTION_TAKER", "ADMINS"] as const;
export type EmailDestination = (typeof emailDestinations)[number];

export const emailTypes = [
  "TASK_LOST",
  "TASK_KILLED",
  "TASK_FINISHED_SCHEDULED",
  "TASK_FINISHED_LONG_RUNNING",
  "TASK_FINISHED_ON_DEMAND",
  "TASK_FINISHED_RUN_ONCE",
  "TASK_FAILED",
  "TASK_SCHEDULED_OVERDUE_TO_FINISH",
  "TASK_KILLED_DECOMISSIONED",
  "TASK_KILLED_UNHEALTHY",
  "REQUEST_IN_COOLDOWN",
  "REPLACEMENT_TASKS_FAILING",
  "SINGULARITY_ABORTING",
  "REQUEST_REMOVED",
  "REQUEST_PAUSED",
  "REQUEST_UNPAUSED",
  "REQUEST_SCALED",
  "TASK_FAILED_DECOMISSIONED",
  "DISASTER_DETECTED",
  "DEPLOY_FAILED",
  "DEPLOY_SUCCEEDED",
] as const;
export type EmailType = (typeof emailTypes)[number];

export const healthcheckProtocols = ["HTTP", "HTTPS", "HTTP2", "HTTPS2"] as const;
export type HealthcheckProtocol = (typeof healthcheckProtocols)[number];

export const loadBalancerMethods = [
  "PRE_ENQUEUE",
  "ENQUEUE",
  "CHECK_STATE",
  "CANCEL",
  "DELETE",
] as const;
export type LoadBalancerMethod = (typeof loadBalancerMethods)[number];

export const loadBalancerStates = [
  "UNKNOWN",
  "FAILED",
  "WAITING",
  "SUCCESS",
  "CANCELING",
  "CANCELED",
  "INVALID_REQUEST_NOOP",
] as const;
export type LoadBalancerState = (typeof loadBalancerStates)[number];

export const machineStates = [
  "MISSING_ON_STARTUP",
  "ACTIVE",
  "STARTING_DECOMMISSION",
  "DECOMMISSIONING",
  "DECOMMISSIONED",
  "DEAD",
  "FROZEN",
] as const;
export type MachineState = (typeof machineStates)[number];

export const pendingTypes = [
  "IMMEDIATE",
  "ONEOFF",
  "BOUNCE",
  "NEW_DEPLOY",
  "NEXT_DEPLOY_STEP",
  "UNPAUSED",
  "RETRY",
  "UPDATED_REQUEST",
  "DECOMISSIONED_SLAVE_OR_RACK",
  "TASK_DONE",
  "STARTUP",
  "CANCEL_BOUNCE",
  "TASK_BOUNCE",
  "DEPLOY_CANCELLED",
  "DEPLOY_FAILED",
  "DEPLOY_FINISHED",
  "TASK_RECOVERED",
] as const;
export type PendingType = (typeof pendingTypes)[number];

/** SEPARATE is read as SEPARATE_BY_DEPLOY, SPREAD_ALL_SLAVES as SPREAD_ALL_AGENTS. */
export const placements = [
  "SEPARATE_BY_DEPLOY",
  "SEPARATE_BY_REQUEST",
  "OPTIMISTIC",
  "GREEDY",
  "SPREAD_ALL_AGENTS",
] as const;
export type Placement = (typeof placements)[number];

export const requestCleanupTypes = ["DELETING", "PAUSING", "BOUNCE", "INCREMENTAL_BOUNCE"] as const;
export type RequestCleanupType = (typeof requestCleanupTypes)[number];

export const requestHistoryEvents = [
  "CREATED",
  "UPDATED",
  "DELETING",
  "DELETED",
  "PAUSED",
  "UNPAUSED",
  "ENTERED_COOLDOWN",
  "EXITED_COOLDOWN",
  "FINISHED",
  "DEPLOYED_TO_UNPAUSE",
  "BOUNCED",
  "SCALED",
  "SCALE_REVERTED",
] as const;
export type RequestHistoryEvent = (typeof requestHistoryEvents)[number];

export const requestStates = [
  "ACTIVE",
  "DELETING",
  "DELETED",
  "PAUSED",
  "SYSTEM_COOLDOWN",
  "FINISHED",
  "DEPLOYING_TO_UNPAUSE",
] as const;
export type RequestState = (typeof requestStates)[number];

export const requestTypes = ["SERVICE", "WORKER", "SCHEDULED", "ON_DEMAND", "RUN_ONCE"] as const;
export type RequestType = (typeof requestTypes)[number];

export const scheduleTypes = ["CRON", "QUARTZ", "RFC5545"] as const;
export type ScheduleType = (typeof scheduleTypes)[number];

export const shellCommandUpdateTypes = [
  "INVALID",
  "ACKED",
  "STARTED",
  "FINISHED",
  "FAILED",
] as const;
export type ShellCommandUpdateType = (typeof shellCommandUpdateTypes)[number];

export const taskCleanupTypes = [
  "BOUNCING",
  "DECOMMISSION_TIMEOUT",
  "DECOMISSIONING",
  "DEPLOY_CANCELED",
  "DEPLOY_FAILED",
  "DEPLOY_STEP_FINISHED",
  "INCREMENTAL_BOUNCE",
  "INCREMENTAL_DEPLOY_CANCELLED",
  "INCREMENTAL_DEPLOY_FAILED",
  "NEW_DEPLOY_SUCCEEDED",
  "OVERDUE_NEW_TASK",
  "PAUSE",
  "PAUSING",
  "PRIORITY_KILL",
  "REBALANCE_CPU_USAGE",
  "REBALANCE_MEMORY_USAGE",
  "REBALANCE_RACKS",
  "REBALANCE_SLAVE_ATTRIBUTES",
  "REQUEST_DELETING",
  "SCALING_DOWN",
  "TASK_EXCEEDED_TIME_LIMIT",
  "UNHEALTHY_NEW_TASK",
  "USER_REQUESTED",
  "USER_REQUESTED_DESTROY",
  "USER_REQUESTED_TASK_BOUNCE",
] as const;
export type TaskCleanupType = (typeof taskCleanupTypes)[number];

export const taskFailureTypes = [
  "OOM",
  "OUT_OF_DISK_SPACE",
  "BAD_EXIT_CODE",
  "UNEXPECTED_EXIT",
  "LOST_SLAVE",
  "MESOS_ERROR",
  "STARTUP_FAILURE",
] as const;
export type TaskFailureType = (typeof taskFailureTypes)[number];

export const taskStates = [
  "TASK_LAUNCHED",
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_CLEANING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_LOST",
  "TASK_LOST_WHILE_DOWN",
  "TASK_ERROR",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_UNREACHABLE",
  "TASK_GONE_BY_OPERATOR",
  "TASK_UNKNOWN",
] as const;
export type TaskState = (typeof taskStates)[number];

export const userActions = [
  "EXEC",
  "BOUNCE",
  "PAUSE",
  "SCALE",
  "PRIORITIZE",
  "KILL_TASK",
  "DELETE_SCHEDULED_TASK",
  "RUN_SHELL_COMMAND",
] as const;
export type UserAction = (typeof userActions)[number];

export const webhookTypes = ["REQUEST", "DEPLOY", "TASK", "CRASHLOOP", "ELEVATED_ACCESS"] as const;
export type WebhookType = (typeof webhookTypes)[number];
