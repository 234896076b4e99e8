/**
 * The door of `@tavola/sdk`: what a framework author imports to speak to a cluster.
 */

export { isTerminal } from "@tavola/protocol";
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
