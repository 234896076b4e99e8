// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";
import * as maintenance from "./maintenance.ts";
import * as providers from "./providers.ts";
import * as quota from "./quota.ts";
import * as v1 from "./v1.ts";

/** Master to agent: an operation's update has been taken care of. */
export interface AcknowledgeOperationStatusMessage {
  status_uuid: v1.UUID;
  operation_uuid: v1.UUID;
  resource_provider_id?: v1.ResourceProviderID;
}
export const AcknowledgeOperationStatusMessage: MessageType<AcknowledgeOperationStatusMessage> =
  message("mesos.internal.AcknowledgeOperationStatusMessage", () => [
  [1, "status_uuid", v1.UUID, "required"],
  [2, "operation_uuid", v1.UUID, "required"],
  [3, "resource_provider_id", v1.ResourceProviderID, "optional"],
]);

/** Master to agent: an operation to be done. */
export interface ApplyOperationMessage {
  /** Absent for an operator's. */
  framework_id?: v1.FrameworkID;
  operation_info: v1.Offer_Operation;
  operation_uuid: v1.UUID;
  /** Of the resources that the master decided on; others by now, and the agent drops it. */
  resource_version_uuid: ResourceVersionUUID;
}
export const ApplyOperationMessage: MessageType<ApplyOperationMessage> =
  message("mesos.internal.ApplyOperationMessage", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "operation_info", v1.Offer_Operation, "required"],
  [3, "operation_uuid", v1.UUID, "required"],
  [4, "resource_version_uuid", ResourceVersionUUID, "required"],
]);

/** Frameworks that are over. */
export interface Archive {
  frameworks?: readonly Archive_Framework[];
}
export const Archive: MessageType<Archive> = message("mesos.internal.Archive", () => [
  [1, "frameworks", Archive_Framework, "repeated"],
]);

/** A framework that is over, and its tasks. */
export interface Archive_Framework {
  framework_info: v1.FrameworkInfo;
  pid?: string;
  tasks?: readonly v1.Task[];
}
export const Archive_Framework: MessageType<Archive_Framework> =
  message("mesos.internal.Archive.Framework", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
  [2, "pid", "string", "optional"],
  [3, "tasks", v1.Task, "repeated"],
]);

/** To master: who sends it wants to prove who it is. */
export interface AuthenticateMessage {
  /** Where the answers go. */
  pid: string;
}
export const AuthenticateMessage: MessageType<AuthenticateMessage> =
  message("mesos.internal.AuthenticateMessage", () => [
  [1, "pid", "string", "required"],
]);

/** Proven. */
export interface AuthenticationCompletedMessage {
}
export const AuthenticationCompletedMessage: MessageType<AuthenticationCompletedMessage> =
  message("mesos.internal.AuthenticationCompletedMessage", () => [
]);

/** It went wrong; may be tried again. */
export interface AuthenticationErrorMessage {
  error?: string;
}
export const AuthenticationErrorMessage: MessageType<AuthenticationErrorMessage> =
  message("mesos.internal.AuthenticationErrorMessage", () => [
  [1, "error", "string", "optional"],
]);

/** Not proven. */
export interface AuthenticationFailedMessage {
}
export const AuthenticationFailedMessage: MessageType<AuthenticationFailedMessage> =
  message("mesos.internal.AuthenticationFailedMessage", () => [
]);

/** Ways to prove it, such as CRAM-MD5. */
export interface AuthenticationMechanismsMessage {
  mechanisms?: readonly string[];
}
export const AuthenticationMechanismsMessage: MessageType<AuthenticationMechanismsMessage> =
  message("mesos.internal.AuthenticationMechanismsMessage", () => [
  [1, "mechanisms", "string", "repeated"],
]);

/** The way chosen. */
export interface AuthenticationStartMessage {
  mechanism: string;
  data?: Uint8Array;
}
export const AuthenticationStartMessage: MessageType<AuthenticationStartMessage> =
  message("mesos.internal.AuthenticationStartMessage", () => [
  [1, "mechanism", "string", "required"],
  [2, "data", "bytes", "optional"],
]);

/** A challenge, or the answer to one. */
export interface AuthenticationStepMessage {
  data: Uint8Array;
}
export const AuthenticationStepMessage: MessageType<AuthenticationStepMessage> =
  message("mesos.internal.AuthenticationStepMessage", () => [
  [1, "data", "bytes", "required"],
]);

/** Master to an agent without operations: what it has now, reservations and volumes among it. */
export interface CheckpointResourcesMessage {
  resources?: readonly v1.Resource[];
}
export const CheckpointResourcesMessage: MessageType<CheckpointResourcesMessage> =
  message("mesos.internal.CheckpointResourcesMessage", () => [
  [1, "resources", v1.Resource, "repeated"],
]);

/** Native driver to master: no more offers, the tasks go on. */
export interface DeactivateFrameworkMessage {
  framework_id: v1.FrameworkID;
}
export const DeactivateFrameworkMessage: MessageType<DeactivateFrameworkMessage> =
  message("mesos.internal.DeactivateFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
]);

/** Master to agent: kill all there is. */
export interface DrainSlaveMessage {
  config: v1.DrainConfig;
}
export const DrainSlaveMessage: MessageType<DrainSlaveMessage> =
  message("mesos.internal.DrainSlaveMessage", () => [
  [1, "config", v1.DrainConfig, "required"],
]);

/** Agent to native executor: the answer to RegisterExecutorMessage. */
export interface ExecutorRegisteredMessage {
  executor_info: v1.ExecutorInfo;
  framework_id: v1.FrameworkID;
  framework_info: v1.FrameworkInfo;
  slave_id: v1.AgentID;
  slave_info: v1.AgentInfo;
}
export const ExecutorRegisteredMessage: MessageType<ExecutorRegisteredMessage> =
  message("mesos.internal.ExecutorRegisteredMessage", () => [
  [2, "executor_info", v1.ExecutorInfo, "required"],
  [3, "framework_id", v1.FrameworkID, "required"],
  [4, "framework_info", v1.FrameworkInfo, "required"],
  [5, "slave_id", v1.AgentID, "required"],
  [6, "slave_info", v1.AgentInfo, "required"],
]);

/** Agent to native executor: the answer to ReregisterExecutorMessage. */
export interface ExecutorReregisteredMessage {
  slave_id: v1.AgentID;
  slave_info: v1.AgentInfo;
}
export const ExecutorReregisteredMessage: MessageType<ExecutorReregisteredMessage> =
  message("mesos.internal.ExecutorReregisteredMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "slave_info", v1.AgentInfo, "required"],
]);

/** From an executor to a scheduler, on the best effort. */
export interface ExecutorToFrameworkMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}
export const ExecutorToFrameworkMessage: MessageType<ExecutorToFrameworkMessage> =
  message("mesos.internal.ExecutorToFrameworkMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "executor_id", v1.ExecutorID, "required"],
  [4, "data", "bytes", "required"],
]);

/** Agent to master, master to native driver: an executor ended. */
export interface ExitedExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  /** As `wait` gives it. */
  status: number;
}
export const ExitedExecutorMessage: MessageType<ExitedExecutorMessage> =
  message("mesos.internal.ExitedExecutorMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "executor_id", v1.ExecutorID, "required"],
  [4, "status", "int32", "required"],
]);

/** Master to native driver: the framework is refused or over. */
export interface FrameworkErrorMessage {
  message: string;
}
export const FrameworkErrorMessage: MessageType<FrameworkErrorMessage> =
  message("mesos.internal.FrameworkErrorMessage", () => [
  [2, "message", "string", "required"],
]);

/** Master to native driver: subscribed. */
export interface FrameworkRegisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}
export const FrameworkRegisteredMessage: MessageType<FrameworkRegisteredMessage> =
  message("mesos.internal.FrameworkRegisteredMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "master_info", v1.MasterInfo, "required"],
]);

/** Master to native driver: subscribed again. */
export interface FrameworkReregisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}
export const FrameworkReregisteredMessage: MessageType<FrameworkReregisteredMessage> =
  message("mesos.internal.FrameworkReregisteredMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "master_info", v1.MasterInfo, "required"],
]);

/** From a scheduler to an executor, on the best effort. */
export interface FrameworkToExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}
export const FrameworkToExecutorMessage: MessageType<FrameworkToExecutorMessage> =
  message("mesos.internal.FrameworkToExecutorMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "executor_id", v1.ExecutorID, "required"],
  [4, "data", "bytes", "required"],
]);

/** Master to native driver: requests to give resources back. */
export interface InverseOffersMessage {
  inverse_offers?: readonly v1.InverseOffer[];
  pids?: readonly string[];
}
export const InverseOffersMessage: MessageType<InverseOffersMessage> =
  message("mesos.internal.InverseOffersMessage", () => [
  [1, "inverse_offers", v1.InverseOffer, "repeated"],
  [2, "pids", "string", "repeated"],
]);

/** Master to agent, agent to native executor: kill a task. */
export interface KillTaskMessage {
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  /** Instead of the task's own. */
  kill_policy?: v1.KillPolicy;
}
export const KillTaskMessage: MessageType<KillTaskMessage> =
  message("mesos.internal.KillTaskMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "task_id", v1.TaskID, "required"],
  [3, "kill_policy", v1.KillPolicy, "optional"],
]);

/** From drivers older than Mesos 1.0: what Call.Accept is now. */
export interface LaunchTasksMessage {
  framework_id: v1.FrameworkID;
  tasks?: readonly v1.TaskInfo[];
  filters: v1.Filters;
  offer_ids?: readonly v1.OfferID[];
}
export const LaunchTasksMessage: MessageType<LaunchTasksMessage> =
  message("mesos.internal.LaunchTasksMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [3, "tasks", v1.TaskInfo, "repeated"],
  [5, "filters", v1.Filters, "required"],
  [6, "offer_ids", v1.OfferID, "repeated"],
]);

/** Master to native driver: an agent was removed. */
export interface LostSlaveMessage {
  slave_id: v1.AgentID;
}
export const LostSlaveMessage: MessageType<LostSlaveMessage> =
  message("mesos.internal.LostSlaveMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
]);

/** What master and agent agree on. */
export interface MasterSlaveConnection {
  /** Without a ping for so long the agent looks for the master anew. */
  total_ping_timeout_seconds?: number;
}
export const MasterSlaveConnection: MessageType<MasterSlaveConnection> =
  message("mesos.internal.MasterSlaveConnection", () => [
  [1, "total_ping_timeout_seconds", "double", "optional"],
]);

/** Master to agent, from an actor for each agent. */
export interface PingSlaveMessage {
  /** Whether the agent counts as connected; if not, it is to reregister. */
  connected: boolean;
}
export const PingSlaveMessage: MessageType<PingSlaveMessage> =
  message("mesos.internal.PingSlaveMessage", () => [
  [1, "connected", "bool", "required"],
]);

/** Agent to that actor. */
export interface PongSlaveMessage {
}
export const PongSlaveMessage: MessageType<PongSlaveMessage> =
  message("mesos.internal.PongSlaveMessage", () => [
]);

/** Master to agent: how do these operations stand? */
export interface ReconcileOperationsMessage {
  operations?: readonly ReconcileOperationsMessage_Operation[];
  framework_id?: v1.FrameworkID;
}
export const ReconcileOperationsMessage: MessageType<ReconcileOperationsMessage> =
  message("mesos.internal.ReconcileOperationsMessage", () => [
  [1, "operations", ReconcileOperationsMessage_Operation, "repeated"],
  [2, "framework_id", v1.FrameworkID, "optional"],
]);

export interface ReconcileOperationsMessage_Operation {
  operation_uuid?: v1.UUID;
  operation_id?: v1.OperationID;
  resource_provider_id?: v1.ResourceProviderID;
}
export const ReconcileOperationsMessage_Operation: MessageType<ReconcileOperationsMessage_Operation> =
  message("mesos.internal.ReconcileOperationsMessage.Operation", () => [
  [1, "operation_uuid", v1.UUID, "optional"],
  [3, "operation_id", v1.OperationID, "optional"],
  [2, "resource_provider_id", v1.ResourceProviderID, "optional"],
]);

/** Driver to master, and within SlaveReregisteredMessage: tasks that one side believes in. */
export interface ReconcileTasksMessage {
  framework_id: v1.FrameworkID;
  statuses?: readonly v1.TaskStatus[];
  framework?: v1.FrameworkInfo;
}
export const ReconcileTasksMessage: MessageType<ReconcileTasksMessage> =
  message("mesos.internal.ReconcileTasksMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "statuses", v1.TaskStatus, "repeated"],
  [3, "framework", v1.FrameworkInfo, "optional"],
]);

/** Agent to native executor, after the agent's restart. */
export interface ReconnectExecutorMessage {
  slave_id: v1.AgentID;
}
export const ReconnectExecutorMessage: MessageType<ReconnectExecutorMessage> =
  message("mesos.internal.ReconnectExecutorMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
]);

/** Native executor to agent: it is there. */
export interface RegisterExecutorMessage {
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
}
export const RegisterExecutorMessage: MessageType<RegisterExecutorMessage> =
  message("mesos.internal.RegisterExecutorMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "executor_id", v1.ExecutorID, "required"],
]);

/** From drivers older than Mesos 1.0: what Call.Subscribe is now. */
export interface RegisterFrameworkMessage {
  framework: v1.FrameworkInfo;
}
export const RegisterFrameworkMessage: MessageType<RegisterFrameworkMessage> =
  message("mesos.internal.RegisterFrameworkMessage", () => [
  [1, "framework", v1.FrameworkInfo, "required"],
]);

/** Agent to master: it is new, or starts anew. */
export interface RegisterSlaveMessage {
  slave: v1.AgentInfo;
  /** Dynamic reservations and volumes that it kept on disk. */
  checkpointed_resources?: readonly v1.Resource[];
  /** Mesos's. A master refuses an agent that does not say. */
  version?: string;
  agent_capabilities?: readonly v1.AgentInfo_Capability[];
  /** Changes with the agent's resources. */
  resource_version_uuid?: v1.UUID;
}
export const RegisterSlaveMessage: MessageType<RegisterSlaveMessage> =
  message("mesos.internal.RegisterSlaveMessage", () => [
  [1, "slave", v1.AgentInfo, "required"],
  [3, "checkpointed_resources", v1.Resource, "repeated"],
  [2, "version", "string", "optional"],
  [4, "agent_capabilities", v1.AgentInfo_Capability, "repeated"],
  [5, "resource_version_uuid", v1.UUID, "optional"],
]);

/** Native executor to agent: the answer to ReconnectExecutorMessage. */
export interface ReregisterExecutorMessage {
  executor_id: v1.ExecutorID;
  framework_id: v1.FrameworkID;
  tasks?: readonly v1.TaskInfo[];
  updates?: readonly StatusUpdate[];
}
export const ReregisterExecutorMessage: MessageType<ReregisterExecutorMessage> =
  message("mesos.internal.ReregisterExecutorMessage", () => [
  [1, "executor_id", v1.ExecutorID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "tasks", v1.TaskInfo, "repeated"],
  [4, "updates", StatusUpdate, "repeated"],
]);

/**
 * From drivers older than Mesos 1.0: what Call.Subscribe is now, for a framework that has an id.
 */
export interface ReregisterFrameworkMessage {
  framework: v1.FrameworkInfo;
  failover: boolean;
}
export const ReregisterFrameworkMessage: MessageType<ReregisterFrameworkMessage> =
  message("mesos.internal.ReregisterFrameworkMessage", () => [
  [2, "framework", v1.FrameworkInfo, "required"],
  [3, "failover", "bool", "required"],
]);

/** Agent to master: it has been registered, and this is what runs on it. */
export interface ReregisterSlaveMessage {
  slave: v1.AgentInfo;
  checkpointed_resources?: readonly v1.Resource[];
  /** But for those of command tasks. */
  executor_infos?: readonly v1.ExecutorInfo[];
  tasks?: readonly v1.Task[];
  frameworks?: readonly v1.FrameworkInfo[];
  completed_frameworks?: readonly Archive_Framework[];
  version?: string;
  agent_capabilities?: readonly v1.AgentInfo_Capability[];
  resource_version_uuid?: v1.UUID;
}
export const ReregisterSlaveMessage: MessageType<ReregisterSlaveMessage> =
  message("mesos.internal.ReregisterSlaveMessage", () => [
  [2, "slave", v1.AgentInfo, "required"],
  [7, "checkpointed_resources", v1.Resource, "repeated"],
  [4, "executor_infos", v1.ExecutorInfo, "repeated"],
  [3, "tasks", v1.Task, "repeated"],
  [8, "frameworks", v1.FrameworkInfo, "repeated"],
  [5, "completed_frameworks", Archive_Framework, "repeated"],
  [6, "version", "string", "optional"],
  [9, "agent_capabilities", v1.AgentInfo_Capability, "repeated"],
  [10, "resource_version_uuid", v1.UUID, "optional"],
]);

/** Master to native driver: an inverse offer no longer holds. */
export interface RescindInverseOfferMessage {
  inverse_offer_id: v1.OfferID;
}
export const RescindInverseOfferMessage: MessageType<RescindInverseOfferMessage> =
  message("mesos.internal.RescindInverseOfferMessage", () => [
  [1, "inverse_offer_id", v1.OfferID, "required"],
]);

/** Master to native driver: an offer no longer holds. */
export interface RescindResourceOfferMessage {
  offer_id: v1.OfferID;
}
export const RescindResourceOfferMessage: MessageType<RescindResourceOfferMessage> =
  message("mesos.internal.RescindResourceOfferMessage", () => [
  [1, "offer_id", v1.OfferID, "required"],
]);

/** Master to native driver: new offers. */
export interface ResourceOffersMessage {
  offers?: readonly v1.Offer[];
  /** The agents' addresses, one for each offer. */
  pids?: readonly string[];
}
export const ResourceOffersMessage: MessageType<ResourceOffersMessage> =
  message("mesos.internal.ResourceOffersMessage", () => [
  [1, "offers", v1.Offer, "repeated"],
  [2, "pids", "string", "repeated"],
]);

/** From drivers older than Mesos 1.0: what Call.Request is now. */
export interface ResourceRequestMessage {
  framework_id: v1.FrameworkID;
  requests?: readonly v1.Request[];
}
export const ResourceRequestMessage: MessageType<ResourceRequestMessage> =
  message("mesos.internal.ResourceRequestMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "requests", v1.Request, "repeated"],
]);

/** Which state of an agent's, or a provider's, resources is meant. */
export interface ResourceVersionUUID {
  resource_provider_id?: v1.ResourceProviderID;
  uuid: v1.UUID;
}
export const ResourceVersionUUID: MessageType<ResourceVersionUUID> =
  message("mesos.internal.ResourceVersionUUID", () => [
  [1, "resource_provider_id", v1.ResourceProviderID, "optional"],
  [2, "uuid", v1.UUID, "required"],
]);

/** From drivers older than Mesos 1.0: what Call.Revive is now. */
export interface ReviveOffersMessage {
  framework_id: v1.FrameworkID;
  roles?: readonly string[];
}
export const ReviveOffersMessage: MessageType<ReviveOffersMessage> =
  message("mesos.internal.ReviveOffersMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "roles", "string", "repeated"],
]);

/** Master to agent: tasks to be run that start and end together. */
export interface RunTaskGroupMessage {
  framework: v1.FrameworkInfo;
  executor: v1.ExecutorInfo;
  task_group: v1.TaskGroupInfo;
  resource_version_uuids?: readonly ResourceVersionUUID[];
  launch_executor?: boolean;
}
export const RunTaskGroupMessage: MessageType<RunTaskGroupMessage> =
  message("mesos.internal.RunTaskGroupMessage", () => [
  [1, "framework", v1.FrameworkInfo, "required"],
  [2, "executor", v1.ExecutorInfo, "required"],
  [3, "task_group", v1.TaskGroupInfo, "required"],
  [4, "resource_version_uuids", ResourceVersionUUID, "repeated"],
  [5, "launch_executor", "bool", "optional"],
]);

/** Master to agent, agent to native executor: a task to be run. */
export interface RunTaskMessage {
  framework_id?: v1.FrameworkID;
  framework: v1.FrameworkInfo;
  task: v1.TaskInfo;
  resource_version_uuids?: readonly ResourceVersionUUID[];
  /** The scheduler's address; without an id, as in `@0.0.0.0:0`, it speaks HTTP. */
  pid?: string;
  /** Whether an executor is to be started for it. False: it must be there. */
  launch_executor?: boolean;
}
export const RunTaskMessage: MessageType<RunTaskMessage> =
  message("mesos.internal.RunTaskMessage", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "framework", v1.FrameworkInfo, "required"],
  [4, "task", v1.TaskInfo, "required"],
  [5, "resource_version_uuids", ResourceVersionUUID, "repeated"],
  [3, "pid", "string", "optional"],
  [6, "launch_executor", "bool", "optional"],
]);

/** Master to agent: end an executor; agent to native executor, without ids: end. */
export interface ShutdownExecutorMessage {
  executor_id?: v1.ExecutorID;
  framework_id?: v1.FrameworkID;
}
export const ShutdownExecutorMessage: MessageType<ShutdownExecutorMessage> =
  message("mesos.internal.ShutdownExecutorMessage", () => [
  [1, "executor_id", v1.ExecutorID, "optional"],
  [2, "framework_id", v1.FrameworkID, "optional"],
]);

/** Master to agent: end all of a framework's executors. */
export interface ShutdownFrameworkMessage {
  framework_id: v1.FrameworkID;
}
export const ShutdownFrameworkMessage: MessageType<ShutdownFrameworkMessage> =
  message("mesos.internal.ShutdownFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
]);

/** Master to agent: end. */
export interface ShutdownMessage {
  /** Why, for people. */
  message?: string;
}
export const ShutdownMessage: MessageType<ShutdownMessage> =
  message("mesos.internal.ShutdownMessage", () => [
  [1, "message", "string", "optional"],
]);

/** Master to agent: registered. */
export interface SlaveRegisteredMessage {
  slave_id: v1.AgentID;
  connection?: MasterSlaveConnection;
}
export const SlaveRegisteredMessage: MessageType<SlaveRegisteredMessage> =
  message("mesos.internal.SlaveRegisteredMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "connection", MasterSlaveConnection, "optional"],
]);

/** Master to agent: registered again. */
export interface SlaveReregisteredMessage {
  slave_id: v1.AgentID;
  /** Tasks that the master believes in and the agent did not tell of. */
  reconciliations?: readonly ReconcileTasksMessage[];
  connection?: MasterSlaveConnection;
}
export const SlaveReregisteredMessage: MessageType<SlaveReregisteredMessage> =
  message("mesos.internal.SlaveReregisteredMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "reconciliations", ReconcileTasksMessage, "repeated"],
  [3, "connection", MasterSlaveConnection, "optional"],
]);

/** News of a task, as executors, agents and masters pass it on. */
export interface StatusUpdate {
  framework_id: v1.FrameworkID;
  executor_id?: v1.ExecutorID;
  slave_id?: v1.AgentID;
  status: v1.TaskStatus;
  /** When it was so, in seconds since the epoch. */
  timestamp: number;
  /** 16 bytes. Absent: not to be acknowledged. */
  uuid?: Uint8Array;
  /** The newest that the agent knows, which may be newer than the update. */
  latest_state?: v1.TaskState;
}
export const StatusUpdate: MessageType<StatusUpdate> =
  message("mesos.internal.StatusUpdate", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "executor_id", v1.ExecutorID, "optional"],
  [3, "slave_id", v1.AgentID, "optional"],
  [4, "status", v1.TaskStatus, "required"],
  [5, "timestamp", "double", "required"],
  [6, "uuid", "bytes", "optional"],
  [7, "latest_state", v1.TaskState, "optional"],
]);

/** From a scheduler by way of the master to the agent, and from the agent to the executor. */
export interface StatusUpdateAcknowledgementMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  uuid: Uint8Array;
}
export const StatusUpdateAcknowledgementMessage: MessageType<StatusUpdateAcknowledgementMessage> =
  message("mesos.internal.StatusUpdateAcknowledgementMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "task_id", v1.TaskID, "required"],
  [4, "uuid", "bytes", "required"],
]);

/** From executor to agent to master to native driver: news of a task. */
export interface StatusUpdateMessage {
  update: StatusUpdate;
  /** Whom to acknowledge it to. A master wants it set. */
  pid?: string;
}
export const StatusUpdateMessage: MessageType<StatusUpdateMessage> =
  message("mesos.internal.StatusUpdateMessage", () => [
  [1, "update", StatusUpdate, "required"],
  [2, "pid", "string", "optional"],
]);

/** One record of a task's `task.updates` file. */
export interface StatusUpdateRecord {
  type: StatusUpdateRecord_Type;
  update?: StatusUpdate;
  uuid?: Uint8Array;
}
export const StatusUpdateRecord: MessageType<StatusUpdateRecord> =
  message("mesos.internal.StatusUpdateRecord", () => [
  [1, "type", StatusUpdateRecord_Type, "required"],
  [2, "update", StatusUpdate, "optional"],
  [3, "uuid", "bytes", "optional"],
]);

export type StatusUpdateRecord_Type =
  | "UPDATE"
  | "ACK";
export const StatusUpdateRecord_Type: EnumType<StatusUpdateRecord_Type> =
  enumeration("mesos.internal.StatusUpdateRecord.Type", {
  UPDATE: 0,
  ACK: 1,
});

/** From drivers older than Mesos 1.0: what TEARDOWN is now. */
export interface UnregisterFrameworkMessage {
  framework_id: v1.FrameworkID;
}
export const UnregisterFrameworkMessage: MessageType<UnregisterFrameworkMessage> =
  message("mesos.internal.UnregisterFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
]);

/** Agent to master: it ends, with all that runs on it. */
export interface UnregisterSlaveMessage {
  slave_id: v1.AgentID;
}
export const UnregisterSlaveMessage: MessageType<UnregisterSlaveMessage> =
  message("mesos.internal.UnregisterSlaveMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
]);

/** Master to agent: what a framework says of itself now, and where its scheduler is. */
export interface UpdateFrameworkMessage {
  framework_id: v1.FrameworkID;
  pid?: string;
  framework_info?: v1.FrameworkInfo;
}
export const UpdateFrameworkMessage: MessageType<UpdateFrameworkMessage> =
  message("mesos.internal.UpdateFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "pid", "string", "optional"],
  [3, "framework_info", v1.FrameworkInfo, "optional"],
]);

/** Agent to master: news of an operation. */
export interface UpdateOperationStatusMessage {
  framework_id?: v1.FrameworkID;
  slave_id?: v1.AgentID;
  status: v1.OperationStatus;
  /** The newest that the agent knows. */
  latest_status?: v1.OperationStatus;
  operation_uuid?: v1.UUID;
}
export const UpdateOperationStatusMessage: MessageType<UpdateOperationStatusMessage> =
  message("mesos.internal.UpdateOperationStatusMessage", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "slave_id", v1.AgentID, "optional"],
  [3, "status", v1.OperationStatus, "required"],
  [4, "latest_status", v1.OperationStatus, "optional"],
  [5, "operation_uuid", v1.UUID, "optional"],
]);

/** One record of an operation's `operation.updates` file. */
export interface UpdateOperationStatusRecord {
  type: UpdateOperationStatusRecord_Type;
  update?: UpdateOperationStatusMessage;
  uuid?: v1.UUID;
}
export const UpdateOperationStatusRecord: MessageType<UpdateOperationStatusRecord> =
  message("mesos.internal.UpdateOperationStatusRecord", () => [
  [1, "type", UpdateOperationStatusRecord_Type, "required"],
  [2, "update", UpdateOperationStatusMessage, "optional"],
  [3, "uuid", v1.UUID, "optional"],
]);

export type UpdateOperationStatusRecord_Type =
  | "UPDATE"
  | "ACK";
export const UpdateOperationStatusRecord_Type: EnumType<UpdateOperationStatusRecord_Type> =
  enumeration("mesos.internal.UpdateOperationStatusRecord.Type", {
  UPDATE: 0,
  ACK: 1,
});

/** Agent to master: its revocable resources, its operations, its resource providers. */
export interface UpdateSlaveMessage {
  slave_id: v1.AgentID;
  /** Whether `oversubscribed_resources` counts, even when empty. */
  update_oversubscribed_resources?: boolean;
  oversubscribed_resources?: readonly v1.Resource[];
  operations?: UpdateSlaveMessage_Operations;
  resource_version_uuid?: v1.UUID;
  resource_providers?: UpdateSlaveMessage_ResourceProviders;
}
export const UpdateSlaveMessage: MessageType<UpdateSlaveMessage> =
  message("mesos.internal.UpdateSlaveMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [5, "update_oversubscribed_resources", "bool", "optional"],
  [2, "oversubscribed_resources", v1.Resource, "repeated"],
  [6, "operations", UpdateSlaveMessage_Operations, "optional"],
  [7, "resource_version_uuid", v1.UUID, "optional"],
  [8, "resource_providers", UpdateSlaveMessage_ResourceProviders, "optional"],
]);

/** A list that may be absent. */
export interface UpdateSlaveMessage_Operations {
  operations?: readonly v1.Operation[];
}
export const UpdateSlaveMessage_Operations: MessageType<UpdateSlaveMessage_Operations> =
  message("mesos.internal.UpdateSlaveMessage.Operations", () => [
  [1, "operations", v1.Operation, "repeated"],
]);

/** A resource provider as the agent knows it. */
export interface UpdateSlaveMessage_ResourceProvider {
  info?: v1.ResourceProviderInfo;
  total_resources?: readonly v1.Resource[];
  operations: UpdateSlaveMessage_Operations;
  resource_version_uuid: v1.UUID;
}
export const UpdateSlaveMessage_ResourceProvider: MessageType<UpdateSlaveMessage_ResourceProvider> =
  message("mesos.internal.UpdateSlaveMessage.ResourceProvider", () => [
  [1, "info", v1.ResourceProviderInfo, "optional"],
  [2, "total_resources", v1.Resource, "repeated"],
  [3, "operations", UpdateSlaveMessage_Operations, "required"],
  [4, "resource_version_uuid", v1.UUID, "required"],
]);

/** A list that may be absent. */
export interface UpdateSlaveMessage_ResourceProviders {
  providers?: readonly UpdateSlaveMessage_ResourceProvider[];
}
export const UpdateSlaveMessage_ResourceProviders: MessageType<UpdateSlaveMessage_ResourceProviders> =
  message("mesos.internal.UpdateSlaveMessage.ResourceProviders", () => [
  [1, "providers", UpdateSlaveMessage_ResourceProvider, "repeated"],
]);

/** What survives a master. */
export interface Registry {
  /** The one that led last. */
  master?: Registry_Master;
  slaves?: Registry_Slaves;
  unreachable?: Registry_UnreachableSlaves;
  gone?: Registry_GoneSlaves;
  machines?: Registry_Machines;
  /** One at most. */
  schedules?: readonly maintenance.Schedule[];
  /** Of Mesos before 1.9. */
  quotas?: readonly Registry_Quota[];
  quota_configs?: readonly quota.QuotaConfig[];
  weights?: readonly Registry_Weight[];
  resource_provider_registry?: providers.Registry;
  /** A master that lacks one of them must not lead. */
  minimum_capabilities?: readonly Registry_MinimumCapability[];
}
export const Registry: MessageType<Registry> = message("mesos.internal.Registry", () => [
  [1, "master", Registry_Master, "optional"],
  [2, "slaves", Registry_Slaves, "optional"],
  [7, "unreachable", Registry_UnreachableSlaves, "optional"],
  [8, "gone", Registry_GoneSlaves, "optional"],
  [3, "machines", Registry_Machines, "optional"],
  [4, "schedules", maintenance.Schedule, "repeated"],
  [5, "quotas", Registry_Quota, "repeated"],
  [11, "quota_configs", quota.QuotaConfig, "repeated"],
  [6, "weights", Registry_Weight, "repeated"],
  [9, "resource_provider_registry", providers.Registry, "optional"],
  [10, "minimum_capabilities", Registry_MinimumCapability, "repeated"],
]);

export interface Registry_Master {
  info: v1.MasterInfo;
}
export const Registry_Master: MessageType<Registry_Master> =
  message("mesos.internal.Registry.Master", () => [
  [1, "info", v1.MasterInfo, "required"],
]);

/** An agent that may come back at any time. */
export interface Registry_Slave {
  info: v1.AgentInfo;
  drain_info?: v1.DrainInfo;
  /** Nothing of it is offered. Always so while it drains. Absent means false. */
  deactivated?: boolean;
}
export const Registry_Slave: MessageType<Registry_Slave> =
  message("mesos.internal.Registry.Slave", () => [
  [1, "info", v1.AgentInfo, "required"],
  [2, "drain_info", v1.DrainInfo, "optional"],
  [3, "deactivated", "bool", "optional", { default: false }],
]);

export interface Registry_Slaves {
  slaves?: readonly Registry_Slave[];
}
export const Registry_Slaves: MessageType<Registry_Slaves> =
  message("mesos.internal.Registry.Slaves", () => [
  [1, "slaves", Registry_Slave, "repeated"],
]);

export interface Registry_UnreachableSlave {
  id: v1.AgentID;
  /** Since when. */
  timestamp: v1.TimeInfo;
  /** These two go back to the agent when it returns. */
  drain_info?: v1.DrainInfo;
  /** Absent means false. */
  deactivated?: boolean;
}
export const Registry_UnreachableSlave: MessageType<Registry_UnreachableSlave> =
  message("mesos.internal.Registry.UnreachableSlave", () => [
  [1, "id", v1.AgentID, "required"],
  [2, "timestamp", v1.TimeInfo, "required"],
  [3, "drain_info", v1.DrainInfo, "optional"],
  [4, "deactivated", "bool", "optional", { default: false }],
]);

/** In the order in which they became so. */
export interface Registry_UnreachableSlaves {
  slaves?: readonly Registry_UnreachableSlave[];
}
export const Registry_UnreachableSlaves: MessageType<Registry_UnreachableSlaves> =
  message("mesos.internal.Registry.UnreachableSlaves", () => [
  [1, "slaves", Registry_UnreachableSlave, "repeated"],
]);

export interface Registry_GoneSlave {
  id: v1.AgentID;
  /** Since when. */
  timestamp: v1.TimeInfo;
}
export const Registry_GoneSlave: MessageType<Registry_GoneSlave> =
  message("mesos.internal.Registry.GoneSlave", () => [
  [1, "id", v1.AgentID, "required"],
  [2, "timestamp", v1.TimeInfo, "required"],
]);

/** In the order in which they became so. */
export interface Registry_GoneSlaves {
  slaves?: readonly Registry_GoneSlave[];
}
export const Registry_GoneSlaves: MessageType<Registry_GoneSlaves> =
  message("mesos.internal.Registry.GoneSlaves", () => [
  [1, "slaves", Registry_GoneSlave, "repeated"],
]);

export interface Registry_Machine {
  info: v1.MachineInfo;
}
export const Registry_Machine: MessageType<Registry_Machine> =
  message("mesos.internal.Registry.Machine", () => [
  [1, "info", v1.MachineInfo, "required"],
]);

export interface Registry_Machines {
  machines?: readonly Registry_Machine[];
}
export const Registry_Machines: MessageType<Registry_Machines> =
  message("mesos.internal.Registry.Machines", () => [
  [1, "machines", Registry_Machine, "repeated"],
]);

export interface Registry_Quota {
  info: quota.QuotaInfo;
}
export const Registry_Quota: MessageType<Registry_Quota> =
  message("mesos.internal.Registry.Quota", () => [
  [1, "info", quota.QuotaInfo, "required"],
]);

export interface Registry_Weight {
  info: v1.WeightInfo;
}
export const Registry_Weight: MessageType<Registry_Weight> =
  message("mesos.internal.Registry.Weight", () => [
  [1, "info", v1.WeightInfo, "required"],
]);

/** A text, so that a master that does not know it can still name it. */
export interface Registry_MinimumCapability {
  capability: string;
}
export const Registry_MinimumCapability: MessageType<Registry_MinimumCapability> =
  message("mesos.internal.Registry.MinimumCapability", () => [
  [1, "capability", "string", "required"],
]);
