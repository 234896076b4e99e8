// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

/** What Mesos's Java binding makes of a call's answer; never on the wire. */
export interface APIResult {
  status_code: number;
  response?: Response;
  error?: string;
}
export const APIResult: MessageType<APIResult> = message("mesos.v1.scheduler.APIResult", () => [
  [1, "status_code", "uint32", "required"],
  [2, "response", Response, "optional"],
  [3, "error", "string", "optional"],
]);

/** A condition on an agent: what is looked at, and what must be true of it. */
export interface AttributeConstraint {
  selector: AttributeConstraint_Selector;
  predicate: AttributeConstraint_Predicate;
}
export const AttributeConstraint: MessageType<AttributeConstraint> =
  message("mesos.v1.scheduler.AttributeConstraint", () => [
  [1, "selector", AttributeConstraint_Selector, "required"],
  [2, "predicate", AttributeConstraint_Predicate, "required"],
]);

/** What must be true. A text predicate is true of an attribute that is no text. */
export interface AttributeConstraint_Predicate {
  exists?: AttributeConstraint_Predicate_Exists;
  not_exists?: AttributeConstraint_Predicate_NotExists;
  text_equals?: AttributeConstraint_Predicate_TextEquals;
  text_not_equals?: AttributeConstraint_Predicate_TextNotEquals;
  text_matches?: AttributeConstraint_Predicate_TextMatches;
  text_not_matches?: AttributeConstraint_Predicate_TextNotMatches;
}
export const AttributeConstraint_Predicate: MessageType<AttributeConstraint_Predicate> =
  message("mesos.v1.scheduler.AttributeConstraint.Predicate", () => [
  [1, "exists", AttributeConstraint_Predicate_Exists, "optional", { oneof: "predicate" }],
  [2, "not_exists", AttributeConstraint_Predicate_NotExists, "optional", { oneof: "predicate" }],
  [3, "text_equals", AttributeConstraint_Predicate_TextEquals, "optional", { oneof: "predicate" }],
  [4, "text_not_equals", AttributeConstraint_Predicate_TextNotEquals, "optional", { oneof: "predicate" }],
  [5, "text_matches", AttributeConstraint_Predicate_TextMatches, "optional", { oneof: "predicate" }],
  [6, "text_not_matches", AttributeConstraint_Predicate_TextNotMatches, "optional", { oneof: "predicate" }],
]);

export interface AttributeConstraint_Predicate_Exists {
}
export const AttributeConstraint_Predicate_Exists: MessageType<AttributeConstraint_Predicate_Exists> =
  message("mesos.v1.scheduler.AttributeConstraint.Predicate.Exists", () => [
]);

export interface AttributeConstraint_Predicate_NotExists {
}
export const AttributeConstraint_Predicate_NotExists: MessageType<AttributeConstraint_Predicate_NotExists> =
  message("mesos.v1.scheduler.AttributeConstraint.Predicate.NotExists", () => [
]);

export interface AttributeConstraint_Predicate_TextEquals {
  value: string;
}
export const AttributeConstraint_Predicate_TextEquals: MessageType<AttributeConstraint_Predicate_TextEquals> =
  message("mesos.v1.scheduler.AttributeConstraint.Predicate.TextEquals", () => [
  [1, "value", "string", "required"],
]);

/** The whole text matches an RE2 expression. */
export interface AttributeConstraint_Predicate_TextMatches {
  regex: string;
}
export const AttributeConstraint_Predicate_TextMatches: MessageType<AttributeConstraint_Predicate_TextMatches> =
  message("mesos.v1.scheduler.AttributeConstraint.Predicate.TextMatches", () => [
  [1, "regex", "string", "required"],
]);

export interface AttributeConstraint_Predicate_TextNotEquals {
  value: string;
}
export const AttributeConstraint_Predicate_TextNotEquals: MessageType<AttributeConstraint_Predicate_TextNotEquals> =
  message("mesos.v1.scheduler.AttributeConstraint.Predicate.TextNotEquals", () => [
  [1, "value", "string", "required"],
]);

/** The whole text does not match an RE2 expression, or there is no such attribute. */
export interface AttributeConstraint_Predicate_TextNotMatches {
  regex: string;
}
export const AttributeConstraint_Predicate_TextNotMatches: MessageType<AttributeConstraint_Predicate_TextNotMatches> =
  message("mesos.v1.scheduler.AttributeConstraint.Predicate.TextNotMatches", () => [
  [1, "regex", "string", "required"],
]);

/** One of an agent's attributes, the first of that name, or something else known of it. */
export interface AttributeConstraint_Selector {
  pseudoattribute_type?: AttributeConstraint_Selector_PseudoattributeType;
  attribute_name?: string;
}
export const AttributeConstraint_Selector: MessageType<AttributeConstraint_Selector> =
  message("mesos.v1.scheduler.AttributeConstraint.Selector", () => [
  [1, "pseudoattribute_type", AttributeConstraint_Selector_PseudoattributeType, "optional", { oneof: "selector" }],
  [2, "attribute_name", "string", "optional", { oneof: "selector" }],
]);

export type AttributeConstraint_Selector_PseudoattributeType =
  | "UNKNOWN"
  | "HOSTNAME"
  | "REGION"
  | "ZONE";
export const AttributeConstraint_Selector_PseudoattributeType: EnumType<AttributeConstraint_Selector_PseudoattributeType> =
  enumeration("mesos.v1.scheduler.AttributeConstraint.Selector.PseudoattributeType", {
  UNKNOWN: 0,
  HOSTNAME: 1,
  REGION: 2,
  ZONE: 3,
});

/**
 * What a scheduler asks of the master. The member that `type` names is set, if there is one of that
 * name.
 */
export interface Call {
  /** Absent only when a framework subscribes for the first time. */
  framework_id?: v1.FrameworkID;
  type?: Call_Type;
  subscribe?: Call_Subscribe;
  accept?: Call_Accept;
  decline?: Call_Decline;
  accept_inverse_offers?: Call_AcceptInverseOffers;
  decline_inverse_offers?: Call_DeclineInverseOffers;
  revive?: Call_Revive;
  kill?: Call_Kill;
  shutdown?: Call_Shutdown;
  acknowledge?: Call_Acknowledge;
  acknowledge_operation_status?: Call_AcknowledgeOperationStatus;
  reconcile?: Call_Reconcile;
  reconcile_operations?: Call_ReconcileOperations;
  message?: Call_Message;
  request?: Call_Request;
  suppress?: Call_Suppress;
  update_framework?: Call_UpdateFramework;
}
export const Call: MessageType<Call> = message("mesos.v1.scheduler.Call", () => [
  [1, "framework_id", v1.FrameworkID, "optional"],
  [2, "type", Call_Type, "optional"],
  [3, "subscribe", Call_Subscribe, "optional"],
  [4, "accept", Call_Accept, "optional"],
  [5, "decline", Call_Decline, "optional"],
  [13, "accept_inverse_offers", Call_AcceptInverseOffers, "optional"],
  [14, "decline_inverse_offers", Call_DeclineInverseOffers, "optional"],
  [15, "revive", Call_Revive, "optional"],
  [6, "kill", Call_Kill, "optional"],
  [7, "shutdown", Call_Shutdown, "optional"],
  [8, "acknowledge", Call_Acknowledge, "optional"],
  [17, "acknowledge_operation_status", Call_AcknowledgeOperationStatus, "optional"],
  [9, "reconcile", Call_Reconcile, "optional"],
  [18, "reconcile_operations", Call_ReconcileOperations, "optional"],
  [10, "message", Call_Message, "optional"],
  [11, "request", Call_Request, "optional"],
  [16, "suppress", Call_Suppress, "optional"],
  [19, "update_framework", Call_UpdateFramework, "optional"],
]);

/** Uses offers of one agent and one role, in part or whole; what is left is declined. */
export interface Call_Accept {
  offer_ids?: readonly v1.OfferID[];
  /** Done one after the other, each with what those before it left. */
  operations?: readonly v1.Offer_Operation[];
  /** For what is left. */
  filters?: v1.Filters;
}
export const Call_Accept: MessageType<Call_Accept> =
  message("mesos.v1.scheduler.Call.Accept", () => [
  [1, "offer_ids", v1.OfferID, "repeated"],
  [2, "operations", v1.Offer_Operation, "repeated"],
  [3, "filters", v1.Filters, "optional"],
]);

/** Agrees to give resources back in time. */
export interface Call_AcceptInverseOffers {
  inverse_offer_ids?: readonly v1.OfferID[];
  filters?: v1.Filters;
}
export const Call_AcceptInverseOffers: MessageType<Call_AcceptInverseOffers> =
  message("mesos.v1.scheduler.Call.AcceptInverseOffers", () => [
  [1, "inverse_offer_ids", v1.OfferID, "repeated"],
  [2, "filters", v1.Filters, "optional"],
]);

/** Says that an update has been taken care of; only then comes the task's next one. */
export interface Call_Acknowledge {
  agent_id: v1.AgentID;
  task_id: v1.TaskID;
  /** Of the update's status. */
  uuid: Uint8Array;
}
export const Call_Acknowledge: MessageType<Call_Acknowledge> =
  message("mesos.v1.scheduler.Call.Acknowledge", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [2, "task_id", v1.TaskID, "required"],
  [3, "uuid", "bytes", "required"],
]);

/** Says that an operation's update has been taken care of. */
export interface Call_AcknowledgeOperationStatus {
  agent_id?: v1.AgentID;
  resource_provider_id?: v1.ResourceProviderID;
  uuid: Uint8Array;
  operation_id: v1.OperationID;
}
export const Call_AcknowledgeOperationStatus: MessageType<Call_AcknowledgeOperationStatus> =
  message("mesos.v1.scheduler.Call.AcknowledgeOperationStatus", () => [
  [1, "agent_id", v1.AgentID, "optional"],
  [2, "resource_provider_id", v1.ResourceProviderID, "optional"],
  [3, "uuid", "bytes", "required"],
  [4, "operation_id", v1.OperationID, "required"],
]);

/** Gives offers back unused. */
export interface Call_Decline {
  offer_ids?: readonly v1.OfferID[];
  filters?: v1.Filters;
}
export const Call_Decline: MessageType<Call_Decline> =
  message("mesos.v1.scheduler.Call.Decline", () => [
  [1, "offer_ids", v1.OfferID, "repeated"],
  [2, "filters", v1.Filters, "optional"],
]);

/** Says that resources will not be given back in time. */
export interface Call_DeclineInverseOffers {
  inverse_offer_ids?: readonly v1.OfferID[];
  filters?: v1.Filters;
}
export const Call_DeclineInverseOffers: MessageType<Call_DeclineInverseOffers> =
  message("mesos.v1.scheduler.Call.DeclineInverseOffers", () => [
  [1, "inverse_offer_ids", v1.OfferID, "repeated"],
  [2, "filters", v1.Filters, "optional"],
]);

/** Kills a task. Its end is told as an update. */
export interface Call_Kill {
  task_id: v1.TaskID;
  /** Where the task is, for a master that does not know it. */
  agent_id?: v1.AgentID;
  /** Instead of the task's own. */
  kill_policy?: v1.KillPolicy;
}
export const Call_Kill: MessageType<Call_Kill> = message("mesos.v1.scheduler.Call.Kill", () => [
  [1, "task_id", v1.TaskID, "required"],
  [2, "agent_id", v1.AgentID, "optional"],
  [3, "kill_policy", v1.KillPolicy, "optional"],
]);

/** To an executor, on the best effort. */
export interface Call_Message {
  agent_id: v1.AgentID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}
export const Call_Message: MessageType<Call_Message> =
  message("mesos.v1.scheduler.Call.Message", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [2, "executor_id", v1.ExecutorID, "required"],
  [3, "data", "bytes", "required"],
]);

/**
 * Asks how tasks stand; the answers are updates that need no acknowledgement. None: all of the
 * framework's.
 */
export interface Call_Reconcile {
  tasks?: readonly Call_Reconcile_Task[];
}
export const Call_Reconcile: MessageType<Call_Reconcile> =
  message("mesos.v1.scheduler.Call.Reconcile", () => [
  [1, "tasks", Call_Reconcile_Task, "repeated"],
]);

export interface Call_Reconcile_Task {
  task_id: v1.TaskID;
  agent_id?: v1.AgentID;
}
export const Call_Reconcile_Task: MessageType<Call_Reconcile_Task> =
  message("mesos.v1.scheduler.Call.Reconcile.Task", () => [
  [1, "task_id", v1.TaskID, "required"],
  [2, "agent_id", v1.AgentID, "optional"],
]);

/** Asks how operations stand; the answers are updates. None: all of the framework's. */
export interface Call_ReconcileOperations {
  operations?: readonly Call_ReconcileOperations_Operation[];
}
export const Call_ReconcileOperations: MessageType<Call_ReconcileOperations> =
  message("mesos.v1.scheduler.Call.ReconcileOperations", () => [
  [1, "operations", Call_ReconcileOperations_Operation, "repeated"],
]);

export interface Call_ReconcileOperations_Operation {
  operation_id: v1.OperationID;
  agent_id?: v1.AgentID;
  resource_provider_id?: v1.ResourceProviderID;
}
export const Call_ReconcileOperations_Operation: MessageType<Call_ReconcileOperations_Operation> =
  message("mesos.v1.scheduler.Call.ReconcileOperations.Operation", () => [
  [1, "operation_id", v1.OperationID, "required"],
  [2, "agent_id", v1.AgentID, "optional"],
  [3, "resource_provider_id", v1.ResourceProviderID, "optional"],
]);

/** Says what the framework would like to be offered. */
export interface Call_Request {
  requests?: readonly v1.Request[];
}
export const Call_Request: MessageType<Call_Request> =
  message("mesos.v1.scheduler.Call.Request", () => [
  [1, "requests", v1.Request, "repeated"],
]);

/** Ends suppression and forgets what was declined. No roles: all of the framework's. */
export interface Call_Revive {
  roles?: readonly string[];
}
export const Call_Revive: MessageType<Call_Revive> =
  message("mesos.v1.scheduler.Call.Revive", () => [
  [1, "roles", "string", "repeated"],
]);

/** Ends an executor with all its tasks. */
export interface Call_Shutdown {
  executor_id: v1.ExecutorID;
  agent_id: v1.AgentID;
}
export const Call_Shutdown: MessageType<Call_Shutdown> =
  message("mesos.v1.scheduler.Call.Shutdown", () => [
  [1, "executor_id", v1.ExecutorID, "required"],
  [2, "agent_id", v1.AgentID, "required"],
]);

/** Opens the stream of events, or takes it over from an older connection. */
export interface Call_Subscribe {
  /** Its `id` is that of the call. */
  framework_info: v1.FrameworkInfo;
  /** Roles of the framework for which it wants no offers now. */
  suppressed_roles?: readonly string[];
  /** Agents that fail them are not offered. Absent: none. */
  offer_constraints?: OfferConstraints;
}
export const Call_Subscribe: MessageType<Call_Subscribe> =
  message("mesos.v1.scheduler.Call.Subscribe", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
  [2, "suppressed_roles", "string", "repeated"],
  [3, "offer_constraints", OfferConstraints, "optional"],
]);

/** Asks for no more offers. No roles: all of the framework's. */
export interface Call_Suppress {
  roles?: readonly string[];
}
export const Call_Suppress: MessageType<Call_Suppress> =
  message("mesos.v1.scheduler.Call.Suppress", () => [
  [1, "roles", "string", "repeated"],
]);

export type Call_Type =
  | "UNKNOWN"
  | "SUBSCRIBE"
  | "TEARDOWN"
  | "ACCEPT"
  | "DECLINE"
  | "ACCEPT_INVERSE_OFFERS"
  | "DECLINE_INVERSE_OFFERS"
  | "REVIVE"
  | "KILL"
  | "SHUTDOWN"
  | "ACKNOWLEDGE"
  | "ACKNOWLEDGE_OPERATION_STATUS"
  | "RECONCILE"
  | "RECONCILE_OPERATIONS"
  | "MESSAGE"
  | "REQUEST"
  | "SUPPRESS"
  | "UPDATE_FRAMEWORK";
export const Call_Type: EnumType<Call_Type> = enumeration("mesos.v1.scheduler.Call.Type", {
  UNKNOWN: 0,
  SUBSCRIBE: 1,
  TEARDOWN: 2,
  ACCEPT: 3,
  DECLINE: 4,
  ACCEPT_INVERSE_OFFERS: 13,
  DECLINE_INVERSE_OFFERS: 14,
  REVIVE: 5,
  KILL: 6,
  SHUTDOWN: 7,
  ACKNOWLEDGE: 8,
  ACKNOWLEDGE_OPERATION_STATUS: 15,
  RECONCILE: 9,
  RECONCILE_OPERATIONS: 16,
  MESSAGE: 10,
  REQUEST: 11,
  SUPPRESS: 12,
  UPDATE_FRAMEWORK: 17,
});

/** Changes what the framework said of itself when it subscribed, all of it. */
export interface Call_UpdateFramework {
  framework_info: v1.FrameworkInfo;
  suppressed_roles?: readonly string[];
  offer_constraints?: OfferConstraints;
}
export const Call_UpdateFramework: MessageType<Call_UpdateFramework> =
  message("mesos.v1.scheduler.Call.UpdateFramework", () => [
  [1, "framework_info", v1.FrameworkInfo, "required"],
  [2, "suppressed_roles", "string", "repeated"],
  [3, "offer_constraints", OfferConstraints, "optional"],
]);

/**
 * What the master tells a scheduler. The member that `type` names is set, if there is one of that
 * name.
 */
export interface Event {
  type?: Event_Type;
  subscribed?: Event_Subscribed;
  offers?: Event_Offers;
  inverse_offers?: Event_InverseOffers;
  rescind?: Event_Rescind;
  rescind_inverse_offer?: Event_RescindInverseOffer;
  update?: Event_Update;
  update_operation_status?: Event_UpdateOperationStatus;
  message?: Event_Message;
  failure?: Event_Failure;
  error?: Event_Error;
}
export const Event: MessageType<Event> = message("mesos.v1.scheduler.Event", () => [
  [1, "type", Event_Type, "optional"],
  [2, "subscribed", Event_Subscribed, "optional"],
  [3, "offers", Event_Offers, "optional"],
  [9, "inverse_offers", Event_InverseOffers, "optional"],
  [4, "rescind", Event_Rescind, "optional"],
  [10, "rescind_inverse_offer", Event_RescindInverseOffer, "optional"],
  [5, "update", Event_Update, "optional"],
  [11, "update_operation_status", Event_UpdateOperationStatus, "optional"],
  [6, "message", Event_Message, "optional"],
  [7, "failure", Event_Failure, "optional"],
  [8, "error", Event_Error, "optional"],
]);

/** The subscription is refused or over. The stream ends; trying the same again is of no use. */
export interface Event_Error {
  message: string;
}
export const Event_Error: MessageType<Event_Error> =
  message("mesos.v1.scheduler.Event.Error", () => [
  [1, "message", "string", "required"],
]);

/** An executor ended, or, without `executor_id`, an agent was removed. */
export interface Event_Failure {
  agent_id?: v1.AgentID;
  executor_id?: v1.ExecutorID;
  /** The executor's status as `wait` gives it. */
  status?: number;
}
export const Event_Failure: MessageType<Event_Failure> =
  message("mesos.v1.scheduler.Event.Failure", () => [
  [1, "agent_id", v1.AgentID, "optional"],
  [2, "executor_id", v1.ExecutorID, "optional"],
  [3, "status", "int32", "optional"],
]);

/** Requests to give resources back. */
export interface Event_InverseOffers {
  inverse_offers?: readonly v1.InverseOffer[];
}
export const Event_InverseOffers: MessageType<Event_InverseOffers> =
  message("mesos.v1.scheduler.Event.InverseOffers", () => [
  [1, "inverse_offers", v1.InverseOffer, "repeated"],
]);

/** From an executor, on the best effort. */
export interface Event_Message {
  agent_id: v1.AgentID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}
export const Event_Message: MessageType<Event_Message> =
  message("mesos.v1.scheduler.Event.Message", () => [
  [1, "agent_id", v1.AgentID, "required"],
  [2, "executor_id", v1.ExecutorID, "required"],
  [3, "data", "bytes", "required"],
]);

/** New offers. */
export interface Event_Offers {
  offers?: readonly v1.Offer[];
}
export const Event_Offers: MessageType<Event_Offers> =
  message("mesos.v1.scheduler.Event.Offers", () => [
  [1, "offers", v1.Offer, "repeated"],
]);

/** An offer no longer holds. */
export interface Event_Rescind {
  offer_id: v1.OfferID;
}
export const Event_Rescind: MessageType<Event_Rescind> =
  message("mesos.v1.scheduler.Event.Rescind", () => [
  [1, "offer_id", v1.OfferID, "required"],
]);

/** An inverse offer no longer holds. */
export interface Event_RescindInverseOffer {
  inverse_offer_id: v1.OfferID;
}
export const Event_RescindInverseOffer: MessageType<Event_RescindInverseOffer> =
  message("mesos.v1.scheduler.Event.RescindInverseOffer", () => [
  [1, "inverse_offer_id", v1.OfferID, "required"],
]);

/** The first event of a stream. */
export interface Event_Subscribed {
  /** To be kept for as long as the framework lives. */
  framework_id: v1.FrameworkID;
  /** How often a HEARTBEAT comes; without any for some of these the connection is dead. */
  heartbeat_interval_seconds?: number;
  master_info?: v1.MasterInfo;
}
export const Event_Subscribed: MessageType<Event_Subscribed> =
  message("mesos.v1.scheduler.Event.Subscribed", () => [
  [1, "framework_id", v1.FrameworkID, "required"],
  [2, "heartbeat_interval_seconds", "double", "optional"],
  [3, "master_info", v1.MasterInfo, "optional"],
]);

export type Event_Type =
  | "UNKNOWN"
  | "SUBSCRIBED"
  | "OFFERS"
  | "INVERSE_OFFERS"
  | "RESCIND"
  | "RESCIND_INVERSE_OFFER"
  | "UPDATE"
  | "UPDATE_OPERATION_STATUS"
  | "MESSAGE"
  | "FAILURE"
  | "ERROR"
  | "HEARTBEAT";
export const Event_Type: EnumType<Event_Type> = enumeration("mesos.v1.scheduler.Event.Type", {
  UNKNOWN: 0,
  SUBSCRIBED: 1,
  OFFERS: 2,
  INVERSE_OFFERS: 9,
  RESCIND: 3,
  RESCIND_INVERSE_OFFER: 10,
  UPDATE: 4,
  UPDATE_OPERATION_STATUS: 11,
  MESSAGE: 5,
  FAILURE: 6,
  ERROR: 7,
  HEARTBEAT: 8,
});

/** News of a task; to be acknowledged if its status has a `uuid`. */
export interface Event_Update {
  status: v1.TaskStatus;
}
export const Event_Update: MessageType<Event_Update> =
  message("mesos.v1.scheduler.Event.Update", () => [
  [1, "status", v1.TaskStatus, "required"],
]);

/** News of an operation; to be acknowledged if its status has a `uuid`. */
export interface Event_UpdateOperationStatus {
  status: v1.OperationStatus;
}
export const Event_UpdateOperationStatus: MessageType<Event_UpdateOperationStatus> =
  message("mesos.v1.scheduler.Event.UpdateOperationStatus", () => [
  [1, "status", v1.OperationStatus, "required"],
]);

/** Which agents may be offered, by role. */
export interface OfferConstraints {
  role_constraints?: Readonly<Record<string, OfferConstraints_RoleConstraints>>;
}
export const OfferConstraints: MessageType<OfferConstraints> =
  message("mesos.v1.scheduler.OfferConstraints", () => [
  [1, "role_constraints", OfferConstraints_RoleConstraints, "map"],
]);

/** An agent meets all constraints of one of these groups. */
export interface OfferConstraints_RoleConstraints {
  groups?: readonly OfferConstraints_RoleConstraints_Group[];
}
export const OfferConstraints_RoleConstraints: MessageType<OfferConstraints_RoleConstraints> =
  message("mesos.v1.scheduler.OfferConstraints.RoleConstraints", () => [
  [1, "groups", OfferConstraints_RoleConstraints_Group, "repeated"],
]);

/** Constraints that an agent meets all together. */
export interface OfferConstraints_RoleConstraints_Group {
  attribute_constraints?: readonly AttributeConstraint[];
}
export const OfferConstraints_RoleConstraints_Group: MessageType<OfferConstraints_RoleConstraints_Group> =
  message("mesos.v1.scheduler.OfferConstraints.RoleConstraints.Group", () => [
  [1, "attribute_constraints", AttributeConstraint, "repeated"],
]);

/** The answer to a call that has one. */
export interface Response {
  type?: Response_Type;
  reconcile_operations?: Response_ReconcileOperations;
}
export const Response: MessageType<Response> = message("mesos.v1.scheduler.Response", () => [
  [1, "type", Response_Type, "optional"],
  [2, "reconcile_operations", Response_ReconcileOperations, "optional"],
]);

/** Not sent any more: the answers come as events. */
export interface Response_ReconcileOperations {
  operation_statuses?: readonly v1.OperationStatus[];
}
export const Response_ReconcileOperations: MessageType<Response_ReconcileOperations> =
  message("mesos.v1.scheduler.Response.ReconcileOperations", () => [
  [1, "operation_statuses", v1.OperationStatus, "repeated"],
]);

export type Response_Type =
  | "UNKNOWN"
  | "RECONCILE_OPERATIONS";
export const Response_Type: EnumType<Response_Type> =
  enumeration("mesos.v1.scheduler.Response.Type", {
  UNKNOWN: 0,
  RECONCILE_OPERATIONS: 1,
});
