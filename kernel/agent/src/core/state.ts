/**
 * What an agent knows: frameworks, their executors, their tasks. The data model, without behaviour.
 *
 * The rules in this folder change these objects, each inside one turn (see `turn.ts`); everything
 * else only reads them, between turns.
 *
 *     AgentState
 *       frameworks ---------> Framework
 *                               executors ----------> Executor
 *                                                       queuedTasks      (not yet sent to it)
 *                                                       launchedTasks    (sent, not terminal)
 *                                                       terminatedTasks  (terminal, not acknowledged)
 *                                                       completedTasks   (terminal, acknowledged)
 *                               completedExecutors -> Executor
 *       completedFrameworks -> Framework
 *       executorsByContainer: the live executors again, by container
 *       updates: StatusUpdateStreams (see status-update-streams.ts)
 */

import {
  type AgentId,
  BoundedList,
  type ContainerId,
  type ExecutorId,
  type FrameworkId,
  type Instant,
  type TaskId,
} from "@tavola/base";
import type {
  AgentInfo,
  ContainerStatus,
  ExecutorInfo,
  executor,
  FrameworkInfo,
  internal,
  Resource,
  Task,
  TaskInfo,
  TaskState,
  TaskStatus_Reason,
  Upid,
} from "@tavola/protocol";
import type { Resources } from "@tavola/resources";
import { type AgentConfig, limits } from "./agent-config.ts";
import { type AgentCounters, createCounters } from "./counters.ts";
import { Deadlines } from "./deadlines.ts";
import { StatusUpdateStreams } from "./status-update-streams.ts";
import { TasksInTransit } from "./tasks-in-transit.ts";

/**
 *     recovering --> disconnected <--> running
 *                          |              |
 *                          +-> terminating <-+
 *
 * recovering: finding out what runs here (see recovery.ts). disconnected: no master has confirmed a registration. terminating: shutting everything down.
 */
type AgentPhase = "recovering" | "disconnected" | "running" | "terminating";

export interface AgentState {
  readonly config: AgentConfig;
  phase: AgentPhase;
  /** While recovering: containers are found again, and executors may subscribe. */
  isReconnecting: boolean;
  /** Carries the id once a master gave one. */
  info: AgentInfo;
  id: AgentId | undefined;
  /** What is on disk is not `info` any more. */
  isInfoChanged: boolean;
  /** Dynamic reservations and persistent volumes that were found on disk. */
  checkpointedResources: readonly Resource[];
  /** The detected leader. */
  master: Upid | undefined;
  masterHostname: string;
  /** The address is an operator's word for it, not its own. */
  isMasterTyped: boolean;
  masterPingTimeoutMs: number;
  /** It was said what runs here, and the master has not answered yet: nothing may be added to that. */
  isReregistrationUnanswered: boolean;
  /** Executors that ended since that was said (see `executor-exits.ts`). */
  readonly exitsUntold: internal.ExitedExecutorMessage[];
  /** Upper bound of the next random delay before (re)registering. */
  registrationBackoffMs: number;
  readonly deadlines: Deadlines<Wake>;
  readonly frameworks: Map<FrameworkId, Framework>;
  readonly completedFrameworks: BoundedList<Framework>;
  readonly executorsByContainer: Map<ContainerId, Executor>;
  readonly updates: StatusUpdateStreams;
  /** Said to be unknown here, though their launches may still come. */
  readonly tasksInTransit: TasksInTransit;
  readonly counters: AgentCounters;
  readonly startedAt: Instant;
}

/** What may be planned for later. */
export type Wake =
  | { readonly kind: "register" }
  | { readonly kind: "pingTimeout" }
  | { readonly kind: "reconnectionTimeout" }
  | { readonly kind: "reconnectionEnd" }
  | { readonly kind: "executorRegistrationTimeout"; readonly containerId: ContainerId }
  | { readonly kind: "executorShutdownTimeout"; readonly containerId: ContainerId }
  | { readonly kind: "executorHeartbeat"; readonly containerId: ContainerId }
  | { readonly kind: "retryUpdate"; readonly frameworkId: FrameworkId; readonly taskId: TaskId }
  | { readonly kind: "rewriteUpdates"; readonly frameworkId: FrameworkId; readonly taskId: TaskId };

export function createAgentState(config: AgentConfig, now: Instant): AgentState {
  return {
    config,
    phase: "recovering",
    isReconnecting: false,
    isInfoChanged: false,
    checkpointedResources: [],
    info: config.info,
    id: undefined,
    master: undefined,
    masterHostname: "",
    isMasterTyped: false,
    masterPingTimeoutMs: limits.masterPingTimeoutMs,
    isReregistrationUnanswered: false,
    exitsUntold: [],
    registrationBackoffMs: config.registrationBackoffMs,
    deadlines: new Deadlines(),
    frameworks: new Map(),
    completedFrameworks: new BoundedList(limits.completedFrameworksMax),
    executorsByContainer: new Map(),
    updates: new StatusUpdateStreams(),
    tasksInTransit: new TasksInTransit(),
    counters: createCounters(),
    startedAt: now,
  };
}

/** terminating: no new tasks; it goes when its last executor has gone. */
type FrameworkPhase = "running" | "terminating";

export interface Framework {
  readonly id: FrameworkId;
  info: FrameworkInfo;
  /** Where a native (v0) scheduler listens; undefined for HTTP ones. */
  pid: string | undefined;
  phase: FrameworkPhase;
  isPartitionAware: boolean;
  readonly executors: Map<ExecutorId, Executor>;
  readonly completedExecutors: BoundedList<Executor>;
  /** Whose executor a task belongs to, while it is queued, launched or terminated. */
  readonly executorsByTask: Map<TaskId, Executor>;
}

/**
 *     registering --> running --> terminating --> terminated
 *          |             |                            ^
 *          +-------------+----------------------------+
 *
 * registering: its container is being made, or it has not subscribed yet. terminating: told to shut
 * down, or killed. terminated: its container is gone; it stays until its updates are acknowledged.
 */
export type ExecutorPhase = "registering" | "running" | "terminating" | "terminated";

export interface Executor {
  readonly id: ExecutorId;
  readonly framework: Framework;
  readonly info: ExecutorInfo;
  readonly containerId: ContainerId;
  /** Made up by the agent for a command task; runs in the executor host. */
  readonly isGenerated: boolean;
  /** Its framework asked for checkpoints. */
  readonly isCheckpointing: boolean;
  /** The sandbox, absolute. */
  readonly directory: string;
  readonly user: string | undefined;
  phase: ExecutorPhase;
  /** Whether its stream is open. */
  isConnected: boolean;
  /** What it and its queued and launched tasks may use: kept as they come and go. */
  allocated: Resources;
  /** What its container was last sized for. */
  containerResources: Resources;
  containerStatus: ContainerStatus | undefined;
  readonly queuedTasks: Map<TaskId, TaskInfo>;
  readonly launchedTasks: Map<TaskId, Task>;
  readonly terminatedTasks: Map<TaskId, Task>;
  readonly completedTasks: BoundedList<Task>;
  /** Tasks that it was told to kill and that have not ended: told again when it subscribes again. */
  readonly killsAsked: Map<TaskId, executor.Event_Kill>;
  /** Whether it was ever sent a task. */
  everSentTask: boolean;
  /** Why the agent ends it, for the tasks that die with it. The first reason stays. */
  pendingTermination: PendingTermination | undefined;
}

/** How the tasks of an executor end when the agent itself ends it. */
interface PendingTermination {
  readonly state: TaskState;
  readonly reason: TaskStatus_Reason;
  readonly message: string;
}
