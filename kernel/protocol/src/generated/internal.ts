// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

export interface AcknowledgeOperationStatusMessage {
  status_uuid: v1.UUID;
  operation_uuid: v1.UUID;
  resource_provider_id?: v1.ResourceProviderID;
}
export const AcknowledgeOperationStatusMessage: MessageType<AcknowledgeOperationStatusMessage> = message("mesos.internal.AcknowledgeOperationStatusMessage", () => [
  [1, "status_uuid", v1.UUID, "required"],
  [2, "operation_uuid", v1.UUID, "required"],
  [3, "resource_provider_id", v1.ResourceProviderID, "optional"],
]);

export interface ApplyOperationMessage {
  framework_id?: v1.FrameworkID;
  operation_info: v1.Offer_Operation;
  operation_uuid: v1.UUID;
  resource_version_uuid: ResourceVersionUUID;
}
export const ApplyOperationMessage: MessageType<ApplyOperationMessage> = message("mesos.internal.ApplyOperationMessage", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "operation_info", v1.Offer_Operation, "required"],
  [3, "operation_uuid", v1.UUID, "required"],
  [4, "resource_version_uuid", ResourceVersionUUID, "required"],
]);

export interface Archive {
  frameworks?: readonly Archive_Framework[];
}
export const Archive: MessageType<Archive> = message("mesos.internal.Archive", () => [
  [1, "frameworks", Archive_Framework, "repeated"],
]);

export interface Archive_Framework {
  framework_info: v1.FrameworkInfo;
  pid?: string;
  tasks?: readonly v1.Task[];
}
export const Archive_Framework: MessageType<Archive_Framework> = message("mesos.internal.Archive.Framework", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
  [2, "pid", "string", "optional"],
  [3, "tasks", v1.Task, "repeated"],
]);

export interface AuthenticateMessage {
  pid: string;
}
export const AuthenticateMessage: MessageType<AuthenticateMessage> = message("mesos.internal.AuthenticateMessage", () => [
  [1, "pid", "string", "required"],
]);

export interface AuthenticationCompletedMessage {
}
export const AuthenticationCompletedMessage: MessageType<AuthenticationCompletedMessage> = message("mesos.internal.AuthenticationCompletedMessage", () => [
]);

export interface AuthenticationErrorMessage {
  error?: string;
}
export const AuthenticationErrorMessage: MessageType<AuthenticationErrorMessage> = message("mesos.internal.AuthenticationErrorMessage", () => [
  [1, "error", "string", "optional"],
]);

export interface AuthenticationFailedMessage {
}
export const AuthenticationFailedMessage: MessageType<AuthenticationFailedMessage> = message("mesos.internal.AuthenticationFailedMessage", () => [
]);

export interface AuthenticationMechanismsMessage {
  mechanisms?: readonly string[];
}
export const AuthenticationMechanismsMessage: MessageType<AuthenticationMechanismsMessage> = message("mesos.internal.AuthenticationMechanismsMessage", () => [
  [1, "mechanisms", "string", "repeated"],
]);

export interface AuthenticationStartMessage {
  mechanism: string;
  data?: Uint8Array;
}
export const AuthenticationStartMessage: MessageType<AuthenticationStartMessage> = message("mesos.internal.AuthenticationStartMessage", () => [
  [1, "mechanism", "string", "required"],
  [2, "data", "bytes", "optional"],
]);

export interface AuthenticationStepMessage {
  data: Uint8Array;
}
export const AuthenticationStepMessage: MessageType<AuthenticationStepMessage> = message("mesos.internal.AuthenticationStepMessage", () => [
  [1, "data", "bytes", "required"],
]);

export interface CheckpointResourcesMessage {
  resources?: readonly v1.Resource[];
}
export const CheckpointResourcesMessage: MessageType<CheckpointResourcesMessage> = message("mesos.internal.CheckpointResourcesMessage", () => [
  [1, "resources", v1.Resource, "repeated"],
]);

export interface DeactivateFrameworkMessage {
  framework_id: v1.FrameworkID;
}
export const DeactivateFrameworkMessage: MessageType<DeactivateFrameworkMessage> = message("mesos.internal.DeactivateFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
]);

export interface DrainSlaveMessage {
  config: v1.DrainConfig;
}
export const DrainSlaveMessage: MessageType<DrainSlaveMessage> = message("mesos.internal.DrainSlaveMessage", () => [
  [1, "config", v1.DrainConfig, "required"],
]);

export interface ExecutorRegisteredMessage {
  executor_info: v1.ExecutorInfo;
  framework_id: v1.FrameworkID;
  framework_info: v1.FrameworkInfo;
  slave_id: v1.AgentID;
  slave_info: v1.AgentInfo;
}
export const ExecutorRegisteredMessage: MessageType<ExecutorRegisteredMessage> = message("mesos.internal.ExecutorRegisteredMessage", () => [
  [2, "executor_info", v1.ExecutorInfo, "required"],
  [3, "framework_id", v1.FrameworkID, "required"],
  [4, "framework_info", v1.FrameworkInfo, "required"],
  [5, "slave_id", v1.AgentID, "required"],
  [6, "slave_info", v1.AgentInfo, "required"],
]);

export interface ExecutorReregisteredMessage {
  slave_id: v1.AgentID;
  slave_info: v1.AgentInfo;
}
export const ExecutorReregisteredMessage: MessageType<ExecutorReregisteredMessage> = message("mesos.internal.ExecutorReregisteredMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "slave_info", v1.AgentInfo, "required"],
]);

export interface ExecutorToFrameworkMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}
export const ExecutorToFrameworkMessage: MessageType<ExecutorToFrameworkMessage> = message("mesos.internal.ExecutorToFrameworkMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "executor_id", v1.ExecutorID, "required"],
  [4, "data", "bytes", "required"],
]);

export interface ExitedExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  status: number;
}
export const ExitedExecutorMessage: MessageType<ExitedExecutorMessage> = message("mesos.internal.ExitedExecutorMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "executor_id", v1.ExecutorID, "required"],
  [4, "status", "int32", "required"],
]);

export interface FrameworkErrorMessage {
  message: string;
}
export const FrameworkErrorMessage: MessageType<FrameworkErrorMessage> = message("mesos.internal.FrameworkErrorMessage", () => [
  [2, "message", "string", "required"],
]);

export interface FrameworkRegisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}
export const FrameworkRegisteredMessage: MessageType<FrameworkRegisteredMessage> = message("mesos.internal.FrameworkRegisteredMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "master_info", v1.MasterInfo, "required"],
]);

export interface FrameworkReregisteredMessage {
  framework_id: v1.FrameworkID;
  master_info: v1.MasterInfo;
}
export const FrameworkReregisteredMessage: MessageType<FrameworkReregisteredMessage> = message("mesos.internal.FrameworkReregisteredMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "master_info", v1.MasterInfo, "required"],
]);

export interface FrameworkToExecutorMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}
export const FrameworkToExecutorMessage: MessageType<FrameworkToExecutorMessage> = message("mesos.internal.FrameworkToExecutorMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "executor_id", v1.ExecutorID, "required"],
  [4, "data", "bytes", "required"],
]);

export interface InverseOffersMessage {
  inverse_offers?: readonly v1.InverseOffer[];
  pids?: readonly string[];
}
export const InverseOffersMessage: MessageType<InverseOffersMessage> = message("mesos.internal.InverseOffersMessage", () => [
  [1, "inverse_offers", v1.InverseOffer, "repeated"],
  [2, "pids", "string", "repeated"],
]);

export interface KillTaskMessage {
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  kill_policy?: v1.KillPolicy;
}
export const KillTaskMessage: MessageType<KillTaskMessage> = message("mesos.internal.KillTaskMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "task_id", v1.TaskID, "required"],
  [3, "kill_policy", v1.KillPolicy, "optional"],
]);

export interface LaunchTasksMessage {
  framework_id: v1.FrameworkID;
  tasks?: readonly v1.TaskInfo[];
  filters: v1.Filters;
  offer_ids?: readonly v1.OfferID[];
}
export const LaunchTasksMessage: MessageType<LaunchTasksMessage> = message("mesos.internal.LaunchTasksMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [3, "tasks", v1.TaskInfo, "repeated"],
  [5, "filters", v1.Filters, "required"],
  [6, "offer_ids", v1.OfferID, "repeated"],
]);

export interface LostSlaveMessage {
  slave_id: v1.AgentID;
}
export const LostSlaveMessage: MessageType<LostSlaveMessage> = message("mesos.internal.LostSlaveMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
]);

export interface MasterSlaveConnection {
  total_ping_timeout_seconds?: number;
}
export const MasterSlaveConnection: MessageType<MasterSlaveConnection> = message("mesos.internal.MasterSlaveConnection", () => [
  [1, "total_ping_timeout_seconds", "double", "optional"],
]);

export interface PingSlaveMessage {
  connected: boolean;
}
export const PingSlaveMessage: MessageType<PingSlaveMessage> = message("mesos.internal.PingSlaveMessage", () => [
  [1, "connected", "bool", "required"],
]);

export interface PongSlaveMessage {
}
export const PongSlaveMessage: MessageType<PongSlaveMessage> = message("mesos.internal.PongSlaveMessage", () => [
]);

export interface ReconcileOperationsMessage {
  operations?: readonly ReconcileOperationsMessage_Operation[];
  framework_id?: v1.FrameworkID;
}
export const ReconcileOperationsMessage: MessageType<ReconcileOperationsMessage> = message("mesos.internal.ReconcileOperationsMessage", () => [
  [1, "operations", ReconcileOperationsMessage_Operation, "repeated"],
  [2, "framework_id", v1.FrameworkID, "optional"],
]);

export interface ReconcileOperationsMessage_Operation {
  operation_uuid?: v1.UUID;
  operation_id?: v1.OperationID;
  resource_provider_id?: v1.ResourceProviderID;
}
export const ReconcileOperationsMessage_Operation: MessageType<ReconcileOperationsMessage_Operation> = message("mesos.internal.ReconcileOperationsMessage.Operation", () => [
  [1, "operation_uuid", v1.UUID, "optional"],
  [3, "operation_id", v1.OperationID, "optional"],
  [2, "resource_provider_id", v1.ResourceProviderID, "optional"],
]);

export interface ReconcileTasksMessage {
  framework_id: v1.FrameworkID;
  statuses?: readonly v1.TaskStatus[];
  framework?: v1.FrameworkInfo;
}
export const ReconcileTasksMessage: MessageType<ReconcileTasksMessage> = message("mesos.internal.ReconcileTasksMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "statuses", v1.TaskStatus, "repeated"],
  [3, "framework", v1.FrameworkInfo, "optional"],
]);

export interface ReconnectExecutorMessage {
  slave_id: v1.AgentID;
}
export const ReconnectExecutorMessage: MessageType<ReconnectExecutorMessage> = message("mesos.internal.ReconnectExecutorMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
]);

export interface RegisterExecutorMessage {
  framework_id: v1.FrameworkID;
  executor_id: v1.ExecutorID;
}
export const RegisterExecutorMessage: MessageType<RegisterExecutorMessage> = message("mesos.internal.RegisterExecutorMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "executor_id", v1.ExecutorID, "required"],
]);

export interface RegisterFrameworkMessage {
  framework: v1.FrameworkInfo;
}
export const RegisterFrameworkMessage: MessageType<RegisterFrameworkMessage> = message("mesos.internal.RegisterFrameworkMessage", () => [
  [1, "framework", v1.FrameworkInfo, "required"],
]);

export interface RegisterSlaveMessage {
  slave: v1.AgentInfo;
  checkpointed_resources?: readonly v1.Resource[];
  version?: string;
  agent_capabilities?: readonly v1.AgentInfo_Capability[];
  resource_version_uuid?: v1.UUID;
}
export const RegisterSlaveMessage: MessageType<RegisterSlaveMessage> = message("mesos.internal.RegisterSlaveMessage", () => [
  [1, "slave", v1.AgentInfo, "required"],
  [3, "checkpointed_resources", v1.Resource, "repeated"],
  [2, "version", "string", "optional"],
  [4, "agent_capabilities", v1.AgentInfo_Capability, "repeated"],
  [5, "resource_version_uuid", v1.UUID, "optional"],
]);

export interface ReregisterExecutorMessage {
  executor_id: v1.ExecutorID;
  framework_id: v1.FrameworkID;
  tasks?: readonly v1.TaskInfo[];
  updates?: readonly StatusUpdate[];
}
export const ReregisterExecutorMessage: MessageType<ReregisterExecutorMessage> = message("mesos.internal.ReregisterExecutorMessage", () => [
  [1, "executor_id", v1.ExecutorID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "tasks", v1.TaskInfo, "repeated"],
  [4, "updates", StatusUpdate, "repeated"],
]);

export interface ReregisterFrameworkMessage {
  framework: v1.FrameworkInfo;
  failover: boolean;
}
export const ReregisterFrameworkMessage: MessageType<ReregisterFrameworkMessage> = message("mesos.internal.ReregisterFrameworkMessage", () => [
  [2, "framework", v1.FrameworkInfo, "required"],
  [3, "failover", "bool", "required"],
]);

export interface ReregisterSlaveMessage {
  slave: v1.AgentInfo;
  checkpointed_resources?: readonly v1.Resource[];
  executor_infos?: readonly v1.ExecutorInfo[];
  tasks?: readonly v1.Task[];
  frameworks?: readonly v1.FrameworkInfo[];
  completed_frameworks?: readonly Archive_Framework[];
  version?: string;
  agent_capabilities?: readonly v1.AgentInfo_Capability[];
  resource_version_uuid?: v1.UUID;
}
export const ReregisterSlaveMessage: MessageType<ReregisterSlaveMessage> = message("mesos.internal.ReregisterSlaveMessage", () => [
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

export interface RescindInverseOfferMessage {
  inverse_offer_id: v1.OfferID;
}
export const RescindInverseOfferMessage: MessageType<RescindInverseOfferMessage> = message("mesos.internal.RescindInverseOfferMessage", () => [
  [1, "inverse_offer_id", v1.OfferID, "required"],
]);

export interface RescindResourceOfferMessage {
  offer_id: v1.OfferID;
}
export const RescindResourceOfferMessage: MessageType<RescindResourceOfferMessage> = message("mesos.internal.RescindResourceOfferMessage", () => [
  [1, "offer_id", v1.OfferID, "required"],
]);

export interface ResourceOffersMessage {
  offers?: readonly v1.Offer[];
  pids?: readonly string[];
}
export const ResourceOffersMessage: MessageType<ResourceOffersMessage> = message("mesos.internal.ResourceOffersMessage", () => [
  [1, "offers", v1.Offer, "repeated"],
  [2, "pids", "string", "repeated"],
]);

export interface ResourceRequestMessage {
  framework_id: v1.FrameworkID;
  requests?: readonly v1.Request[];
}
export const ResourceRequestMessage: MessageType<ResourceRequestMessage> = message("mesos.internal.ResourceRequestMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "requests", v1.Request, "repeated"],
]);

export interface ResourceVersionUUID {
  resource_provider_id?: v1.ResourceProviderID;
  uuid: v1.UUID;
}
export const ResourceVersionUUID: MessageType<ResourceVersionUUID> = message("mesos.internal.ResourceVersionUUID", () => [
  [1, "resource_provider_id", v1.ResourceProviderID, "optional"],
  [2, "uuid", v1.UUID, "required"],
]);

export interface ReviveOffersMessage {
  framework_id: v1.FrameworkID;
  roles?: readonly string[];
}
export const ReviveOffersMessage: MessageType<ReviveOffersMessage> = message("mesos.internal.ReviveOffersMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "roles", "string", "repeated"],
]);

export interface RunTaskGroupMessage {
  framework: v1.FrameworkInfo;
  executor: v1.ExecutorInfo;
  task_group: v1.TaskGroupInfo;
  resource_version_uuids?: readonly ResourceVersionUUID[];
  launch_executor?: boolean;
}
export const RunTaskGroupMessage: MessageType<RunTaskGroupMessage> = message("mesos.internal.RunTaskGroupMessage", () => [
  [1, "framework", v1.FrameworkInfo, "required"],
  [2, "executor", v1.ExecutorInfo, "required"],
  [3, "task_group", v1.TaskGroupInfo, "required"],
  [4, "resource_version_uuids", ResourceVersionUUID, "repeated"],
  [5, "launch_executor", "bool", "optional"],
]);

export interface RunTaskMessage {
  framework_id?: v1.FrameworkID;
  framework: v1.FrameworkInfo;
  task: v1.TaskInfo;
  resource_version_uuids?: readonly ResourceVersionUUID[];
  pid?: string;
  launch_executor?: boolean;
}
export const RunTaskMessage: MessageType<RunTaskMessage> = message("mesos.internal.RunTaskMessage", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "framework", v1.FrameworkInfo, "required"],
  [4, "task", v1.TaskInfo, "required"],
  [5, "resource_version_uuids", ResourceVersionUUID, "repeated"],
  [3, "pid", "string", "optional"],
  [6, "launch_executor", "bool", "optional"],
]);

export interface ShutdownExecutorMessage {
  executor_id?: v1.ExecutorID;
  framework_id?: v1.FrameworkID;
}
export const ShutdownExecutorMessage: MessageType<ShutdownExecutorMessage> = message("mesos.internal.ShutdownExecutorMessage", () => [
  [1, "executor_id", v1.ExecutorID, "optional"],
  [2, "framework_id", v1.FrameworkID, "optional"],
]);

export interface ShutdownFrameworkMessage {
  framework_id: v1.FrameworkID;
}
export const ShutdownFrameworkMessage: MessageType<ShutdownFrameworkMessage> = message("mesos.internal.ShutdownFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
]);

export interface ShutdownMessage {
  message?: string;
}
export const ShutdownMessage: MessageType<ShutdownMessage> = message("mesos.internal.ShutdownMessage", () => [
  [1, "message", "string", "optional"],
]);

export interface SlaveRegisteredMessage {
  slave_id: v1.AgentID;
  connection?: MasterSlaveConnection;
}
export const SlaveRegisteredMessage: MessageType<SlaveRegisteredMessage> = message("mesos.internal.SlaveRegisteredMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "connection", MasterSlaveConnection, "optional"],
]);

export interface SlaveReregisteredMessage {
  slave_id: v1.AgentID;
  reconciliations?: readonly ReconcileTasksMessage[];
  connection?: MasterSlaveConnection;
}
export const SlaveReregisteredMessage: MessageType<SlaveReregisteredMessage> = message("mesos.internal.SlaveReregisteredMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "reconciliations", ReconcileTasksMessage, "repeated"],
  [3, "connection", MasterSlaveConnection, "optional"],
]);

export interface StatusUpdate {
  framework_id: v1.FrameworkID;
  executor_id?: v1.ExecutorID;
  slave_id?: v1.AgentID;
  status: v1.TaskStatus;
  timestamp: number;
  uuid?: Uint8Array;
  latest_state?: v1.TaskState;
}
export const StatusUpdate: MessageType<StatusUpdate> = message("mesos.internal.StatusUpdate", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "executor_id", v1.ExecutorID, "optional"],
  [3, "slave_id", v1.AgentID, "optional"],
  [4, "status", v1.TaskStatus, "required"],
  [5, "timestamp", "double", "required"],
  [6, "uuid", "bytes", "optional"],
  [7, "latest_state", v1.TaskState, "optional"],
]);

export interface StatusUpdateAcknowledgementMessage {
  slave_id: v1.AgentID;
  framework_id: v1.FrameworkID;
  task_id: v1.TaskID;
  uuid: Uint8Array;
}
export const StatusUpdateAcknowledgementMessage: MessageType<StatusUpdateAcknowledgementMessage> = message("mesos.internal.StatusUpdateAcknowledgementMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "task_id", v1.TaskID, "required"],
  [4, "uuid", "bytes", "required"],
]);

export interface StatusUpdateMessage {
  update: StatusUpdate;
  pid?: string;
}
export const StatusUpdateMessage: MessageType<StatusUpdateMessage> = message("mesos.internal.StatusUpdateMessage", () => [
  [1, "update", StatusUpdate, "required"],
  [2, "pid", "string", "optional"],
]);

export interface StatusUpdateRecord {
  type: StatusUpdateRecord_Type;
  update?: StatusUpdate;
  uuid?: Uint8Array;
}
export const StatusUpdateRecord: MessageType<StatusUpdateRecord> = message("mesos.internal.StatusUpdateRecord", () => [
  [1, "type", StatusUpdateRecord_Type, "required"],
  [2, "update", StatusUpdate, "optional"],
  [3, "uuid", "bytes", "optional"],
]);

export type StatusUpdateRecord_Type =
  | "UPDATE"
  | "ACK";
export const StatusUpdateRecord_Type: EnumType<StatusUpdateRecord_Type> = enumeration("mesos.internal.StatusUpdateRecord.Type", {
  UPDATE: 0,
  ACK: 1,
});

export interface UnregisterFrameworkMessage {
  framework_id: v1.FrameworkID;
}
export const UnregisterFrameworkMessage: MessageType<UnregisterFrameworkMessage> = message("mesos.internal.UnregisterFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
]);

export interface UnregisterSlaveMessage {
  slave_id: v1.AgentID;
}
export const UnregisterSlaveMessage: MessageType<UnregisterSlaveMessage> = message("mesos.internal.UnregisterSlaveMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
]);

export interface UpdateFrameworkMessage {
  framework_id: v1.FrameworkID;
  pid?: string;
  framework_info?: v1.FrameworkInfo;
}
export const UpdateFrameworkMessage: MessageType<UpdateFrameworkMessage> = message("mesos.internal.UpdateFrameworkMessage", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "pid", "string", "optional"],
  [3, "framework_info", v1.FrameworkInfo, "optional"],
]);

export interface UpdateOperationStatusMessage {
  framework_id?: v1.FrameworkID;
  slave_id?: v1.AgentID;
  status: v1.OperationStatus;
  latest_status?: v1.OperationStatus;
  operation_uuid?: v1.UUID;
}
export const UpdateOperationStatusMessage: MessageType<UpdateOperationStatusMessage> = message("mesos.internal.UpdateOperationStatusMessage", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "slave_id", v1.AgentID, "optional"],
  [3, "status", v1.OperationStatus, "required"],
  [4, "latest_status", v1.OperationStatus, "optional"],
  [5, "operation_uuid", v1.UUID, "optional"],
]);

export interface UpdateOperationStatusRecord {
  type: UpdateOperationStatusRecord_Type;
  update?: UpdateOperationStatusMessage;
  uuid?: v1.UUID;
}
export const UpdateOperationStatusRecord: MessageType<UpdateOperationStatusRecord> = message("mesos.internal.UpdateOperationStatusRecord", () => [
  [1, "type", UpdateOperationStatusRecord_Type, "required"],
  [2, "update", UpdateOperationStatusMessage, "optional"],
  [3, "uuid", v1.UUID, "optional"],
]);

export type UpdateOperationStatusRecord_Type =
  | "UPDATE"
  | "ACK";
export const UpdateOperationStatusRecord_Type: EnumType<UpdateOperationStatusRecord_Type> = enumeration("mesos.internal.UpdateOperationStatusRecord.Type", {
  UPDATE: 0,
  ACK: 1,
});

export interface UpdateSlaveMessage {
  slave_id: v1.AgentID;
  update_oversubscribed_resources?: boolean;
  oversubscribed_resources?: readonly v1.Resource[];
  operations?: UpdateSlaveMessage_Operations;
  resource_version_uuid?: v1.UUID;
  resource_providers?: UpdateSlaveMessage_ResourceProviders;
}
export const UpdateSlaveMessage: MessageType<UpdateSlaveMessage> = message("mesos.internal.UpdateSlaveMessage", () => [
  [1, "slave_id", v1.AgentID, "required"],
  [5, "update_oversubscribed_resources", "bool", "optional"],
  [2, "oversubscribed_resources", v1.Resource, "repeated"],
  [6, "operations", UpdateSlaveMessage_Operations, "optional"],
  [7, "resource_version_uuid", v1.UUID, "optional"],
  [8, "resource_providers", UpdateSlaveMessage_ResourceProviders, "optional"],
]);

export interface UpdateSlaveMessage_Operations {
  operations?: readonly v1.Operation[];
}
export const UpdateSlaveMessage_Operations: MessageType<UpdateSlaveMessage_Operations> = message("mesos.internal.UpdateSlaveMessage.Operations", () => [
  [1, "operations", v1.Operation, "repeated"],
]);

export interface UpdateSlaveMessage_ResourceProvider {
  info?: v1.ResourceProviderInfo;
  total_resources?: readonly v1.Resource[];
  operations: UpdateSlaveMessage_Operations;
  resource_version_uuid: v1.UUID;
}
export const UpdateSlaveMessage_ResourceProvider: MessageType<UpdateSlaveMessage_ResourceProvider> = message("mesos.internal.UpdateSlaveMessage.ResourceProvider", () => [
  [1, "info", v1.ResourceProviderInfo, "optional"],
  [2, "total_resources", v1.Resource, "repeated"],
  [3, "operations", UpdateSlaveMessage_Operations, "required"],
  [4, "resource_version_uuid", v1.UUID, "required"],
]);

export interface UpdateSlaveMessage_ResourceProviders {
  providers?: readonly UpdateSlaveMessage_ResourceProvider[];
}
export const UpdateSlaveMessage_ResourceProviders: MessageType<UpdateSlaveMessage_ResourceProviders> = message("mesos.internal.UpdateSlaveMessage.ResourceProviders", () => [
  [1, "providers", UpdateSlaveMessage_ResourceProvider, "repeated"],
]);
