/**
 * What happens to an agent: everything that may start a turn.
 */

import type { ContainerId, FrameworkId, TaskId } from "@tavola/base";
import type {
  ContainerStatus,
  executor,
  internal,
  Resource,
  TaskStatus,
  Upid,
} from "@tavola/protocol";
import type { CheckpointedAgent } from "./checkpointed.ts";
import type { AfterResize } from "./effects.ts";

export type AgentEvent =
  /** What is on disk, read and found fit to go on with. First of all events. */
  | {
      readonly kind: "checkpointsRecovered";
      /** undefined: a new agent. */
      readonly agent: CheckpointedAgent | undefined;
      readonly isRebooted: boolean;
      readonly resources: readonly Resource[];
    }
  /** Every container that lives is followed again, and no other one lives. */
  | { readonly kind: "containersRecovered" }
  /** Ready to register, with nothing to recover. */
  | { readonly kind: "recovered" }
  /** The detector's answer changed; undefined: nobody leads. */
  | {
      readonly kind: "masterDetected";
      readonly master: Upid | undefined;
      readonly hostname: string;
      /** An operator gave this address; the master may call itself by another one of its own. */
      readonly isTyped?: boolean;
    }
  /** The link broke, or could not be made. */
  | { readonly kind: "masterExited"; readonly master: Upid }
  /** Something planned has become due. */
  | { readonly kind: "woken" }
  | PeerEvent
  | ExecutorEvent
  | ContainerEvent
  | CheckpointEvent
  /** An operator (or a signal) ends the agent and everything on it. */
  | { readonly kind: "shutdownAsked"; readonly reason: string };

/** A libprocess message, decoded. */
export type PeerEvent =
  | FromPeer<"slaveRegistered", internal.SlaveRegisteredMessage>
  | FromPeer<"slaveReregistered", internal.SlaveReregisteredMessage>
  | FromPeer<"ping", internal.PingSlaveMessage>
  | FromPeer<"shutdown", internal.ShutdownMessage>
  | FromPeer<"runTask", internal.RunTaskMessage>
  | FromPeer<"runTaskGroup", internal.RunTaskGroupMessage>
  | FromPeer<"killTask", internal.KillTaskMessage>
  | FromPeer<"shutdownExecutor", internal.ShutdownExecutorMessage>
  | FromPeer<"shutdownFramework", internal.ShutdownFrameworkMessage>
  | FromPeer<"updateFramework", internal.UpdateFrameworkMessage>
  | FromPeer<"frameworkToExecutor", internal.FrameworkToExecutorMessage>
  | FromPeer<"statusUpdateAcknowledgement", internal.StatusUpdateAcknowledgementMessage>;

interface FromPeer<Kind extends string, Message> {
  readonly kind: Kind;
  /** The sender's address, text form. */
  readonly from: string;
  readonly message: Message;
}

/** A call of the executor API that passed its checks; the executor is named by its container. */
type ExecutorEvent =
  | {
      readonly kind: "executorSubscribed";
      readonly containerId: ContainerId;
      readonly subscribe: executor.Call_Subscribe;
    }
  | {
      readonly kind: "executorUpdated";
      readonly containerId: ContainerId;
      readonly status: TaskStatus;
      /** Where the container is, when that was not known yet. */
      readonly container?: ContainerStatus | undefined;
    }
  | {
      readonly kind: "executorMessaged";
      readonly containerId: ContainerId;
      readonly data: Uint8Array;
    }
  /** Its end of the stream went away. */
  | { readonly kind: "executorDisconnected"; readonly containerId: ContainerId };

export type ContainerEvent =
  | {
      readonly kind: "executorLaunched";
      readonly containerId: ContainerId;
      readonly status: ContainerStatus | undefined;
    }
  /** `message` says why, fit for a task's status. */
  | {
      readonly kind: "executorLaunchFailed";
      readonly containerId: ContainerId;
      readonly message: string;
    }
  | {
      readonly kind: "executorTerminated";
      readonly containerId: ContainerId;
      readonly end: ExecutorEnd;
    }
  | {
      readonly kind: "containerResized";
      readonly containerId: ContainerId;
      readonly afterwards: AfterResize;
      /** Why it could not be. */
      readonly failure: string | undefined;
    };

/** How a container ended, as far as anyone saw; a containerizer's termination has this shape. */
export interface ExecutorEnd {
  /** Raw wait status. */
  readonly status?: number;
  readonly state?: TaskStatus["state"];
  readonly reason?: NonNullable<TaskStatus["reason"]>;
  readonly message?: string;
  readonly limitation?: NonNullable<TaskStatus["limitation"]>;
}

export type CheckpointEvent =
  | {
      readonly kind: "taskCheckpointFailed";
      readonly containerId: ContainerId;
      readonly taskId: TaskId;
      readonly message: string;
    }
  /** Everything of this task up to `sequence` is on disk. */
  | {
      readonly kind: "updateRecordPersisted";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly sequence: number;
    }
  | {
      readonly kind: "updateRecordFailed";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly message: string;
    };
