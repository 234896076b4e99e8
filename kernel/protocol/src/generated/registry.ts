// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type MessageType, message } from "../message-type.ts";
import * as maintenance from "./maintenance.ts";
import * as quota from "./quota.ts";
import * as v1 from "./v1.ts";

/** One change. Exactly one member is set. */
export interface Operation {
  record_leader?: Operation_RecordLeader;
  admit_agent?: Operation_AdmitAgent;
  readmit_agent?: Operation_ReadmitAgent;
  remove_agent?: Operation_RemoveAgent;
  mark_agent_unreachable?: Operation_MarkAgentUnreachable;
  mark_agent_gone?: Operation_MarkAgentGone;
  prune_agents?: Operation_PruneAgents;
  drain_agent?: Operation_DrainAgent;
  mark_agent_drained?: Operation_MarkAgentDrained;
  deactivate_agent?: Operation_DeactivateAgent;
  reactivate_agent?: Operation_ReactivateAgent;
  update_maintenance_schedule?: Operation_UpdateMaintenanceSchedule;
  start_maintenance?: Operation_StartMaintenance;
  stop_maintenance?: Operation_StopMaintenance;
  update_quotas?: Operation_UpdateQuotas;
  update_weights?: Operation_UpdateWeights;
}
export const Operation: MessageType<Operation> = message("tavola.registry.Operation", () => [
  [1, "record_leader", Operation_RecordLeader, "optional", { oneof: "operation" }],
  [2, "admit_agent", Operation_AdmitAgent, "optional", { oneof: "operation" }],
  [3, "readmit_agent", Operation_ReadmitAgent, "optional", { oneof: "operation" }],
  [4, "remove_agent", Operation_RemoveAgent, "optional", { oneof: "operation" }],
  [5, "mark_agent_unreachable", Operation_MarkAgentUnreachable, "optional", { oneof: "operation" }],
  [6, "mark_agent_gone", Operation_MarkAgentGone, "optional", { oneof: "operation" }],
  [7, "prune_agents", Operation_PruneAgents, "optional", { oneof: "operation" }],
  [8, "drain_agent", Operation_DrainAgent, "optional", { oneof: "operation" }],
  [9, "mark_agent_drained", Operation_MarkAgentDrained, "optional", { oneof: "operation" }],
  [10, "deactivate_agent", Operation_DeactivateAgent, "optional", { oneof: "operation" }],
  [11, "reactivate_agent", Operation_ReactivateAgent, "optional", { oneof: "operation" }],
  [12, "update_maintenance_schedule", Operation_UpdateMaintenanceSchedule, "optional", { oneof: "operation" }],
  [13, "start_maintenance", Operation_StartMaintenance, "optional", { oneof: "operation" }],
  [14, "stop_maintenance", Operation_StopMaintenance, "optional", { oneof: "operation" }],
  [15, "update_quotas", Operation_UpdateQuotas, "optional", { oneof: "operation" }],
  [16, "update_weights", Operation_UpdateWeights, "optional", { oneof: "operation" }],
]);

export interface Operation_RecordLeader {
  info: v1.MasterInfo;
}
export const Operation_RecordLeader: MessageType<Operation_RecordLeader> =
  message("tavola.registry.Operation.RecordLeader", () => [
  [1, "info", v1.MasterInfo, "required"],
]);

export interface Operation_AdmitAgent {
  info: v1.AgentInfo;
}
export const Operation_AdmitAgent: MessageType<Operation_AdmitAgent> =
  message("tavola.registry.Operation.AdmitAgent", () => [
  [1, "info", v1.AgentInfo, "required"],
]);

export interface Operation_ReadmitAgent {
  info: v1.AgentInfo;
}
export const Operation_ReadmitAgent: MessageType<Operation_ReadmitAgent> =
  message("tavola.registry.Operation.ReadmitAgent", () => [
  [1, "info", v1.AgentInfo, "required"],
]);

export interface Operation_RemoveAgent {
  agent_id: string;
}
export const Operation_RemoveAgent: MessageType<Operation_RemoveAgent> =
  message("tavola.registry.Operation.RemoveAgent", () => [
  [1, "agent_id", "string", "required"],
]);

export interface Operation_MarkAgentUnreachable {
  agent_id: string;
  at_ms: number;
}
export const Operation_MarkAgentUnreachable: MessageType<Operation_MarkAgentUnreachable> =
  message("tavola.registry.Operation.MarkAgentUnreachable", () => [
  [1, "agent_id", "string", "required"],
  [2, "at_ms", "double", "required"],
]);

export interface Operation_MarkAgentGone {
  agent_id: string;
  at_ms: number;
}
export const Operation_MarkAgentGone: MessageType<Operation_MarkAgentGone> =
  message("tavola.registry.Operation.MarkAgentGone", () => [
  [1, "agent_id", "string", "required"],
  [2, "at_ms", "double", "required"],
]);

export interface Operation_PruneAgents {
  unreachable?: readonly string[];
  gone?: readonly string[];
}
export const Operation_PruneAgents: MessageType<Operation_PruneAgents> =
  message("tavola.registry.Operation.PruneAgents", () => [
  [1, "unreachable", "string", "repeated"],
  [2, "gone", "string", "repeated"],
]);

export interface Operation_DrainAgent {
  agent_id: string;
  config: v1.DrainConfig;
}
export const Operation_DrainAgent: MessageType<Operation_DrainAgent> =
  message("tavola.registry.Operation.DrainAgent", () => [
  [1, "agent_id", "string", "required"],
  [2, "config", v1.DrainConfig, "required"],
]);

export interface Operation_MarkAgentDrained {
  agent_id: string;
}
export const Operation_MarkAgentDrained: MessageType<Operation_MarkAgentDrained> =
  message("tavola.registry.Operation.MarkAgentDrained", () => [
  [1, "agent_id", "string", "required"],
]);

export interface Operation_DeactivateAgent {
  agent_id: string;
}
export const Operation_DeactivateAgent: MessageType<Operation_DeactivateAgent> =
  message("tavola.registry.Operation.DeactivateAgent", () => [
  [1, "agent_id", "string", "required"],
]);

export interface Operation_ReactivateAgent {
  agent_id: string;
}
export const Operation_ReactivateAgent: MessageType<Operation_ReactivateAgent> =
  message("tavola.registry.Operation.ReactivateAgent", () => [
  [1, "agent_id", "string", "required"],
]);

export interface Operation_UpdateMaintenanceSchedule {
  schedule: maintenance.Schedule;
}
export const Operation_UpdateMaintenanceSchedule: MessageType<Operation_UpdateMaintenanceSchedule> =
  message("tavola.registry.Operation.UpdateMaintenanceSchedule", () => [
  [1, "schedule", maintenance.Schedule, "required"],
]);

export interface Operation_StartMaintenance {
  machines?: readonly v1.MachineID[];
}
export const Operation_StartMaintenance: MessageType<Operation_StartMaintenance> =
  message("tavola.registry.Operation.StartMaintenance", () => [
  [1, "machines", v1.MachineID, "repeated"],
]);

export interface Operation_StopMaintenance {
  machines?: readonly v1.MachineID[];
}
export const Operation_StopMaintenance: MessageType<Operation_StopMaintenance> =
  message("tavola.registry.Operation.StopMaintenance", () => [
  [1, "machines", v1.MachineID, "repeated"],
]);

export interface Operation_UpdateQuotas {
  configs?: readonly quota.QuotaConfig[];
}
export const Operation_UpdateQuotas: MessageType<Operation_UpdateQuotas> =
  message("tavola.registry.Operation.UpdateQuotas", () => [
  [1, "configs", quota.QuotaConfig, "repeated"],
]);

export interface Operation_UpdateWeights {
  weights?: readonly v1.WeightInfo[];
}
export const Operation_UpdateWeights: MessageType<Operation_UpdateWeights> =
  message("tavola.registry.Operation.UpdateWeights", () => [
  [1, "weights", v1.WeightInfo, "repeated"],
]);

/** One thing that a snapshot says. Exactly one member is set. */
export interface Record {
  leader?: v1.MasterInfo;
  admitted?: Record_AdmittedAgent;
  unreachable?: Record_UnreachableAgent;
  gone?: Record_GoneAgent;
  machine?: v1.MachineInfo;
  schedule?: maintenance.Schedule;
  quota?: quota.QuotaConfig;
  weight?: v1.WeightInfo;
  /** A master that lacks it must not lead. */
  minimum_capability?: string;
  end?: Record_End;
}
export const Record: MessageType<Record> = message("tavola.registry.Record", () => [
  [1, "leader", v1.MasterInfo, "optional", { oneof: "record" }],
  [2, "admitted", Record_AdmittedAgent, "optional", { oneof: "record" }],
  [3, "unreachable", Record_UnreachableAgent, "optional", { oneof: "record" }],
  [4, "gone", Record_GoneAgent, "optional", { oneof: "record" }],
  [5, "machine", v1.MachineInfo, "optional", { oneof: "record" }],
  [6, "schedule", maintenance.Schedule, "optional", { oneof: "record" }],
  [7, "quota", quota.QuotaConfig, "optional", { oneof: "record" }],
  [8, "weight", v1.WeightInfo, "optional", { oneof: "record" }],
  [9, "minimum_capability", "string", "optional", { oneof: "record" }],
  [10, "end", Record_End, "optional", { oneof: "record" }],
]);

export interface Record_AdmittedAgent {
  info: v1.AgentInfo;
  drain?: v1.DrainInfo;
  deactivated: boolean;
}
export const Record_AdmittedAgent: MessageType<Record_AdmittedAgent> =
  message("tavola.registry.Record.AdmittedAgent", () => [
  [1, "info", v1.AgentInfo, "required"],
  [2, "drain", v1.DrainInfo, "optional"],
  [3, "deactivated", "bool", "required"],
]);

export interface Record_UnreachableAgent {
  agent_id: string;
  at_ms: number;
  drain?: v1.DrainInfo;
  deactivated: boolean;
}
export const Record_UnreachableAgent: MessageType<Record_UnreachableAgent> =
  message("tavola.registry.Record.UnreachableAgent", () => [
  [1, "agent_id", "string", "required"],
  [2, "at_ms", "double", "required"],
  [3, "drain", v1.DrainInfo, "optional"],
  [4, "deactivated", "bool", "required"],
]);

export interface Record_GoneAgent {
  agent_id: string;
  at_ms: number;
}
export const Record_GoneAgent: MessageType<Record_GoneAgent> =
  message("tavola.registry.Record.GoneAgent", () => [
  [1, "agent_id", "string", "required"],
  [2, "at_ms", "double", "required"],
]);

/** The last record. One that is missing means that the rest is, too. */
export interface Record_End {
  /** How many were before this one. */
  records: number;
}
export const Record_End: MessageType<Record_End> = message("tavola.registry.Record.End", () => [
  [1, "records", "uint32", "required"],
]);
