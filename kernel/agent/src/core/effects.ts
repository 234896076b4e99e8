/**
 * What the core asks the shell to do. Plain data, in the order in which it must happen.
 *
 * The core never encodes, sends, writes or waits. What takes time, or can fail, is answered by an
 * event: each such effect names it. What must be durable before anyone is told is a durable
 * `appendUpdateRecord`; the core tells only when `updateRecordPersisted` has come back.
 */

import type { ContainerId, FrameworkId, TaskId } from "@tavola/base";
import type {
  AgentInfo,
  CommandInfo,
  executor,
  FrameworkInfo,
  internal,
  MessageType,
  Resource,
  Task,
  TaskInfo,
  Upid,
  Value_Scalar,
} from "@tavola/protocol";
import type { RunAddress } from "./paths.ts";
import type { Executor } from "./state.ts";

export type Effect =
  | SendMessage
  /** Keeps a connection; answered by `masterExited` when it breaks. Replaces an earlier one. */
  | { readonly kind: "linkMaster"; readonly to: Upid }
  /** On the executor's stream; lost when it has none. */
  | {
      readonly kind: "sendEvent";
      readonly containerId: ContainerId;
      readonly event: executor.Event;
    }
  /** Ends the executor's stream after what was sent on it. */
  | { readonly kind: "closeStream"; readonly containerId: ContainerId }
  | LaunchExecutor
  | ResizeContainer
  /**
   * Finds these containers again and ends all others. Each one's end, now or later, is reported by
   * `executorTerminated`; when all that live are followed comes `containersRecovered`.
   */
  | { readonly kind: "recoverContainers"; readonly containers: readonly ContainerId[] }
  /** The boot that checkpoints belong to is this one; what earlier agents left may go in time. */
  | { readonly kind: "finishRecovery" }
  /** Sandboxes and checkpoints that nobody needs: they may go in time, by the age that they have. */
  | { readonly kind: "retirePaths"; readonly paths: readonly string[] }
  /** Its end is reported by `executorTerminated`, as always. */
  | { readonly kind: "destroyContainer"; readonly containerId: ContainerId }
  /** Directory and `slave.info` of the agent that the master just named. A failure is fatal. */
  | { readonly kind: "checkpointAgent"; readonly info: AgentInfo }
  /** `framework.info` and `framework.pid`. A failure is logged: what is there stays. */
  | {
      readonly kind: "checkpointFramework";
      readonly info: FrameworkInfo;
      readonly pid: string | undefined;
    }
  /** `task.info`; a failure is answered by `taskCheckpointFailed`. */
  | { readonly kind: "checkpointTask"; readonly run: RunAddress; readonly task: Task }
  /** Marks an executor as one that speaks HTTP (`http.marker`). A failure is logged. */
  | { readonly kind: "checkpointSubscription"; readonly run: RunAddress }
  | AppendUpdateRecord
  /** No more records for this task. */
  | { readonly kind: "closeUpdateFile"; readonly path: string }
  /** All of the task's updates are acknowledged: its checkpoints may go in time. */
  | { readonly kind: "retireTask"; readonly run: RunAddress; readonly taskId: TaskId }
  /** Its sandbox and its checkpoints may go in time. */
  | { readonly kind: "retireExecutor"; readonly executor: Executor; readonly run: RunAddress }
  | {
      readonly kind: "retireFramework";
      readonly frameworkId: FrameworkId;
      readonly isCheckpointing: boolean;
    }
  /** The process has nothing left to do, or must not go on. */
  | { readonly kind: "exit"; readonly code: number; readonly reason: string }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };

export type ResourceLimits = Readonly<Record<string, Value_Scalar>>;

/** A libprocess message from our own process id. */
export interface SendMessage {
  readonly kind: "send";
  readonly to: Upid;
  // biome-ignore lint/suspicious/noExplicitAny: one effect carries any message; `Turn.send` checks it
  readonly type: MessageType<any>;
  readonly message: unknown;
}

/**
 * Checkpoints what it is told to, makes the sandbox, starts the container. Answered by
 * `executorLaunched` or `executorLaunchFailed`; in both cases `executorTerminated` comes at its end.
 */
export interface LaunchExecutor {
  readonly kind: "launchExecutor";
  readonly executor: Executor;
  readonly run: RunAddress;
  readonly command: CommandInfo;
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: readonly Resource[];
  readonly limits: ResourceLimits | undefined;
  /** The command task that the executor was made for. */
  readonly taskInfo: TaskInfo | undefined;
  /** To checkpoint with it. */
  readonly firstTask: Task;
  readonly isFrameworkNew: boolean;
}

/** Answered by `containerResized`, which hands `afterwards` back. */
export interface ResizeContainer {
  readonly kind: "resizeContainer";
  readonly containerId: ContainerId;
  readonly resources: readonly Resource[];
  readonly limits: ResourceLimits | undefined;
  readonly afterwards: AfterResize;
}

export interface AfterResize {
  /** Queued tasks that the executor may be given now. */
  readonly launch: readonly TaskId[];
  /** A terminal update that may be told now that its resources are free. */
  readonly deliver: HeldUpdate | undefined;
}

export interface HeldUpdate {
  readonly update: internal.StatusUpdate;
  /** The executor that reported it. */
  readonly reporter: ContainerId;
}

/** In order within one path. A durable one is answered by `updateRecordPersisted` or `updateRecordFailed`. */
export interface AppendUpdateRecord {
  readonly kind: "appendUpdateRecord";
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly path: string;
  /** Absent: what is in the file already is to be made durable. */
  readonly record: internal.StatusUpdateRecord | undefined;
  /** Handed back; counts up within one task. */
  readonly sequence: number;
  readonly isDurable: boolean;
  /** After a failure, until which nothing more was written: from here on it is to be. */
  readonly isRewrite?: boolean;
}
