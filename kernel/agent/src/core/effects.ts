/**
 * What the core asks the shell to do. Plain data, in the order in which it must happen.
 *
 * The core never encodes, sends, writes or waits. What takes time, or can fail, is answered by an
 * event: each such effect names it. What must be durable before anyone is told is an
 * `appendUpdateRecord`; the core tells only when `updateRecordPersisted` has come back.
 */

import type { ContainerId, ExecutorId, FrameworkId, TaskId } from "@tavola/base";
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
import type { Executor } from "./state.ts";

export type Effect =
  | SendMessage
  /** Keeps a connection to the master; answered by `masterExited` when it breaks. Replaces an earlier link. */
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
  /** Answered by `containerResized`. */
  | {
      readonly kind: "resizeContainer";
      readonly containerId: ContainerId;
      readonly resources: readonly Resource[];
      readonly limits: ResourceLimits | undefined;
      /** Handed back: tasks to send once the container has room for them. */
      readonly taskIds: readonly TaskId[];
    }
  /** Its end is reported by `executorTerminated`, as always. */
  | { readonly kind: "destroyContainer"; readonly containerId: ContainerId }
  /** Directory and `slave.info` of the agent that the master just named. */
  | { readonly kind: "checkpointAgent"; readonly info: AgentInfo }
  /** `framework.info` and `framework.pid`. A failure is answered by `checkpointFailed` of nothing but a log. */
  | {
      readonly kind: "checkpointFramework";
      readonly info: FrameworkInfo;
      readonly pid: string | undefined;
    }
  /** `task.info`; answered by `taskCheckpointFailed` when it fails. */
  | { readonly kind: "checkpointTask"; readonly executor: Executor; readonly task: Task }
  /** Durable append to `task.updates`; answered by `updateRecordPersisted` or `updateRecordFailed`. */
  | {
      readonly kind: "appendUpdateRecord";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly path: string;
      readonly record: internal.StatusUpdateRecord;
      /** Handed back; counts up within one task. */
      readonly sequence: number;
    }
  /** No more records for this task: the file may be closed. */
  | { readonly kind: "closeUpdateFile"; readonly path: string }
  /** The executor is done: its sandbox and its meta directory may go when `gc_delay` says so. */
  | { readonly kind: "retireExecutor"; readonly executor: Executor; readonly isLatestRun: boolean }
  | { readonly kind: "retireFramework"; readonly frameworkId: FrameworkId }
  /** Ends the process: a master told us to, or gave us a wrong id. */
  | { readonly kind: "exit"; readonly reason: string }
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
 * Checkpoints the executor, makes its sandbox, starts its container. Answered by `executorLaunched`
 * or `executorLaunchFailed`, and, in both cases, at its end by `executorTerminated`.
 */
export interface LaunchExecutor {
  readonly kind: "launchExecutor";
  readonly executor: Executor;
  readonly command: CommandInfo;
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: readonly Resource[];
  readonly limits: ResourceLimits | undefined;
  /** The command task that the executor was made for. */
  readonly taskInfo: TaskInfo | undefined;
}

/** For the types' sake: every id that names an executor. */
export interface ExecutorKey {
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
}
