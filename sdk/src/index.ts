/**
 * The door of `@tavola/sdk`: what a framework author imports to speak to a cluster.
 */

export { isTerminal } from "@tavola/protocol";
export type { Announcement, NewAnnouncement } from "./discovery/announcement.ts";
export { isOfService, weightOf, zoneOf } from "./discovery/announcement.ts";
export type { CatalogueChange } from "./discovery/catalogue.ts";
export type { DiscoveryOptions } from "./discovery/discovery-client.ts";
export { connectDiscovery, DiscoveryClient } from "./discovery/discovery-client.ts";
export type { KeptAnnouncement } from "./discovery/kept-announcement.ts";
export { parseDiscoveryServers } from "./discovery/server-list.ts";
export type { PickedInstance, PickerOptions, ServicePicker } from "./discovery/service-picker.ts";
export type { ServiceWatch, SubscribeOptions } from "./discovery/service-watch.ts";
export type { WithdrawOptions, WithdrawOutcome } from "./discovery/withdraw-announcement.ts";
export type { StatusOf } from "./executor/executor-client.ts";
export { connectExecutor, Executor, type ExecutorOptions } from "./executor/executor-client.ts";
export type { ExecutorEnvironment } from "./executor/executor-environment.ts";
export { parseExecutorEnvironment } from "./executor/executor-environment.ts";
export type { ExecutorEvent } from "./executor/executor-events.ts";
export type { AgentCallType, AgentClientOptions } from "./operator/agent-client.ts";
export { AgentClient, createAgentClient } from "./operator/agent-client.ts";
export type { CallOptions } from "./operator/api-calls.ts";
export type { FollowOptions } from "./operator/followed-file.ts";
export { followFile } from "./operator/followed-file.ts";
export type {
  OperatorCallType,
  OperatorEvent,
  OperatorOptions,
} from "./operator/operator-client.ts";
export { createOperatorClient, OperatorClient } from "./operator/operator-client.ts";
export type { KillOptions, UpdateFrameworkOptions } from "./scheduler/scheduler-calls.ts";
export type { SchedulerOptions } from "./scheduler/scheduler-client.ts";
export { connectScheduler, Scheduler } from "./scheduler/scheduler-client.ts";
export type { SchedulerEvent } from "./scheduler/scheduler-events.ts";
export type { ClientWorld } from "./world.ts";
