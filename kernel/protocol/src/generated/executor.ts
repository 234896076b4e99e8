// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";
import * as v1 from "./v1.ts";

/**
 * What an executor tells its agent. The member that `type` names is set, if there is one of that
 * name.
 */
export interface Call {
  executor_id: v1.ExecutorID;
  framework_id: v1.FrameworkID;
  type?: Call_Type;
  subscribe?: Call_Subscribe;
  update?: Call_Update;
  message?: Call_Message;
}
export const Call: MessageType<Call> = message("mesos.v1.executor.Call", () => [
  [1, "executor_id", v1.ExecutorID, "required"],
  [2, "framework_id", v1.FrameworkID, "required"],
  [3, "type", Call_Type, "optional"],
  [4, "subscribe", Call_Subscribe, "optional"],
  [5, "update", Call_Update, "optional"],
  [6, "message", Call_Message, "optional"],
]);

/** To the scheduler, on the best effort. */
export interface Call_Message {
  data: Uint8Array;
}
export const Call_Message: MessageType<Call_Message> =
  message("mesos.v1.executor.Call.Message", () => [
  [2, "data", "bytes", "required"],
]);

/** Opens the stream of events, at the start or after the agent's restart. */
export interface Call_Subscribe {
  /** Tasks of which no update has been acknowledged yet. */
  unacknowledged_tasks?: readonly v1.TaskInfo[];
  /** Updates that were sent and not acknowledged. */
  unacknowledged_updates?: readonly Call_Update[];
}
export const Call_Subscribe: MessageType<Call_Subscribe> =
  message("mesos.v1.executor.Call.Subscribe", () => [
  [1, "unacknowledged_tasks", v1.TaskInfo, "repeated"],
  [2, "unacknowledged_updates", Call_Update, "repeated"],
]);

export type Call_Type =
  | "UNKNOWN"
  | "SUBSCRIBE"
  | "UPDATE"
  | "MESSAGE"
  | "HEARTBEAT";
export const Call_Type: EnumType<Call_Type> = enumeration("mesos.v1.executor.Call.Type", {
  UNKNOWN: 0,
  SUBSCRIBE: 1,
  UPDATE: 2,
  MESSAGE: 3,
  HEARTBEAT: 4,
});

/** News of a task. */
export interface Call_Update {
  /** With a `uuid` of 16 random bytes and a source of SOURCE_EXECUTOR; not TASK_STAGING. */
  status: v1.TaskStatus;
}
export const Call_Update: MessageType<Call_Update> =
  message("mesos.v1.executor.Call.Update", () => [
  [1, "status", v1.TaskStatus, "required"],
]);

/**
 * What an agent tells an executor. The member that `type` names is set, if there is one of that
 * name.
 */
export interface Event {
  type?: Event_Type;
  subscribed?: Event_Subscribed;
  acknowledged?: Event_Acknowledged;
  launch?: Event_Launch;
  launch_group?: Event_LaunchGroup;
  kill?: Event_Kill;
  message?: Event_Message;
  error?: Event_Error;
}
export const Event: MessageType<Event> = message("mesos.v1.executor.Event", () => [
  [1, "type", Event_Type, "optional"],
  [2, "subscribed", Event_Subscribed, "optional"],
  [3, "acknowledged", Event_Acknowledged, "optional"],
  [4, "launch", Event_Launch, "optional"],
  [8, "launch_group", Event_LaunchGroup, "optional"],
  [5, "kill", Event_Kill, "optional"],
  [6, "message", Event_Message, "optional"],
  [7, "error", Event_Error, "optional"],
]);

/** An update has arrived and need not be kept. */
export interface Event_Acknowledged {
  task_id: v1.TaskID;
  uuid: Uint8Array;
}
export const Event_Acknowledged: MessageType<Event_Acknowledged> =
  message("mesos.v1.executor.Event.Acknowledged", () => [
  [1, "task_id", v1.TaskID, "required"],
  [2, "uuid", "bytes", "required"],
]);

/** The subscription is refused or over. The executor is to end. */
export interface Event_Error {
  message: string;
}
export const Event_Error: MessageType<Event_Error> =
  message("mesos.v1.executor.Event.Error", () => [
  [1, "message", "string", "required"],
]);

/** A task to be killed; its end is to be told as an update. */
export interface Event_Kill {
  task_id: v1.TaskID;
  /** Instead of the task's own. */
  kill_policy?: v1.KillPolicy;
}
export const Event_Kill: MessageType<Event_Kill> = message("mesos.v1.executor.Event.Kill", () => [
  [1, "task_id", v1.TaskID, "required"],
  [2, "kill_policy", v1.KillPolicy, "optional"],
]);

/** A task to be run. */
export interface Event_Launch {
  task: v1.TaskInfo;
}
export const Event_Launch: MessageType<Event_Launch> =
  message("mesos.v1.executor.Event.Launch", () => [
  [1, "task", v1.TaskInfo, "required"],
]);

/** Tasks to be run that start and end together. */
export interface Event_LaunchGroup {
  task_group: v1.TaskGroupInfo;
}
export const Event_LaunchGroup: MessageType<Event_LaunchGroup> =
  message("mesos.v1.executor.Event.LaunchGroup", () => [
  [1, "task_group", v1.TaskGroupInfo, "required"],
]);

/** From the scheduler, on the best effort. */
export interface Event_Message {
  data: Uint8Array;
}
export const Event_Message: MessageType<Event_Message> =
  message("mesos.v1.executor.Event.Message", () => [
  [1, "data", "bytes", "required"],
]);

/** The first event of a stream. */
export interface Event_Subscribed {
  executor_info: v1.ExecutorInfo;
  framework_info: v1.FrameworkInfo;
  agent_info: v1.AgentInfo;
  container_id?: v1.ContainerID;
}
export const Event_Subscribed: MessageType<Event_Subscribed> =
  message("mesos.v1.executor.Event.Subscribed", () => [
  [1, "executor_info", v1.ExecutorInfo, "required"],
  [2, "framework_info", v1.FrameworkInfo, "required"],
  [3, "agent_info", v1.AgentInfo, "required"],
  [4, "container_id", v1.ContainerID, "optional"],
]);

export type Event_Type =
  | "UNKNOWN"
  | "SUBSCRIBED"
  | "LAUNCH"
  | "LAUNCH_GROUP"
  | "KILL"
  | "ACKNOWLEDGED"
  | "MESSAGE"
  | "ERROR"
  | "SHUTDOWN"
  | "HEARTBEAT";
export const Event_Type: EnumType<Event_Type> = enumeration("mesos.v1.executor.Event.Type", {
  UNKNOWN: 0,
  SUBSCRIBED: 1,
  LAUNCH: 2,
  LAUNCH_GROUP: 8,
  KILL: 3,
  ACKNOWLEDGED: 4,
  MESSAGE: 5,
  ERROR: 6,
  SHUTDOWN: 7,
  HEARTBEAT: 9,
});
