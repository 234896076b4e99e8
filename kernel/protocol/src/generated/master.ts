// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";
import * as duration from "./duration.ts";
import * as maintenance from "./maintenance.ts";
import * as quota from "./quota.ts";
import * as scheduler from "./scheduler.ts";
import * as v1 from "./v1.ts";

/**
 * What an operator asks of the master. The member that `type` names is set, if there is one of that
 * name.
 */
export interface Call {
  type?: Call_Type;
  get_metrics?: Call_GetMetrics;
  set_logging_level?: Call_SetLoggingLevel;
  list_files?: Call_ListFiles;
  read_file?: Call_ReadFile;
  update_weights?: Call_UpdateWeights;
  reserve_resources?: Call_ReserveResources;
  unreserve_resources?: Call_UnreserveResources;
  create_volumes?: Call_CreateVolumes;
  destroy_volumes?: Call_DestroyVolumes;
  grow_volume?: Call_GrowVolume;
  shrink_volume?: Call_ShrinkVolume;
  update_maintenance_schedule?: Call_UpdateMaintenanceSchedule;
  start_maintenance?: Call_StartMaintenance;
  stop_maintenance?: Call_StopMaintenance;
  drain_agent?: Call_DrainAgent;
  deactivate_agent?: Call_DeactivateAgent;
  reactivate_agent?: Call_ReactivateAgent;
  update_quota?: Call_UpdateQuota;
  teardown?: Call_Teardown;
  mark_agent_gone?: Call_MarkAgentGone;
  set_quota?: Call_SetQuota;
  remove_quota?: Call_RemoveQuota;
}
export const Call: MessageType<Call> = message("mesos.v1.master.Call", () => [
  [1, "type", Call_Type, "optional"],
  [2, "get_metrics", Call_GetMetrics, "optional"],
  [3, "set_logging_level", Call_SetLoggingLevel, "optional"],
  [4, "list_files", Call_ListFiles, "optional"],
  [5, "read_file", Call_ReadFile, "optional"],
  [6, "update_weights", Call_UpdateWeights, "optional"],
  [7, "reserve_resources", Call_ReserveResources, "optional"],
  [8, "unreserve_resources", Call_UnreserveResources, "optional"],
  [9, "create_volumes", Call_CreateVolumes, "optional"],
  [10, "destroy_volumes", Call_DestroyVolumes, "optional"],
  [18, "grow_volume", Call_GrowVolume, "optional"],
  [19, "shrink_volume", Call_ShrinkVolume, "optional"],
  [11, "update_maintenance_schedule", Call_UpdateMaintenanceSchedule, "optional"],
  [12, "start_maintenance", Call_StartMaintenance, "optional"],
  [13, "stop_maintenance", Call_StopMaintenance, "optional"],
  [21, "drain_agent", Call_DrainAgent, "optional"],
  [22, "deactivate_agent", Call_DeactivateAgent, "optional"],
  [23, "reactivate_agent", Call_ReactivateAgent, "optional"],
  [20, "update_quota", Call_UpdateQuota, "optional"],
  [16, "teardown", Call_Teardown, "optional"],
  [17, "mark_agent_gone", Call_MarkAgentGone, "optional"],
  [14, "set_quota", Call_SetQuota, "optional"],
  [15, "remove_quota", Call_RemoveQuota, "optional"],
]);

/** Makes persistent volumes of an agent's reserved disk. */
export interface Call_CreateVolumes {
  agent_id: v1.AgentID;
  volumes?: readonly v1.Resource[];
}
export const Call_CreateVolumes: MessageType<Call_CreateVolumes> =
  message("mesos.v1.master.Call.CreateVolumes", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [2, "volumes", v1.Resource, "repeated"],
]);

/** Stops offering an agent's resources. */
export interface Call_DeactivateAgent {
  agent_id: v1.AgentID;
}
export const Call_DeactivateAgent: MessageType<Call_DeactivateAgent> =
  message("mesos.v1.master.Call.DeactivateAgent", () => [
  [1, "agent_id", v1.AgentID, "required"],
]);

/** Destroys persistent volumes and what is in them. */
export interface Call_DestroyVolumes {
  agent_id: v1.AgentID;
  volumes?: readonly v1.Resource[];
}
export const Call_DestroyVolumes: MessageType<Call_DestroyVolumes> =
  message("mesos.v1.master.Call.DestroyVolumes", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [2, "volumes", v1.Resource, "repeated"],
]);

/** Stops offering an agent's resources and kills all that runs there. */
export interface Call_DrainAgent {
  agent_id: v1.AgentID;
  /** Cuts every task's kill policy short. Absent: no cut. */
  max_grace_period?: duration.Duration;
  /** Whether the agent is marked gone for ever once it is drained. Absent means false. */
  mark_gone?: boolean;
}
export const Call_DrainAgent: MessageType<Call_DrainAgent> =
  message("mesos.v1.master.Call.DrainAgent", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [2, "max_grace_period", duration.Duration, "optional"],
  [3, "mark_gone", "bool", "optional", { default: false }],
]);

/** Asks for all metrics. */
export interface Call_GetMetrics {
  /** What takes longer is left out. Absent: waits for all. */
  timeout?: v1.DurationInfo;
}
export const Call_GetMetrics: MessageType<Call_GetMetrics> =
  message("mesos.v1.master.Call.GetMetrics", () => [
  [1, "timeout", v1.DurationInfo, "optional"],
]);

/** Adds free disk to a persistent volume. */
export interface Call_GrowVolume {
  agent_id?: v1.AgentID;
  volume: v1.Resource;
  addition: v1.Resource;
}
export const Call_GrowVolume: MessageType<Call_GrowVolume> =
  message("mesos.v1.master.Call.GrowVolume", () => [
  [1, "agent_id", v1.AgentID, "optional"],
  [2, "volume", v1.Resource, "required"],
  [3, "addition", v1.Resource, "required"],
]);

/** Lists a folder of the master's. */
export interface Call_ListFiles {
  path: string;
}
export const Call_ListFiles: MessageType<Call_ListFiles> =
  message("mesos.v1.master.Call.ListFiles", () => [
  [1, "path", "string", "required"],
]);

/** Gives an agent up for ever, with all that ran on it. */
export interface Call_MarkAgentGone {
  agent_id: v1.AgentID;
}
export const Call_MarkAgentGone: MessageType<Call_MarkAgentGone> =
  message("mesos.v1.master.Call.MarkAgentGone", () => [
  [1, "agent_id", v1.AgentID, "required"],
]);

/** Offers the agent's resources again. */
export interface Call_ReactivateAgent {
  agent_id: v1.AgentID;
}
export const Call_ReactivateAgent: MessageType<Call_ReactivateAgent> =
  message("mesos.v1.master.Call.ReactivateAgent", () => [
  [1, "agent_id", v1.AgentID, "required"],
]);

/** Reads a part of one of the master's files. */
export interface Call_ReadFile {
  path: string;
  offset: number;
  /** Bytes. Absent: to the end. */
  length?: number;
}
export const Call_ReadFile: MessageType<Call_ReadFile> =
  message("mesos.v1.master.Call.ReadFile", () => [
  [1, "path", "string", "required"],
  [2, "offset", "uint64", "required"],
  [3, "length", "uint64", "optional"],
]);

/** The older way to end a quota. */
export interface Call_RemoveQuota {
  role: string;
}
export const Call_RemoveQuota: MessageType<Call_RemoveQuota> =
  message("mesos.v1.master.Call.RemoveQuota", () => [
  [1, "role", "string", "required"],
]);

/** Reserves an agent's resources for the role that the last of their `reservations` names. */
export interface Call_ReserveResources {
  agent_id: v1.AgentID;
  /** The resources as they are reserved now. Empty: one reservation less than `resources`. */
  source?: readonly v1.Resource[];
  resources?: readonly v1.Resource[];
}
export const Call_ReserveResources: MessageType<Call_ReserveResources> =
  message("mesos.v1.master.Call.ReserveResources", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [3, "source", v1.Resource, "repeated"],
  [2, "resources", v1.Resource, "repeated"],
]);

/** Makes the log more verbose for a while. */
export interface Call_SetLoggingLevel {
  /** Mesos's: 0 is ordinary, higher says more. */
  level: number;
  duration: v1.DurationInfo;
}
export const Call_SetLoggingLevel: MessageType<Call_SetLoggingLevel> =
  message("mesos.v1.master.Call.SetLoggingLevel", () => [
  [1, "level", "uint32", "required"],
  [2, "duration", v1.DurationInfo, "required"],
]);

/** The older way to set a quota. */
export interface Call_SetQuota {
  quota_request: quota.QuotaRequest;
}
export const Call_SetQuota: MessageType<Call_SetQuota> =
  message("mesos.v1.master.Call.SetQuota", () => [
  [1, "quota_request", quota.QuotaRequest, "required"],
]);

/** Takes space from a persistent volume. */
export interface Call_ShrinkVolume {
  agent_id?: v1.AgentID;
  volume: v1.Resource;
  subtract: v1.Value_Scalar;
}
export const Call_ShrinkVolume: MessageType<Call_ShrinkVolume> =
  message("mesos.v1.master.Call.ShrinkVolume", () => [
  [1, "agent_id", v1.AgentID, "optional"],
  [2, "volume", v1.Resource, "required"],
  [3, "subtract", v1.Value_Scalar, "required"],
]);

/** Takes machines down; their agents end. */
export interface Call_StartMaintenance {
  machines?: readonly v1.MachineID[];
}
export const Call_StartMaintenance: MessageType<Call_StartMaintenance> =
  message("mesos.v1.master.Call.StartMaintenance", () => [
  [1, "machines", v1.MachineID, "repeated"],
]);

/** Lets machines come back, and ends their part of the schedule. */
export interface Call_StopMaintenance {
  machines?: readonly v1.MachineID[];
}
export const Call_StopMaintenance: MessageType<Call_StopMaintenance> =
  message("mesos.v1.master.Call.StopMaintenance", () => [
  [1, "machines", v1.MachineID, "repeated"],
]);

/** Ends a framework with all its tasks. */
export interface Call_Teardown {
  framework_id: v1.FrameworkID;
}
export const Call_Teardown: MessageType<Call_Teardown> =
  message("mesos.v1.master.Call.Teardown", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
]);

export type Call_Type =
  | "UNKNOWN"
  | "GET_HEALTH"
  | "GET_FLAGS"
  | "GET_VERSION"
  | "GET_METRICS"
  | "GET_LOGGING_LEVEL"
  | "SET_LOGGING_LEVEL"
  | "LIST_FILES"
  | "READ_FILE"
  | "GET_STATE"
  | "GET_AGENTS"
  | "GET_FRAMEWORKS"
  | "GET_EXECUTORS"
  | "GET_OPERATIONS"
  | "GET_TASKS"
  | "GET_ROLES"
  | "GET_WEIGHTS"
  | "UPDATE_WEIGHTS"
  | "GET_MASTER"
  | "SUBSCRIBE"
  | "RESERVE_RESOURCES"
  | "UNRESERVE_RESOURCES"
  | "CREATE_VOLUMES"
  | "DESTROY_VOLUMES"
  | "GROW_VOLUME"
  | "SHRINK_VOLUME"
  | "GET_MAINTENANCE_STATUS"
  | "GET_MAINTENANCE_SCHEDULE"
  | "UPDATE_MAINTENANCE_SCHEDULE"
  | "START_MAINTENANCE"
  | "STOP_MAINTENANCE"
  | "DRAIN_AGENT"
  | "DEACTIVATE_AGENT"
  | "REACTIVATE_AGENT"
  | "GET_QUOTA"
  | "UPDATE_QUOTA"
  | "SET_QUOTA"
  | "REMOVE_QUOTA"
  | "TEARDOWN"
  | "MARK_AGENT_GONE";
export const Call_Type: EnumType<Call_Type> = enumeration("mesos.v1.master.Call.Type", {
  UNKNOWN: 0,
  GET_HEALTH: 1,
  GET_FLAGS: 2,
  GET_VERSION: 3,
  GET_METRICS: 4,
  GET_LOGGING_LEVEL: 5,
  SET_LOGGING_LEVEL: 6,
  LIST_FILES: 7,
  READ_FILE: 8,
  GET_STATE: 9,
  GET_AGENTS: 10,
  GET_FRAMEWORKS: 11,
  GET_EXECUTORS: 12,
  GET_OPERATIONS: 33,
  GET_TASKS: 13,
  GET_ROLES: 14,
  GET_WEIGHTS: 15,
  UPDATE_WEIGHTS: 16,
  GET_MASTER: 17,
  SUBSCRIBE: 18,
  RESERVE_RESOURCES: 19,
  UNRESERVE_RESOURCES: 20,
  CREATE_VOLUMES: 21,
  DESTROY_VOLUMES: 22,
  GROW_VOLUME: 34,
  SHRINK_VOLUME: 35,
  GET_MAINTENANCE_STATUS: 23,
  GET_MAINTENANCE_SCHEDULE: 24,
  UPDATE_MAINTENANCE_SCHEDULE: 25,
  START_MAINTENANCE: 26,
  STOP_MAINTENANCE: 27,
  DRAIN_AGENT: 37,
  DEACTIVATE_AGENT: 38,
  REACTIVATE_AGENT: 39,
  GET_QUOTA: 28,
  UPDATE_QUOTA: 36,
  SET_QUOTA: 29,
  REMOVE_QUOTA: 30,
  TEARDOWN: 31,
  MARK_AGENT_GONE: 32,
});

/** Gives the last of the resources' reservations up. */
export interface Call_UnreserveResources {
  agent_id: v1.AgentID;
  resources?: readonly v1.Resource[];
}
export const Call_UnreserveResources: MessageType<Call_UnreserveResources> =
  message("mesos.v1.master.Call.UnreserveResources", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [2, "resources", v1.Resource, "repeated"],
]);

/** Replaces the whole schedule. */
export interface Call_UpdateMaintenanceSchedule {
  schedule: maintenance.Schedule;
}
export const Call_UpdateMaintenanceSchedule: MessageType<Call_UpdateMaintenanceSchedule> =
  message("mesos.v1.master.Call.UpdateMaintenanceSchedule", () => [
  [1, "schedule", maintenance.Schedule, "required"],
]);

/** Sets the quotas of some roles, all of them or none. */
export interface Call_UpdateQuota {
  /** Sets them even where they do not fit the cluster. */
  force?: boolean;
  quota_configs?: readonly quota.QuotaConfig[];
}
export const Call_UpdateQuota: MessageType<Call_UpdateQuota> =
  message("mesos.v1.master.Call.UpdateQuota", () => [
  [1, "force", "bool", "optional"],
  [2, "quota_configs", quota.QuotaConfig, "repeated"],
]);

/** Sets the weights of some roles. */
export interface Call_UpdateWeights {
  weight_infos?: readonly v1.WeightInfo[];
}
export const Call_UpdateWeights: MessageType<Call_UpdateWeights> =
  message("mesos.v1.master.Call.UpdateWeights", () => [
  [1, "weight_infos", v1.WeightInfo, "repeated"],
]);

/**
 * What the master tells an operator who has subscribed. The member that `type` names is set, if
 * there is one of that name.
 */
export interface Event {
  type?: Event_Type;
  subscribed?: Event_Subscribed;
  task_added?: Event_TaskAdded;
  task_updated?: Event_TaskUpdated;
  agent_added?: Event_AgentAdded;
  agent_removed?: Event_AgentRemoved;
  framework_added?: Event_FrameworkAdded;
  framework_updated?: Event_FrameworkUpdated;
  framework_removed?: Event_FrameworkRemoved;
}
export const Event: MessageType<Event> = message("mesos.v1.master.Event", () => [
  [1, "type", Event_Type, "optional"],
  [2, "subscribed", Event_Subscribed, "optional"],
  [3, "task_added", Event_TaskAdded, "optional"],
  [4, "task_updated", Event_TaskUpdated, "optional"],
  [5, "agent_added", Event_AgentAdded, "optional"],
  [6, "agent_removed", Event_AgentRemoved, "optional"],
  [7, "framework_added", Event_FrameworkAdded, "optional"],
  [8, "framework_updated", Event_FrameworkUpdated, "optional"],
  [9, "framework_removed", Event_FrameworkRemoved, "optional"],
]);

/** An agent registered. */
export interface Event_AgentAdded {
  agent: Response_GetAgents_Agent;
}
export const Event_AgentAdded: MessageType<Event_AgentAdded> =
  message("mesos.v1.master.Event.AgentAdded", () => [
  [1, "agent", Response_GetAgents_Agent, "required"],
]);

/** An agent was removed. */
export interface Event_AgentRemoved {
  agent_id: v1.AgentID;
}
export const Event_AgentRemoved: MessageType<Event_AgentRemoved> =
  message("mesos.v1.master.Event.AgentRemoved", () => [
  [1, "agent_id", v1.AgentID, "required"],
]);

/** A framework subscribed for the first time. */
export interface Event_FrameworkAdded {
  framework: Response_GetFrameworks_Framework;
}
export const Event_FrameworkAdded: MessageType<Event_FrameworkAdded> =
  message("mesos.v1.master.Event.FrameworkAdded", () => [
  [1, "framework", Response_GetFrameworks_Framework, "required"],
]);

/** A framework is over. */
export interface Event_FrameworkRemoved {
  framework_info: v1.FrameworkInfo;
}
export const Event_FrameworkRemoved: MessageType<Event_FrameworkRemoved> =
  message("mesos.v1.master.Event.FrameworkRemoved", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
]);

/** A framework changed, disconnected or came back. */
export interface Event_FrameworkUpdated {
  framework: Response_GetFrameworks_Framework;
}
export const Event_FrameworkUpdated: MessageType<Event_FrameworkUpdated> =
  message("mesos.v1.master.Event.FrameworkUpdated", () => [
  [1, "framework", Response_GetFrameworks_Framework, "required"],
]);

/** The first event of a stream: all there is at this moment. */
export interface Event_Subscribed {
  get_state?: Response_GetState;
  heartbeat_interval_seconds?: number;
}
export const Event_Subscribed: MessageType<Event_Subscribed> =
  message("mesos.v1.master.Event.Subscribed", () => [
  [1, "get_state", Response_GetState, "optional"],
  [2, "heartbeat_interval_seconds", "double", "optional"],
]);

/** A task was launched. */
export interface Event_TaskAdded {
  task: v1.Task;
}
export const Event_TaskAdded: MessageType<Event_TaskAdded> =
  message("mesos.v1.master.Event.TaskAdded", () => [
  [1, "task", v1.Task, "required"],
]);

/** A task's state changed. */
export interface Event_TaskUpdated {
  framework_id: v1.FrameworkID;
  /** The update that the scheduler is sent. */
  status: v1.TaskStatus;
  /** The newest that the master knows, which may be newer. */
  state: v1.TaskState;
}
export const Event_TaskUpdated: MessageType<Event_TaskUpdated> =
  message("mesos.v1.master.Event.TaskUpdated", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "status", v1.TaskStatus, "required"],
  [3, "state", v1.TaskState, "required"],
]);

export type Event_Type =
  | "UNKNOWN"
  | "SUBSCRIBED"
  | "TASK_ADDED"
  | "TASK_UPDATED"
  | "AGENT_ADDED"
  | "AGENT_REMOVED"
  | "FRAMEWORK_ADDED"
  | "FRAMEWORK_UPDATED"
  | "FRAMEWORK_REMOVED"
  | "HEARTBEAT";
export const Event_Type: EnumType<Event_Type> = enumeration("mesos.v1.master.Event.Type", {
  UNKNOWN: 0,
  SUBSCRIBED: 1,
  TASK_ADDED: 2,
  TASK_UPDATED: 3,
  AGENT_ADDED: 4,
  AGENT_REMOVED: 5,
  FRAMEWORK_ADDED: 6,
  FRAMEWORK_UPDATED: 7,
  FRAMEWORK_REMOVED: 8,
  HEARTBEAT: 9,
});

/**
 * The answer to a call that has one. The member that `type` names is set, if there is one of that
 * name.
 */
export interface Response {
  type?: Response_Type;
  get_health?: Response_GetHealth;
  get_flags?: Response_GetFlags;
  get_version?: Response_GetVersion;
  get_metrics?: Response_GetMetrics;
  get_logging_level?: Response_GetLoggingLevel;
  list_files?: Response_ListFiles;
  read_file?: Response_ReadFile;
  get_state?: Response_GetState;
  get_agents?: Response_GetAgents;
  get_frameworks?: Response_GetFrameworks;
  get_executors?: Response_GetExecutors;
  get_operations?: Response_GetOperations;
  get_tasks?: Response_GetTasks;
  get_roles?: Response_GetRoles;
  get_weights?: Response_GetWeights;
  get_master?: Response_GetMaster;
  get_maintenance_status?: Response_GetMaintenanceStatus;
  get_maintenance_schedule?: Response_GetMaintenanceSchedule;
  get_quota?: Response_GetQuota;
}
export const Response: MessageType<Response> = message("mesos.v1.master.Response", () => [
  [1, "type", Response_Type, "optional"],
  [2, "get_health", Response_GetHealth, "optional"],
  [3, "get_flags", Response_GetFlags, "optional"],
  [4, "get_version", Response_GetVersion, "optional"],
  [5, "get_metrics", Response_GetMetrics, "optional"],
  [6, "get_logging_level", Response_GetLoggingLevel, "optional"],
  [7, "list_files", Response_ListFiles, "optional"],
  [8, "read_file", Response_ReadFile, "optional"],
  [9, "get_state", Response_GetState, "optional"],
  [10, "get_agents", Response_GetAgents, "optional"],
  [11, "get_frameworks", Response_GetFrameworks, "optional"],
  [12, "get_executors", Response_GetExecutors, "optional"],
  [20, "get_operations", Response_GetOperations, "optional"],
  [13, "get_tasks", Response_GetTasks, "optional"],
  [14, "get_roles", Response_GetRoles, "optional"],
  [15, "get_weights", Response_GetWeights, "optional"],
  [16, "get_master", Response_GetMaster, "optional"],
  [17, "get_maintenance_status", Response_GetMaintenanceStatus, "optional"],
  [18, "get_maintenance_schedule", Response_GetMaintenanceSchedule, "optional"],
  [19, "get_quota", Response_GetQuota, "optional"],
]);

/** Agents. */
export interface Response_GetAgents {
  agents?: readonly Response_GetAgents_Agent[];
  /** Known from before the master's start, and not back yet. */
  recovered_agents?: readonly v1.AgentInfo[];
}
export const Response_GetAgents: MessageType<Response_GetAgents> =
  message("mesos.v1.master.Response.GetAgents", () => [
  [1, "agents", Response_GetAgents_Agent, "repeated"],
  [2, "recovered_agents", v1.AgentInfo, "repeated"],
]);

/** An agent that is registered. */
export interface Response_GetAgents_Agent {
  agent_info: v1.AgentInfo;
  /** Whether its resources may be offered: it is connected and not deactivated. */
  active: boolean;
  /** Whether an operator stopped offering its resources. */
  deactivated?: boolean;
  version: string;
  pid?: string;
  registered_time?: v1.TimeInfo;
  reregistered_time?: v1.TimeInfo;
  total_resources?: readonly v1.Resource[];
  allocated_resources?: readonly v1.Resource[];
  offered_resources?: readonly v1.Resource[];
  capabilities?: readonly v1.AgentInfo_Capability[];
  resource_providers?: readonly Response_GetAgents_Agent_ResourceProvider[];
  /** Present while it is draining or drained. */
  drain_info?: v1.DrainInfo;
  /** When the draining was asked for. */
  estimated_drain_start_time?: v1.TimeInfo;
}
export const Response_GetAgents_Agent: MessageType<Response_GetAgents_Agent> =
  message("mesos.v1.master.Response.GetAgents.Agent", () => [
  [1, "agent_info", v1.AgentInfo, "required"],
  [2, "active", "bool", "required"],
  [12, "deactivated", "bool", "optional"],
  [3, "version", "string", "required"],
  [4, "pid", "string", "optional"],
  [5, "registered_time", v1.TimeInfo, "optional"],
  [6, "reregistered_time", v1.TimeInfo, "optional"],
  [7, "total_resources", v1.Resource, "repeated"],
  [8, "allocated_resources", v1.Resource, "repeated"],
  [9, "offered_resources", v1.Resource, "repeated"],
  [10, "capabilities", v1.AgentInfo_Capability, "repeated"],
  [11, "resource_providers", Response_GetAgents_Agent_ResourceProvider, "repeated"],
  [13, "drain_info", v1.DrainInfo, "optional"],
  [14, "estimated_drain_start_time", v1.TimeInfo, "optional"],
]);

/** A resource provider on the agent. */
export interface Response_GetAgents_Agent_ResourceProvider {
  resource_provider_info: v1.ResourceProviderInfo;
  total_resources?: readonly v1.Resource[];
}
export const Response_GetAgents_Agent_ResourceProvider: MessageType<Response_GetAgents_Agent_ResourceProvider> =
  message("mesos.v1.master.Response.GetAgents.Agent.ResourceProvider", () => [
  [1, "resource_provider_info", v1.ResourceProviderInfo, "required"],
  [2, "total_resources", v1.Resource, "repeated"],
]);

/** Executors, but for those of command tasks. */
export interface Response_GetExecutors {
  executors?: readonly Response_GetExecutors_Executor[];
  orphan_executors?: readonly Response_GetExecutors_Executor[];
}
export const Response_GetExecutors: MessageType<Response_GetExecutors> =
  message("mesos.v1.master.Response.GetExecutors", () => [
  [1, "executors", Response_GetExecutors_Executor, "repeated"],
  [2, "orphan_executors", Response_GetExecutors_Executor, "repeated"],
]);

/** An executor and where it runs. */
export interface Response_GetExecutors_Executor {
  executor_info: v1.ExecutorInfo;
  agent_id: v1.AgentID;
}
export const Response_GetExecutors_Executor: MessageType<Response_GetExecutors_Executor> =
  message("mesos.v1.master.Response.GetExecutors.Executor", () => [
  [1, "executor_info", v1.ExecutorInfo, "required"],
  [2, "agent_id", v1.AgentID, "required"],
]);

/** The master's flags. */
export interface Response_GetFlags {
  flags?: readonly v1.Flag[];
}
export const Response_GetFlags: MessageType<Response_GetFlags> =
  message("mesos.v1.master.Response.GetFlags", () => [
  [1, "flags", v1.Flag, "repeated"],
]);

/** Frameworks. */
export interface Response_GetFrameworks {
  frameworks?: readonly Response_GetFrameworks_Framework[];
  /** The last ones that are over. */
  completed_frameworks?: readonly Response_GetFrameworks_Framework[];
  recovered_frameworks?: readonly v1.FrameworkInfo[];
}
export const Response_GetFrameworks: MessageType<Response_GetFrameworks> =
  message("mesos.v1.master.Response.GetFrameworks", () => [
  [1, "frameworks", Response_GetFrameworks_Framework, "repeated"],
  [2, "completed_frameworks", Response_GetFrameworks_Framework, "repeated"],
  [3, "recovered_frameworks", v1.FrameworkInfo, "repeated"],
]);

/** A framework. */
export interface Response_GetFrameworks_Framework {
  framework_info: v1.FrameworkInfo;
  /** Whether it may be offered resources. */
  active: boolean;
  /** Whether its scheduler is. */
  connected: boolean;
  /** Whether it is only known from its tasks, since the master's start. */
  recovered: boolean;
  registered_time?: v1.TimeInfo;
  reregistered_time?: v1.TimeInfo;
  unregistered_time?: v1.TimeInfo;
  /** Offers that are not answered. */
  offers?: readonly v1.Offer[];
  inverse_offers?: readonly v1.InverseOffer[];
  allocated_resources?: readonly v1.Resource[];
  offered_resources?: readonly v1.Resource[];
  offer_constraints?: scheduler.OfferConstraints;
}
export const Response_GetFrameworks_Framework: MessageType<Response_GetFrameworks_Framework> =
  message("mesos.v1.master.Response.GetFrameworks.Framework", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
  [2, "active", "bool", "required"],
  [3, "connected", "bool", "required"],
  [11, "recovered", "bool", "required"],
  [4, "registered_time", v1.TimeInfo, "optional"],
  [5, "reregistered_time", v1.TimeInfo, "optional"],
  [6, "unregistered_time", v1.TimeInfo, "optional"],
  [7, "offers", v1.Offer, "repeated"],
  [8, "inverse_offers", v1.InverseOffer, "repeated"],
  [9, "allocated_resources", v1.Resource, "repeated"],
  [10, "offered_resources", v1.Resource, "repeated"],
  [12, "offer_constraints", scheduler.OfferConstraints, "optional"],
]);

/** Whether the master answers, which it does. */
export interface Response_GetHealth {
  healthy: boolean;
}
export const Response_GetHealth: MessageType<Response_GetHealth> =
  message("mesos.v1.master.Response.GetHealth", () => [
  [1, "healthy", "bool", "required"],
]);

/** How verbose the log is. */
export interface Response_GetLoggingLevel {
  level: number;
}
export const Response_GetLoggingLevel: MessageType<Response_GetLoggingLevel> =
  message("mesos.v1.master.Response.GetLoggingLevel", () => [
  [1, "level", "uint32", "required"],
]);

/** All maintenance that is planned. */
export interface Response_GetMaintenanceSchedule {
  schedule: maintenance.Schedule;
}
export const Response_GetMaintenanceSchedule: MessageType<Response_GetMaintenanceSchedule> =
  message("mesos.v1.master.Response.GetMaintenanceSchedule", () => [
  [1, "schedule", maintenance.Schedule, "required"],
]);

/** Machines that are not simply up. */
export interface Response_GetMaintenanceStatus {
  status: maintenance.ClusterStatus;
}
export const Response_GetMaintenanceStatus: MessageType<Response_GetMaintenanceStatus> =
  message("mesos.v1.master.Response.GetMaintenanceStatus", () => [
  [1, "status", maintenance.ClusterStatus, "required"],
]);

/** The master itself. */
export interface Response_GetMaster {
  master_info?: v1.MasterInfo;
  /** In seconds since the epoch. */
  start_time?: number;
  /** In seconds since the epoch. */
  elected_time?: number;
}
export const Response_GetMaster: MessageType<Response_GetMaster> =
  message("mesos.v1.master.Response.GetMaster", () => [
  [1, "master_info", v1.MasterInfo, "optional"],
  [2, "start_time", "double", "optional"],
  [3, "elected_time", "double", "optional"],
]);

/** All metrics. */
export interface Response_GetMetrics {
  metrics?: readonly v1.Metric[];
}
export const Response_GetMetrics: MessageType<Response_GetMetrics> =
  message("mesos.v1.master.Response.GetMetrics", () => [
  [1, "metrics", v1.Metric, "repeated"],
]);

/** Operations that are not over, or not acknowledged. */
export interface Response_GetOperations {
  operations?: readonly v1.Operation[];
}
export const Response_GetOperations: MessageType<Response_GetOperations> =
  message("mesos.v1.master.Response.GetOperations", () => [
  [1, "operations", v1.Operation, "repeated"],
]);

/** All quotas. */
export interface Response_GetQuota {
  status: quota.QuotaStatus;
}
export const Response_GetQuota: MessageType<Response_GetQuota> =
  message("mesos.v1.master.Response.GetQuota", () => [
  [1, "status", quota.QuotaStatus, "required"],
]);

/** Roles that have frameworks, a weight, a quota or a reservation. */
export interface Response_GetRoles {
  roles?: readonly v1.Role[];
}
export const Response_GetRoles: MessageType<Response_GetRoles> =
  message("mesos.v1.master.Response.GetRoles", () => [
  [1, "roles", v1.Role, "repeated"],
]);

/** All of the cluster at one moment. */
export interface Response_GetState {
  get_tasks?: Response_GetTasks;
  get_executors?: Response_GetExecutors;
  get_frameworks?: Response_GetFrameworks;
  get_agents?: Response_GetAgents;
}
export const Response_GetState: MessageType<Response_GetState> =
  message("mesos.v1.master.Response.GetState", () => [
  [1, "get_tasks", Response_GetTasks, "optional"],
  [2, "get_executors", Response_GetExecutors, "optional"],
  [3, "get_frameworks", Response_GetFrameworks, "optional"],
  [4, "get_agents", Response_GetAgents, "optional"],
]);

/** Tasks. */
export interface Response_GetTasks {
  /** Being authorized; not any more. */
  pending_tasks?: readonly v1.Task[];
  tasks?: readonly v1.Task[];
  /** On agents that do not answer. */
  unreachable_tasks?: readonly v1.Task[];
  /** The last ones that are over. */
  completed_tasks?: readonly v1.Task[];
  orphan_tasks?: readonly v1.Task[];
}
export const Response_GetTasks: MessageType<Response_GetTasks> =
  message("mesos.v1.master.Response.GetTasks", () => [
  [1, "pending_tasks", v1.Task, "repeated"],
  [2, "tasks", v1.Task, "repeated"],
  [5, "unreachable_tasks", v1.Task, "repeated"],
  [3, "completed_tasks", v1.Task, "repeated"],
  [4, "orphan_tasks", v1.Task, "repeated"],
]);

/** What the master was built of. */
export interface Response_GetVersion {
  version_info: v1.VersionInfo;
}
export const Response_GetVersion: MessageType<Response_GetVersion> =
  message("mesos.v1.master.Response.GetVersion", () => [
  [1, "version_info", v1.VersionInfo, "required"],
]);

/** Weights other than 1. */
export interface Response_GetWeights {
  weight_infos?: readonly v1.WeightInfo[];
}
export const Response_GetWeights: MessageType<Response_GetWeights> =
  message("mesos.v1.master.Response.GetWeights", () => [
  [1, "weight_infos", v1.WeightInfo, "repeated"],
]);

/** The entries of a folder. */
export interface Response_ListFiles {
  file_infos?: readonly v1.FileInfo[];
}
export const Response_ListFiles: MessageType<Response_ListFiles> =
  message("mesos.v1.master.Response.ListFiles", () => [
  [1, "file_infos", v1.FileInfo, "repeated"],
]);

/** A part of a file. */
export interface Response_ReadFile {
  /** Of the whole file, in bytes. */
  size: number;
  data: Uint8Array;
}
export const Response_ReadFile: MessageType<Response_ReadFile> =
  message("mesos.v1.master.Response.ReadFile", () => [
  [1, "size", "uint64", "required"],
  [2, "data", "bytes", "required"],
]);

export type Response_Type =
  | "UNKNOWN"
  | "GET_HEALTH"
  | "GET_FLAGS"
  | "GET_VERSION"
  | "GET_METRICS"
  | "GET_LOGGING_LEVEL"
  | "LIST_FILES"
  | "READ_FILE"
  | "GET_STATE"
  | "GET_AGENTS"
  | "GET_FRAMEWORKS"
  | "GET_EXECUTORS"
  | "GET_OPERATIONS"
  | "GET_TASKS"
  | "GET_ROLES"
  | "GET_WEIGHTS"
  | "GET_MASTER"
  | "GET_MAINTENANCE_STATUS"
  | "GET_MAINTENANCE_SCHEDULE"
  | "GET_QUOTA";
export const Response_Type: EnumType<Response_Type> = enumeration("mesos.v1.master.Response.Type", {
  UNKNOWN: 0,
  GET_HEALTH: 1,
  GET_FLAGS: 2,
  GET_VERSION: 3,
  GET_METRICS: 4,
  GET_LOGGING_LEVEL: 5,
  LIST_FILES: 6,
  READ_FILE: 7,
  GET_STATE: 8,
  GET_AGENTS: 9,
  GET_FRAMEWORKS: 10,
  GET_EXECUTORS: 11,
  GET_OPERATIONS: 19,
  GET_TASKS: 12,
  GET_ROLES: 13,
  GET_WEIGHTS: 14,
  GET_MASTER: 15,
  GET_MAINTENANCE_STATUS: 16,
  GET_MAINTENANCE_SCHEDULE: 17,
  GET_QUOTA: 18,
});
