/**
 * What a containerizer is: the seam between the agent and whatever runs things on this machine.
 *
 * Owns the shapes only. A *container* is a sandbox, a process tree and, where the machine has them,
 * cgroups. The agent names it, says what to run in it and with what; it never sees a process id, a
 * cgroup or a shim. Everything that goes wrong on the way comes back as a sentence fit for a task's
 * status. Knows nothing of tasks' states, updates or the executor protocol.
 */

import type { AgentId, ContainerId, ExecutorId, FrameworkId } from "@tavola/base";
import type {
  CommandInfo,
  ContainerInfo,
  ContainerStatus,
  ExecutorInfo,
  FrameworkInfo,
  Resource,
  ResourceStatistics,
  TaskInfo,
  TaskResourceLimitation,
  TaskState,
  TaskStatus_Reason,
  Value_Scalar,
} from "@tavola/protocol";

/** Upper bounds by resource name, for tasks that may use more than they asked for. */
export type ResourceLimits = Readonly<Record<string, Value_Scalar>>;

/** What the agent asks for. Immutable; nothing in it is chosen later. */
export interface ContainerLaunch {
  readonly containerId: ContainerId;
  readonly agentId: AgentId;
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
  /**
   * `hosted`: a command task's executor, an object inside the executor host; it subscribes to the
   * agent and starts the task when it gets LAUNCH. `process`: a custom executor, a process of its own.
   */
  readonly kind: "hosted" | "process";
  /** What to run, and the URIs to fetch first. For `hosted` only `uris` and `user` matter here. */
  readonly command: CommandInfo;
  /** The sandbox; exists, and belongs to `user`. */
  readonly directory: string;
  /** Whom it runs as; absent: whoever the agent runs as. */
  readonly user?: string;
  /** `MESOS_*` and the like, complete but for what the containerizer alone knows. */
  readonly environment: Readonly<Record<string, string>>;
  readonly resources: readonly Resource[];
  readonly limits?: ResourceLimits;
  readonly container?: ContainerInfo;
  readonly executorInfo: ExecutorInfo;
  readonly taskInfo?: TaskInfo;
  readonly frameworkInfo: FrameworkInfo;
  /** `forked.pid` below the agent's meta directory; on disk when `launch` resolves. */
  readonly checkpointPidPath?: string;
}

/** How a container ended. */
export interface ContainerTermination {
  /** Raw wait status as waitpid(2) gives it (`code << 8`, or the signal); absent when nobody saw it. */
  readonly status?: number;
  /** For the status of the tasks that had no end of their own yet. */
  readonly message?: string;
  readonly reason?: TaskStatus_Reason;
  readonly state?: TaskState;
  readonly limitation?: TaskResourceLimitation;
}

export interface Containerizer {
  /** Of `cpus` and `mem`, whose limits it enforces; absent: none is known to be. */
  readonly limitableResources?: ReadonlySet<string>;
  /**
   * Fetches the URIs, makes the cgroups, starts it. Rejects with a CodedError (FETCH_FAILED,
   * CONTAINER_LAUNCH_FAILED, CONTAINER_DESTROYED, UNKNOWN_USER, …) whose message is fit for the task's
   * status; nothing is left of the container then, and `wait` resolves.
   */
  launch(launch: ContainerLaunch): Promise<void>;
  /** Resolves when all of it is gone; the same promise for every caller. Rejects for an unknown id. */
  wait(id: ContainerId): Promise<ContainerTermination>;
  /**
   * Once, before anything is launched: finds the containers of an earlier agent again, and ends those
   * that are not `known`. Resolves when those that live are followed (`wait` tells their ends, also ends
   * that came meanwhile), with those of `known` of which nothing is there, as they are to be reported. Rejects
   * with CodedError RUNTIME_DIR_IN_USE when another agent runs there, and touches nothing then.
   */
  recover(known: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, ContainerTermination>>;
  /** Executors may subscribe from now on: those that wait for the agent need not wait any longer. */
  welcome(): void;
  /** Ends all of it, also in the middle of a launch. Resolves when gone. Idempotent; unknown ids too. */
  destroy(id: ContainerId): Promise<void>;
  /** New bounds for a running container. */
  update(id: ContainerId, resources: readonly Resource[], limits?: ResourceLimits): Promise<void>;
  /** Rejects with CodedError UNKNOWN_CONTAINER. */
  usage(id: ContainerId): Promise<ResourceStatistics>;
  status(id: ContainerId): Promise<ContainerStatus>;
  containers(): readonly ContainerId[];
  /** Lets go of everything without killing any of it. */
  close(): Promise<void>;
}
