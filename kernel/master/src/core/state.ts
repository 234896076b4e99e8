/**
 * What a leading master knows: frameworks, agents, offers, tasks. The data model, without behaviour.
 *
 * Everything that reads (the JSON endpoints, the operator API, metrics) reads these objects; only the
 * rules in this folder write them, each inside one turn (see `turn.ts`), so that between two turns
 * every index agrees with every other. A reader must not keep a reference across turns and expect it
 * to stand still.
 *
 *     MasterState
 *       frameworks ---------> Framework --- tasks, unreachableTasks, completedTasks --> Task
 *       completedFrameworks -> Framework (state "completed")         |
 *       agents -------------> Agent ------- tasksByFramework --------+
 *       offers -------------> OfferRecord   (also in its framework's and its agent's set)
 *       unreachableAgents, goneAgents, recoveredAgents, removedAgents: agents that are not registered
 *
 * Sums that would cost a walk (used and offered resources, tasks per state) are kept as they change.
 */

import type {
  AgentId,
  BoundedList,
  ExecutorId,
  FrameworkId,
  Instant,
  MasterId,
  OfferId,
  TaskId,
} from "@tavola/base";
import type {
  AgentInfo,
  AgentInfo_Capability_Type,
  ExecutorInfo,
  FrameworkInfo,
  FrameworkInfo_Capability_Type,
  KillPolicy,
  MasterInfo,
  Offer,
  scheduler,
  Task as TaskMessage,
  TaskState,
  Upid,
} from "@tavola/protocol";
import type { AgentUse } from "@tavola/registry";
import type { Resources } from "@tavola/resources";
import type { BoundedHistory } from "./bounded-history.ts";
import type { Counters } from "./counters.ts";
import type { MasterConfig } from "./master-config.ts";

/** One HTTP stream of a scheduler; its value is the `Mesos-Stream-Id`. Given out by the shell. */
export type StreamId = string;

/**
 *     recovered --> active <--> inactive (DeactivateFramework; v0 only)
 *                     |  ^
 *                     v  |
 *                 disconnected          any --> completed
 *
 * recovered: known only from reregistered agents. disconnected: its scheduler's connection broke. In
 * both the failover timer runs.
 */
export type FrameworkState = "recovered" | "active" | "inactive" | "disconnected" | "completed";

export interface Framework {
  readonly id: FrameworkId;
  /** As stored: `id` set; of the default values only those that were sent. */
  info: FrameworkInfo;
  /** `info.roles`, or the one `info.role` (default `*`) without MULTI_ROLE. */
  roles: ReadonlySet<string>;
  capabilities: ReadonlySet<FrameworkInfo_Capability_Type>;
  suppressedRoles: ReadonlySet<string>;
  offerConstraints: scheduler.OfferConstraints | undefined;
  state: FrameworkState;
  /** Present exactly while an HTTP scheduler is connected. */
  stream: StreamId | undefined;
  /** libprocess address of a native (v0) scheduler; undefined for HTTP ones. */
  pid: string | undefined;
  registeredAt: Instant;
  /** Equal to `registeredAt` until the first resubscription. */
  reregisteredAt: Instant;
  unregisteredAt: Instant | undefined;
  /** Known to an agent, not terminal-and-acknowledged. In order of launch. */
  readonly tasks: Map<TaskId, Task>;
  /** Tasks of agents that are unreachable; the oldest is dropped above the limit. */
  readonly unreachableTasks: BoundedHistory<TaskId, Task>;
  /** Newest last; the same task id may occur more than once. */
  readonly completedTasks: BoundedList<Task>;
  /** Custom and default executors by agent; command tasks have none. */
  readonly executors: Map<AgentId, Map<ExecutorId, ExecutorInfo>>;
  readonly offers: Set<OfferRecord>;
  /** What of its RECONCILE calls is still to be answered, oldest first. */
  readonly questions: Reconciliation[];
  /** Of tasks that are not terminal and of executors; allocation_info set. */
  usedResources: Resources;
  readonly usedByAgent: Map<AgentId, Resources>;
  offeredResources: Resources;
  /** Of `tasks` and `unreachableTasks`, by state. */
  readonly tasksByState: Record<TaskState, number>;
  /** Names below `master/frameworks/<name>/<id>/`: `calls/accept`, `events/offers`, `offers/sent`, … */
  readonly counters: Counters;
}

/** A RECONCILE that is being answered, a part at a time. */
export interface Reconciliation {
  /** Where it was asked. */
  readonly stream: StreamId;
  readonly tasks: Iterator<scheduler.Call_Reconcile_Task, unknown, void>;
}

/**
 * A task as the master sees it. `message` is what GET_TASKS and TASK_ADDED show, always up to date:
 * `state`, `statuses` (one per run of equal states, data stripped), `status_update_state` and `_uuid`
 * change in place. `message.executor_id` is absent for command tasks.
 */
export interface Task {
  readonly id: TaskId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  /** Absent for command tasks, whose executor the agent makes. */
  readonly executorId: ExecutorId | undefined;
  readonly message: MutableTaskMessage;
  /** allocation_info set. */
  readonly resources: Resources;
  /** The role it was launched under. */
  readonly role: string;
  /** Whether `resources` still count as used: false once terminal or unreachable. */
  usesResources: boolean;
  /** Uuids of the last few updates that this master passed on before `message.status_update_uuid`. */
  earlierUpdates: readonly Uint8Array[];
  /** Set while the agent is unreachable. */
  unreachableAt: Instant | undefined;
  /** Set once its framework wants it dead. `sent`: over a connection that has not broken since. */
  kill: { readonly policy: KillPolicy | undefined; sent: boolean } | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type MutableTaskMessage = Mutable<Omit<TaskMessage, "statuses">> & {
  statuses: NonNullable<TaskMessage["statuses"]>;
};

export interface OfferRecord {
  readonly id: OfferId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  /** allocation_info set. */
  readonly resources: Resources;
  /** As the framework was sent it: its resource form follows the framework's capabilities. */
  readonly message: Offer;
}

/** A registered agent: admitted, and neither unreachable nor gone. */
export interface Agent {
  readonly id: AgentId;
  info: AgentInfo;
  /** Text form, e.g. `slave(1)@10.0.0.1:5051`. */
  pid: string;
  upid: Upid;
  /** Mesos version that it speaks. */
  version: string;
  capabilities: ReadonlySet<AgentInfo_Capability_Type>;
  /** 16 bytes; sent back with launches. */
  resourceVersionUuid: Uint8Array | undefined;
  registeredAt: Instant;
  reregisteredAt: Instant | undefined;
  /** Its socket is up. A disconnected agent keeps its tasks and gets no offers. */
  connected: boolean;
  /** Offers of it are made: connected and not deactivated. */
  active: boolean;
  /** By an operator; survives the master. Not settable yet. */
  deactivated: boolean;
  /** With reservations and volumes applied; includes revocable ones. */
  totalResources: Resources;
  usedResources: Resources;
  readonly usedByFramework: Map<FrameworkId, Resources>;
  offeredResources: Resources;
  readonly offers: Set<OfferRecord>;
  readonly tasksByFramework: Map<FrameworkId, Map<TaskId, Task>>;
  readonly executorsByFramework: Map<FrameworkId, Map<ExecutorId, ExecutorInfo>>;
  /**
   * Of those the ones that the agent did not name when it last reregistered, though tasks of theirs may
   * be on their way to it. In doubt: something was heard of one of these tasks.
   */
  readonly executorsAwaited: Map<FrameworkId, Map<ExecutorId, { isInDoubt: boolean }>>;
  /** Shown in updates and unknown here, by framework and task; it is asked for each once. */
  readonly unreportedTasks: Set<string>;
  /** The pinger: process `slave-observer(number)`; how many pings in a row went unanswered. */
  readonly observer: { readonly number: number; pongAwaited: boolean; pingsMissed: number };
}

export interface UnreachableAgent {
  readonly id: AgentId;
  readonly since: Instant;
  /** Its tasks, as far as `unreachableTasks` of their frameworks still remember them. */
  readonly tasks: readonly Task[];
  /** The states of those that were alive then. */
  readonly statesBefore: ReadonlyMap<Task, TaskState>;
  /** Its executors, as they were when it became so. */
  readonly executors: readonly ExecutorInfo[];
  /** It has been so since before this master led, which knows nothing of what it ran. */
  readonly isFromRegistry: boolean;
}

export type RemovalCause = "pings" | "disconnected" | "failover";

/** Agents that are to be marked unreachable and wait for their permit (see `agent-removals.ts`). */
export interface AgentRemovals {
  /** In line. The key is cause and agent. */
  readonly waiting: Map<string, { readonly agentId: AgentId; readonly cause: RemovalCause }>;
  /** When the next permit is given. */
  nextAt: Instant;
}

/** Of a task that this master does not know yet. */
export interface EarlyKill {
  /** Where it is said to run. */
  readonly agentId: AgentId | undefined;
  readonly policy: KillPolicy | undefined;
}

/** Agents whose next state waits for the registry: nothing else is started for them meanwhile. */
export interface AgentTransitions {
  /** Addresses of agents that asked to register or reregister; a process is one agent. */
  readonly arriving: Set<string>;
  readonly reregistering: Set<AgentId>;
  readonly leaving: Map<AgentId, "unreachable" | "gone" | "removed" | "forgotten">;
}

/** Present while a framework is subscribed to the role or uses resources allocated to it. */
export interface RoleMembers {
  readonly name: string;
  readonly frameworks: Set<FrameworkId>;
}

/**
 * standby: another master leads, or none. recovering: this one was elected and reads its registry.
 * leading: it serves. ended: it may act no more, and the process is about to end.
 */
export type Leadership =
  | { readonly kind: "standby"; readonly leader: MasterInfo | undefined }
  | { readonly kind: "recovering" }
  | { readonly kind: "leading" }
  | { readonly kind: "ended"; readonly reason: string };

export interface MasterState {
  readonly id: MasterId;
  readonly info: MasterInfo;
  readonly config: MasterConfig;
  readonly startedAt: Instant;
  electedAt: Instant | undefined;
  leadership: Leadership;
  /** Subscribed or recovered. */
  readonly frameworks: Map<FrameworkId, Framework>;
  /** Oldest first; `max_completed_frameworks` of them. */
  readonly completedFrameworks: BoundedHistory<FrameworkId, Framework>;
  readonly frameworkByStream: Map<StreamId, Framework>;
  readonly agents: Map<AgentId, Agent>;
  readonly agentByPid: Map<string, Agent>;
  /** Admitted in the registry and not heard of since this master was elected. */
  readonly recoveredAgents: Map<AgentId, AgentInfo>;
  /** As in the registry, oldest first; forgotten after a while (`registry-pruned.ts`). */
  readonly unreachableAgents: Map<AgentId, UnreachableAgent>;
  readonly goneAgents: Map<AgentId, { readonly id: AgentId; readonly since: Instant }>;
  /** Of agents that an operator drains or has deactivated; also while they are away. */
  readonly agentUses: Map<AgentId, AgentUse>;
  readonly removals: AgentRemovals;
  /** Registered agents that run more than is known, and are to report it (see `report-asked.ts`). */
  readonly askedToReport: Set<AgentId>;
  /** By framework; empty while no agent is away or to report (see `early-kills.ts`). */
  readonly earlyKills: Map<FrameworkId, Map<TaskId, EarlyKill>>;
  /** Unregistered or replaced; kept for a while to answer reconciliation. */
  readonly removedAgents: BoundedHistory<AgentId, true>;
  readonly transitions: AgentTransitions;
  readonly offers: Map<OfferId, OfferRecord>;
  readonly roles: Map<string, RoleMembers>;
  /** Of `tasks` and `unreachableTasks` of all frameworks, by state; every state is present. */
  readonly tasksByState: Record<TaskState, number>;
  readonly counters: Counters;
  /** Next numbers of ids. */
  readonly next: { framework: number; agent: number; offer: number; observer: number };
}
