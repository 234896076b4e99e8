/**
 * What was read below `meta`: as it is on disk, with nothing decided about it yet. Shapes only.
 *
 * Whatever is missing or empty is undefined: an agent (or a machine) may die between any two writes.
 */

import type {
  AgentInfo,
  ExecutorInfo,
  FrameworkInfo,
  internal,
  Resource,
  Task,
} from "@tavola/protocol";

export interface Checkpointed {
  /** undefined when no agent ever registered with this work directory. */
  readonly agent: CheckpointedAgent | undefined;
  /** The machine has been booted since: no process of then runs any more. */
  readonly isRebooted: boolean;
  /** Dynamic reservations and persistent volumes; they are the machine's, whoever the agent is. */
  readonly resources: readonly Resource[];
  /** What cannot be read: one sentence each, naming the file. With `--strict` no agent starts on such. */
  readonly problems: readonly string[];
  /** What a crash has left half done, and was passed over. */
  readonly gaps: readonly string[];
  /** Files that a power cut left unreadable, of what it ended: worthless, and in the next agent's way. */
  readonly torn: readonly string[];
}

export interface CheckpointedAgent {
  readonly id: string;
  readonly info: AgentInfo | undefined;
  readonly frameworks: readonly CheckpointedFramework[];
}

export interface CheckpointedFramework {
  readonly id: string;
  readonly info: FrameworkInfo | undefined;
  readonly pid: string | undefined;
  readonly executors: readonly CheckpointedExecutor[];
}

export interface CheckpointedExecutor {
  readonly id: string;
  readonly info: ExecutorInfo | undefined;
  /** undefined: not said, as by agents before 1.11. */
  readonly isGenerated: boolean | undefined;
  /** Container of the newest run. */
  readonly latest: string | undefined;
  readonly runs: readonly CheckpointedRun[];
}

export interface CheckpointedRun {
  readonly containerId: string;
  /** It is over: `executor.sentinel` is there. */
  readonly isCompleted: boolean;
  /** It speaks HTTP. */
  readonly hasSubscribed: boolean;
  readonly forkedPid: number | undefined;
  /** Of an executor with a native (v0) driver. */
  readonly libprocessPid: string | undefined;
  readonly tasks: readonly CheckpointedTask[];
}

export interface CheckpointedTask {
  readonly id: string;
  readonly info: Task | undefined;
  /** Updates and acknowledgements, in order. */
  readonly records: readonly internal.StatusUpdateRecord[];
  /** Length of what could be read of `task.updates`, where there is more: it must be cut off there. */
  readonly soundBytes: number | undefined;
}
