// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

/**
 * What an operator or an executor asks of the agent. The member that `type` names is set, if there
 * is one of that name.
 */
export interface Call {
  type?: Call_Type;
  get_metrics?: Call_GetMetrics;
  set_logging_level?: Call_SetLoggingLevel;
  list_files?: Call_ListFiles;
  read_file?: Call_ReadFile;
  get_containers?: Call_GetContainers;
  launch_nested_container?: Call_LaunchNestedContainer;
  wait_nested_container?: Call_WaitNestedContainer;
  kill_nested_container?: Call_KillNestedContainer;
  remove_nested_container?: Call_RemoveNestedContainer;
  launch_nested_container_session?: Call_LaunchNestedContainerSession;
  attach_container_input?: Call_AttachContainerInput;
  attach_container_output?: Call_AttachContainerOutput;
  launch_container?: Call_LaunchContainer;
  wait_container?: Call_WaitContainer;
  kill_container?: Call_KillContainer;
  remove_container?: Call_RemoveContainer;
  add_resource_provider_config?: Call_AddResourceProviderConfig;
  update_resource_provider_config?: Call_UpdateResourceProviderConfig;
  remove_resource_provider_config?: Call_RemoveResourceProviderConfig;
  mark_resource_provider_gone?: Call_MarkResourceProviderGone;
  prune_images?: Call_PruneImages;
}
export const Call: MessageType<Call> = message("mesos.v1.agent.Call", () => [
  [1, "type", Call_Type, "optional"],
  [2, "get_metrics", Call_GetMetrics, "optional"],
  [3, "set_logging_level", Call_SetLoggingLevel, "optional"],
  [4, "list_files", Call_ListFiles, "optional"],
  [5, "read_file", Call_ReadFile, "optional"],
  [20, "get_containers", Call_GetContainers, "optional"],
  [6, "launch_nested_container", Call_LaunchNestedContainer, "optional"],
  [7, "wait_nested_container", Call_WaitNestedContainer, "optional"],
  [8, "kill_nested_container", Call_KillNestedContainer, "optional"],
  [12, "remove_nested_container", Call_RemoveNestedContainer, "optional"],
  [9, "launch_nested_container_session", Call_LaunchNestedContainerSession, "optional"],
  [10, "attach_container_input", Call_AttachContainerInput, "optional"],
  [11, "attach_container_output", Call_AttachContainerOutput, "optional"],
  [13, "launch_container", Call_LaunchContainer, "optional"],
  [14, "wait_container", Call_WaitContainer, "optional"],
  [15, "kill_container", Call_KillContainer, "optional"],
  [16, "remove_container", Call_RemoveContainer, "optional"],
  [17, "add_resource_provider_config", Call_AddResourceProviderConfig, "optional"],
  [18, "update_resource_provider_config", Call_UpdateResourceProviderConfig, "optional"],
  [19, "remove_resource_provider_config", Call_RemoveResourceProviderConfig, "optional"],
  [22, "mark_resource_provider_gone", Call_MarkResourceProviderGone, "optional"],
  [21, "prune_images", Call_PruneImages, "optional"],
]);

/** Starts a local resource provider. */
export interface Call_AddResourceProviderConfig {
  info: v1.ResourceProviderInfo;
}
export const Call_AddResourceProviderConfig: MessageType<Call_AddResourceProviderConfig> =
  message("mesos.v1.agent.Call.AddResourceProviderConfig", () => [
  [1, "info", v1.ResourceProviderInfo, "required"],
]);

/** Streams input to a container: the first message names it, the rest is input. */
export interface Call_AttachContainerInput {
  type?: Call_AttachContainerInput_Type;
  container_id?: v1.ContainerID;
  process_io?: ProcessIO;
}
export const Call_AttachContainerInput: MessageType<Call_AttachContainerInput> =
  message("mesos.v1.agent.Call.AttachContainerInput", () => [
  [1, "type", Call_AttachContainerInput_Type, "optional"],
  [2, "container_id", v1.ContainerID, "optional"],
  [3, "process_io", ProcessIO, "optional"],
]);

export type Call_AttachContainerInput_Type =
  | "UNKNOWN"
  | "CONTAINER_ID"
  | "PROCESS_IO";
export const Call_AttachContainerInput_Type: EnumType<Call_AttachContainerInput_Type> =
  enumeration("mesos.v1.agent.Call.AttachContainerInput.Type", {
  UNKNOWN: 0,
  CONTAINER_ID: 1,
  PROCESS_IO: 2,
});

/** Streams a container's output from now on. */
export interface Call_AttachContainerOutput {
  container_id: v1.ContainerID;
}
export const Call_AttachContainerOutput: MessageType<Call_AttachContainerOutput> =
  message("mesos.v1.agent.Call.AttachContainerOutput", () => [
  [1, "container_id", v1.ContainerID, "required"],
]);

/** Asks for containers with what they use. */
export interface Call_GetContainers {
  /** Those within others, too. */
  show_nested?: boolean;
  /** Those that no framework launched, too. */
  show_standalone?: boolean;
}
export const Call_GetContainers: MessageType<Call_GetContainers> =
  message("mesos.v1.agent.Call.GetContainers", () => [
  [1, "show_nested", "bool", "optional"],
  [2, "show_standalone", "bool", "optional"],
]);

/** Asks for all metrics. */
export interface Call_GetMetrics {
  /** What takes longer is left out. Absent: waits for all. */
  timeout?: v1.DurationInfo;
}
export const Call_GetMetrics: MessageType<Call_GetMetrics> =
  message("mesos.v1.agent.Call.GetMetrics", () => [
  [1, "timeout", v1.DurationInfo, "optional"],
]);

/** Sends a container's first process a signal. */
export interface Call_KillContainer {
  container_id: v1.ContainerID;
  /** Absent: SIGKILL. */
  signal?: number;
}
export const Call_KillContainer: MessageType<Call_KillContainer> =
  message("mesos.v1.agent.Call.KillContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
  [2, "signal", "int32", "optional"],
]);

/** The older name of KILL_CONTAINER, for nested ones. */
export interface Call_KillNestedContainer {
  container_id: v1.ContainerID;
  signal?: number;
}
export const Call_KillNestedContainer: MessageType<Call_KillNestedContainer> =
  message("mesos.v1.agent.Call.KillNestedContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
  [2, "signal", "int32", "optional"],
]);

/** Starts a container within another, or, without a parent, one of its own. */
export interface Call_LaunchContainer {
  container_id: v1.ContainerID;
  command?: v1.CommandInfo;
  /** What it may use. Within another container: absent, the parent's. */
  resources?: readonly v1.Resource[];
  container?: v1.ContainerInfo;
  limits?: Readonly<Record<string, v1.Value_Scalar>>;
}
export const Call_LaunchContainer: MessageType<Call_LaunchContainer> =
  message("mesos.v1.agent.Call.LaunchContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
  [2, "command", v1.CommandInfo, "optional"],
  [3, "resources", v1.Resource, "repeated"],
  [4, "container", v1.ContainerInfo, "optional"],
  [5, "limits", v1.Value_Scalar, "map"],
]);

/** The older name of LAUNCH_CONTAINER, for nested ones. */
export interface Call_LaunchNestedContainer {
  container_id: v1.ContainerID;
  command?: v1.CommandInfo;
  container?: v1.ContainerInfo;
}
export const Call_LaunchNestedContainer: MessageType<Call_LaunchNestedContainer> =
  message("mesos.v1.agent.Call.LaunchNestedContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
  [2, "command", v1.CommandInfo, "optional"],
  [3, "container", v1.ContainerInfo, "optional"],
]);

/** Starts a nested container and streams its output; it ends with the connection. */
export interface Call_LaunchNestedContainerSession {
  container_id: v1.ContainerID;
  command?: v1.CommandInfo;
  container?: v1.ContainerInfo;
}
export const Call_LaunchNestedContainerSession: MessageType<Call_LaunchNestedContainerSession> =
  message("mesos.v1.agent.Call.LaunchNestedContainerSession", () => [
  [1, "container_id", v1.ContainerID, "required"],
  [2, "command", v1.CommandInfo, "optional"],
  [3, "container", v1.ContainerInfo, "optional"],
]);

/** Lists a folder: of a sandbox, or of what else the agent shows. */
export interface Call_ListFiles {
  path: string;
}
export const Call_ListFiles: MessageType<Call_ListFiles> =
  message("mesos.v1.agent.Call.ListFiles", () => [
  [1, "path", "string", "required"],
]);

/** Gives a resource provider up for ever. */
export interface Call_MarkResourceProviderGone {
  resource_provider_id: v1.ResourceProviderID;
}
export const Call_MarkResourceProviderGone: MessageType<Call_MarkResourceProviderGone> =
  message("mesos.v1.agent.Call.MarkResourceProviderGone", () => [
  [1, "resource_provider_id", v1.ResourceProviderID, "required"],
]);

/** Removes images that no container uses. */
export interface Call_PruneImages {
  excluded_images?: readonly v1.Image[];
}
export const Call_PruneImages: MessageType<Call_PruneImages> =
  message("mesos.v1.agent.Call.PruneImages", () => [
  [1, "excluded_images", v1.Image, "repeated"],
]);

/** Reads a part of a file. */
export interface Call_ReadFile {
  path: string;
  offset: number;
  /** Bytes. Absent: to the end. */
  length?: number;
}
export const Call_ReadFile: MessageType<Call_ReadFile> =
  message("mesos.v1.agent.Call.ReadFile", () => [
  [1, "path", "string", "required"],
  [2, "offset", "uint64", "required"],
  [3, "length", "uint64", "optional"],
]);

/** Removes what a container that has ended left on disk. */
export interface Call_RemoveContainer {
  container_id: v1.ContainerID;
}
export const Call_RemoveContainer: MessageType<Call_RemoveContainer> =
  message("mesos.v1.agent.Call.RemoveContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
]);

/** The older name of REMOVE_CONTAINER, for nested ones. */
export interface Call_RemoveNestedContainer {
  container_id: v1.ContainerID;
}
export const Call_RemoveNestedContainer: MessageType<Call_RemoveNestedContainer> =
  message("mesos.v1.agent.Call.RemoveNestedContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
]);

/** Ends a local resource provider. */
export interface Call_RemoveResourceProviderConfig {
  type: string;
  name: string;
}
export const Call_RemoveResourceProviderConfig: MessageType<Call_RemoveResourceProviderConfig> =
  message("mesos.v1.agent.Call.RemoveResourceProviderConfig", () => [
  [1, "type", "string", "required"],
  [2, "name", "string", "required"],
]);

/** Makes the log more verbose for a while. */
export interface Call_SetLoggingLevel {
  level: number;
  duration: v1.DurationInfo;
}
export const Call_SetLoggingLevel: MessageType<Call_SetLoggingLevel> =
  message("mesos.v1.agent.Call.SetLoggingLevel", () => [
  [1, "level", "uint32", "required"],
  [2, "duration", v1.DurationInfo, "required"],
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
  | "GET_CONTAINERS"
  | "GET_FRAMEWORKS"
  | "GET_EXECUTORS"
  | "GET_OPERATIONS"
  | "GET_TASKS"
  | "GET_AGENT"
  | "GET_RESOURCE_PROVIDERS"
  | "LAUNCH_NESTED_CONTAINER"
  | "WAIT_NESTED_CONTAINER"
  | "KILL_NESTED_CONTAINER"
  | "REMOVE_NESTED_CONTAINER"
  | "LAUNCH_NESTED_CONTAINER_SESSION"
  | "ATTACH_CONTAINER_INPUT"
  | "ATTACH_CONTAINER_OUTPUT"
  | "LAUNCH_CONTAINER"
  | "WAIT_CONTAINER"
  | "KILL_CONTAINER"
  | "REMOVE_CONTAINER"
  | "ADD_RESOURCE_PROVIDER_CONFIG"
  | "UPDATE_RESOURCE_PROVIDER_CONFIG"
  | "REMOVE_RESOURCE_PROVIDER_CONFIG"
  | "MARK_RESOURCE_PROVIDER_GONE"
  | "PRUNE_IMAGES";
export const Call_Type: EnumType<Call_Type> = enumeration("mesos.v1.agent.Call.Type", {
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
  GET_CONTAINERS: 10,
  GET_FRAMEWORKS: 11,
  GET_EXECUTORS: 12,
  GET_OPERATIONS: 31,
  GET_TASKS: 13,
  GET_AGENT: 20,
  GET_RESOURCE_PROVIDERS: 26,
  LAUNCH_NESTED_CONTAINER: 14,
  WAIT_NESTED_CONTAINER: 15,
  KILL_NESTED_CONTAINER: 16,
  REMOVE_NESTED_CONTAINER: 21,
  LAUNCH_NESTED_CONTAINER_SESSION: 17,
  ATTACH_CONTAINER_INPUT: 18,
  ATTACH_CONTAINER_OUTPUT: 19,
  LAUNCH_CONTAINER: 22,
  WAIT_CONTAINER: 23,
  KILL_CONTAINER: 24,
  REMOVE_CONTAINER: 25,
  ADD_RESOURCE_PROVIDER_CONFIG: 27,
  UPDATE_RESOURCE_PROVIDER_CONFIG: 28,
  REMOVE_RESOURCE_PROVIDER_CONFIG: 29,
  MARK_RESOURCE_PROVIDER_GONE: 32,
  PRUNE_IMAGES: 30,
});

/** Restarts a local resource provider with another configuration. */
export interface Call_UpdateResourceProviderConfig {
  info: v1.ResourceProviderInfo;
}
export const Call_UpdateResourceProviderConfig: MessageType<Call_UpdateResourceProviderConfig> =
  message("mesos.v1.agent.Call.UpdateResourceProviderConfig", () => [
  [1, "info", v1.ResourceProviderInfo, "required"],
]);

/** Waits for a container to end. */
export interface Call_WaitContainer {
  container_id: v1.ContainerID;
}
export const Call_WaitContainer: MessageType<Call_WaitContainer> =
  message("mesos.v1.agent.Call.WaitContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
]);

/** The older name of WAIT_CONTAINER, for nested ones. */
export interface Call_WaitNestedContainer {
  container_id: v1.ContainerID;
}
export const Call_WaitNestedContainer: MessageType<Call_WaitNestedContainer> =
  message("mesos.v1.agent.Call.WaitNestedContainer", () => [
  [1, "container_id", v1.ContainerID, "required"],
]);

/** One record of a stream between a client and a container's process. */
export interface ProcessIO {
  type?: ProcessIO_Type;
  data?: ProcessIO_Data;
  control?: ProcessIO_Control;
}
export const ProcessIO: MessageType<ProcessIO> = message("mesos.v1.agent.ProcessIO", () => [
  [1, "type", ProcessIO_Type, "optional"],
  [2, "data", ProcessIO_Data, "optional"],
  [3, "control", ProcessIO_Control, "optional"],
]);

/** About the stream itself. */
export interface ProcessIO_Control {
  type?: ProcessIO_Control_Type;
  tty_info?: v1.TTYInfo;
  heartbeat?: ProcessIO_Control_Heartbeat;
}
export const ProcessIO_Control: MessageType<ProcessIO_Control> =
  message("mesos.v1.agent.ProcessIO.Control", () => [
  [1, "type", ProcessIO_Control_Type, "optional"],
  [2, "tty_info", v1.TTYInfo, "optional"],
  [3, "heartbeat", ProcessIO_Control_Heartbeat, "optional"],
]);

/** Says that the connection lives. */
export interface ProcessIO_Control_Heartbeat {
  /** How often one comes. */
  interval?: v1.DurationInfo;
}
export const ProcessIO_Control_Heartbeat: MessageType<ProcessIO_Control_Heartbeat> =
  message("mesos.v1.agent.ProcessIO.Control.Heartbeat", () => [
  [1, "interval", v1.DurationInfo, "optional"],
]);

export type ProcessIO_Control_Type =
  | "UNKNOWN"
  | "TTY_INFO"
  | "HEARTBEAT";
export const ProcessIO_Control_Type: EnumType<ProcessIO_Control_Type> =
  enumeration("mesos.v1.agent.ProcessIO.Control.Type", {
  UNKNOWN: 0,
  TTY_INFO: 1,
  HEARTBEAT: 2,
});

/** Bytes of one of the process's streams; none at all is that stream's end. */
export interface ProcessIO_Data {
  type?: ProcessIO_Data_Type;
  data?: Uint8Array;
}
export const ProcessIO_Data: MessageType<ProcessIO_Data> =
  message("mesos.v1.agent.ProcessIO.Data", () => [
  [1, "type", ProcessIO_Data_Type, "optional"],
  [2, "data", "bytes", "optional"],
]);

export type ProcessIO_Data_Type =
  | "UNKNOWN"
  | "STDIN"
  | "STDOUT"
  | "STDERR";
export const ProcessIO_Data_Type: EnumType<ProcessIO_Data_Type> =
  enumeration("mesos.v1.agent.ProcessIO.Data.Type", {
  UNKNOWN: 0,
  STDIN: 1,
  STDOUT: 2,
  STDERR: 3,
});

export type ProcessIO_Type =
  | "UNKNOWN"
  | "DATA"
  | "CONTROL";
export const ProcessIO_Type: EnumType<ProcessIO_Type> =
  enumeration("mesos.v1.agent.ProcessIO.Type", {
  UNKNOWN: 0,
  DATA: 1,
  CONTROL: 2,
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
  get_containers?: Response_GetContainers;
  get_frameworks?: Response_GetFrameworks;
  get_executors?: Response_GetExecutors;
  get_operations?: Response_GetOperations;
  get_tasks?: Response_GetTasks;
  get_agent?: Response_GetAgent;
  get_resource_providers?: Response_GetResourceProviders;
  wait_nested_container?: Response_WaitNestedContainer;
  wait_container?: Response_WaitContainer;
}
export const Response: MessageType<Response> = message("mesos.v1.agent.Response", () => [
  [1, "type", Response_Type, "optional"],
  [2, "get_health", Response_GetHealth, "optional"],
  [3, "get_flags", Response_GetFlags, "optional"],
  [4, "get_version", Response_GetVersion, "optional"],
  [5, "get_metrics", Response_GetMetrics, "optional"],
  [6, "get_logging_level", Response_GetLoggingLevel, "optional"],
  [7, "list_files", Response_ListFiles, "optional"],
  [8, "read_file", Response_ReadFile, "optional"],
  [9, "get_state", Response_GetState, "optional"],
  [10, "get_containers", Response_GetContainers, "optional"],
  [11, "get_frameworks", Response_GetFrameworks, "optional"],
  [12, "get_executors", Response_GetExecutors, "optional"],
  [18, "get_operations", Response_GetOperations, "optional"],
  [13, "get_tasks", Response_GetTasks, "optional"],
  [15, "get_agent", Response_GetAgent, "optional"],
  [17, "get_resource_providers", Response_GetResourceProviders, "optional"],
  [14, "wait_nested_container", Response_WaitNestedContainer, "optional"],
  [16, "wait_container", Response_WaitContainer, "optional"],
]);

/** The agent itself. */
export interface Response_GetAgent {
  agent_info?: v1.AgentInfo;
  /** Present while it is draining or drained. */
  drain_config?: v1.DrainConfig;
  estimated_drain_start_time?: v1.TimeInfo;
}
export const Response_GetAgent: MessageType<Response_GetAgent> =
  message("mesos.v1.agent.Response.GetAgent", () => [
  [1, "agent_info", v1.AgentInfo, "optional"],
  [2, "drain_config", v1.DrainConfig, "optional"],
  [3, "estimated_drain_start_time", v1.TimeInfo, "optional"],
]);

/** Containers. */
export interface Response_GetContainers {
  containers?: readonly Response_GetContainers_Container[];
}
export const Response_GetContainers: MessageType<Response_GetContainers> =
  message("mesos.v1.agent.Response.GetContainers", () => [
  [1, "containers", Response_GetContainers_Container, "repeated"],
]);

/** A container, whose it is and what it uses. */
export interface Response_GetContainers_Container {
  framework_id?: v1.FrameworkID;
  executor_id?: v1.ExecutorID;
  executor_name?: string;
  container_id: v1.ContainerID;
  container_status?: v1.ContainerStatus;
  resource_statistics?: v1.ResourceStatistics;
}
export const Response_GetContainers_Container: MessageType<Response_GetContainers_Container> =
  message("mesos.v1.agent.Response.GetContainers.Container", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "executor_id", v1.ExecutorID, "optional"],
  [3, "executor_name", "string", "optional"],
  [4, "container_id", v1.ContainerID, "required"],
  [5, "container_status", v1.ContainerStatus, "optional"],
  [6, "resource_statistics", v1.ResourceStatistics, "optional"],
]);

/** Executors. */
export interface Response_GetExecutors {
  executors?: readonly Response_GetExecutors_Executor[];
  completed_executors?: readonly Response_GetExecutors_Executor[];
}
export const Response_GetExecutors: MessageType<Response_GetExecutors> =
  message("mesos.v1.agent.Response.GetExecutors", () => [
  [1, "executors", Response_GetExecutors_Executor, "repeated"],
  [2, "completed_executors", Response_GetExecutors_Executor, "repeated"],
]);

/** An executor. */
export interface Response_GetExecutors_Executor {
  executor_info: v1.ExecutorInfo;
}
export const Response_GetExecutors_Executor: MessageType<Response_GetExecutors_Executor> =
  message("mesos.v1.agent.Response.GetExecutors.Executor", () => [
  [1, "executor_info", v1.ExecutorInfo, "required"],
]);

/** The agent's flags. */
export interface Response_GetFlags {
  flags?: readonly v1.Flag[];
}
export const Response_GetFlags: MessageType<Response_GetFlags> =
  message("mesos.v1.agent.Response.GetFlags", () => [
  [1, "flags", v1.Flag, "repeated"],
]);

/** Frameworks that have executors here, or had some. */
export interface Response_GetFrameworks {
  frameworks?: readonly Response_GetFrameworks_Framework[];
  completed_frameworks?: readonly Response_GetFrameworks_Framework[];
}
export const Response_GetFrameworks: MessageType<Response_GetFrameworks> =
  message("mesos.v1.agent.Response.GetFrameworks", () => [
  [1, "frameworks", Response_GetFrameworks_Framework, "repeated"],
  [2, "completed_frameworks", Response_GetFrameworks_Framework, "repeated"],
]);

/** A framework. */
export interface Response_GetFrameworks_Framework {
  framework_info: v1.FrameworkInfo;
}
export const Response_GetFrameworks_Framework: MessageType<Response_GetFrameworks_Framework> =
  message("mesos.v1.agent.Response.GetFrameworks.Framework", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
]);

/** Whether the agent answers, which it does. */
export interface Response_GetHealth {
  healthy: boolean;
}
export const Response_GetHealth: MessageType<Response_GetHealth> =
  message("mesos.v1.agent.Response.GetHealth", () => [
  [1, "healthy", "bool", "required"],
]);

/** How verbose the log is. */
export interface Response_GetLoggingLevel {
  level: number;
}
export const Response_GetLoggingLevel: MessageType<Response_GetLoggingLevel> =
  message("mesos.v1.agent.Response.GetLoggingLevel", () => [
  [1, "level", "uint32", "required"],
]);

/** All metrics. */
export interface Response_GetMetrics {
  metrics?: readonly v1.Metric[];
}
export const Response_GetMetrics: MessageType<Response_GetMetrics> =
  message("mesos.v1.agent.Response.GetMetrics", () => [
  [1, "metrics", v1.Metric, "repeated"],
]);

/** Operations that are not over, or not acknowledged. */
export interface Response_GetOperations {
  operations?: readonly v1.Operation[];
}
export const Response_GetOperations: MessageType<Response_GetOperations> =
  message("mesos.v1.agent.Response.GetOperations", () => [
  [1, "operations", v1.Operation, "repeated"],
]);

/** Resource providers. */
export interface Response_GetResourceProviders {
  resource_providers?: readonly Response_GetResourceProviders_ResourceProvider[];
}
export const Response_GetResourceProviders: MessageType<Response_GetResourceProviders> =
  message("mesos.v1.agent.Response.GetResourceProviders", () => [
  [1, "resource_providers", Response_GetResourceProviders_ResourceProvider, "repeated"],
]);

/** A resource provider and all that it has. */
export interface Response_GetResourceProviders_ResourceProvider {
  resource_provider_info: v1.ResourceProviderInfo;
  total_resources?: readonly v1.Resource[];
}
export const Response_GetResourceProviders_ResourceProvider: MessageType<Response_GetResourceProviders_ResourceProvider> =
  message("mesos.v1.agent.Response.GetResourceProviders.ResourceProvider", () => [
  [1, "resource_provider_info", v1.ResourceProviderInfo, "required"],
  [2, "total_resources", v1.Resource, "repeated"],
]);

/** All of the agent at one moment. */
export interface Response_GetState {
  get_tasks?: Response_GetTasks;
  get_executors?: Response_GetExecutors;
  get_frameworks?: Response_GetFrameworks;
}
export const Response_GetState: MessageType<Response_GetState> =
  message("mesos.v1.agent.Response.GetState", () => [
  [1, "get_tasks", Response_GetTasks, "optional"],
  [2, "get_executors", Response_GetExecutors, "optional"],
  [3, "get_frameworks", Response_GetFrameworks, "optional"],
]);

/** Tasks, by how far they are. */
export interface Response_GetTasks {
  /** Being authorized, or waiting for the sandbox. */
  pending_tasks?: readonly v1.Task[];
  /** Waiting for their executor. */
  queued_tasks?: readonly v1.Task[];
  /** With their executor. */
  launched_tasks?: readonly v1.Task[];
  /** Ended, and not acknowledged yet. */
  terminated_tasks?: readonly v1.Task[];
  /** The last ones that ended and were acknowledged. */
  completed_tasks?: readonly v1.Task[];
}
export const Response_GetTasks: MessageType<Response_GetTasks> =
  message("mesos.v1.agent.Response.GetTasks", () => [
  [1, "pending_tasks", v1.Task, "repeated"],
  [2, "queued_tasks", v1.Task, "repeated"],
  [3, "launched_tasks", v1.Task, "repeated"],
  [4, "terminated_tasks", v1.Task, "repeated"],
  [5, "completed_tasks", v1.Task, "repeated"],
]);

/** What the agent was built of. */
export interface Response_GetVersion {
  version_info: v1.VersionInfo;
}
export const Response_GetVersion: MessageType<Response_GetVersion> =
  message("mesos.v1.agent.Response.GetVersion", () => [
  [1, "version_info", v1.VersionInfo, "required"],
]);

/** The entries of a folder. */
export interface Response_ListFiles {
  file_infos?: readonly v1.FileInfo[];
}
export const Response_ListFiles: MessageType<Response_ListFiles> =
  message("mesos.v1.agent.Response.ListFiles", () => [
  [1, "file_infos", v1.FileInfo, "repeated"],
]);

/** A part of a file. */
export interface Response_ReadFile {
  /** Of the whole file, in bytes. */
  size: number;
  data: Uint8Array;
}
export const Response_ReadFile: MessageType<Response_ReadFile> =
  message("mesos.v1.agent.Response.ReadFile", () => [
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
  | "GET_CONTAINERS"
  | "GET_FRAMEWORKS"
  | "GET_EXECUTORS"
  | "GET_OPERATIONS"
  | "GET_TASKS"
  | "GET_AGENT"
  | "GET_RESOURCE_PROVIDERS"
  | "WAIT_NESTED_CONTAINER"
  | "WAIT_CONTAINER";
export const Response_Type: EnumType<Response_Type> = enumeration("mesos.v1.agent.Response.Type", {
  UNKNOWN: 0,
  GET_HEALTH: 1,
  GET_FLAGS: 2,
  GET_VERSION: 3,
  GET_METRICS: 4,
  GET_LOGGING_LEVEL: 5,
  LIST_FILES: 6,
  READ_FILE: 7,
  GET_STATE: 8,
  GET_CONTAINERS: 9,
  GET_FRAMEWORKS: 10,
  GET_EXECUTORS: 11,
  GET_OPERATIONS: 17,
  GET_TASKS: 12,
  GET_AGENT: 14,
  GET_RESOURCE_PROVIDERS: 16,
  WAIT_NESTED_CONTAINER: 13,
  WAIT_CONTAINER: 15,
});

/** How a container ended. */
export interface Response_WaitContainer {
  /** As `wait` gives it. Absent: unknown. */
  exit_status?: number;
  state?: v1.TaskState;
  /** Why the agent ended it, if it did. */
  reason?: v1.TaskStatus_Reason;
  limitation?: v1.TaskResourceLimitation;
  message?: string;
}
export const Response_WaitContainer: MessageType<Response_WaitContainer> =
  message("mesos.v1.agent.Response.WaitContainer", () => [
  [1, "exit_status", "int32", "optional"],
  [2, "state", v1.TaskState, "optional"],
  [3, "reason", v1.TaskStatus_Reason, "optional"],
  [4, "limitation", v1.TaskResourceLimitation, "optional"],
  [5, "message", "string", "optional"],
]);

/** How a nested container ended. */
export interface Response_WaitNestedContainer {
  /** As `wait` gives it. Absent: unknown. */
  exit_status?: number;
  state?: v1.TaskState;
  reason?: v1.TaskStatus_Reason;
  limitation?: v1.TaskResourceLimitation;
  message?: string;
}
export const Response_WaitNestedContainer: MessageType<Response_WaitNestedContainer> =
  message("mesos.v1.agent.Response.WaitNestedContainer", () => [
  [1, "exit_status", "int32", "optional"],
  [2, "state", v1.TaskState, "optional"],
  [3, "reason", v1.TaskStatus_Reason, "optional"],
  [4, "limitation", v1.TaskResourceLimitation, "optional"],
  [5, "message", "string", "optional"],
]);
