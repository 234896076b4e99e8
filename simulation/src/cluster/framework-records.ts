/**
 * What a simulated scheduler keeps in its own durable store: its id, and every task that it meant to
 * run. It outlives the scheduler's process, as the guidance to framework authors asks for.
 */

import type { FrameworkID, TaskStatus } from "@tavola/protocol";
import { isTerminal } from "@tavola/sdk";

export interface TaskRecord {
  readonly taskId: string;
  readonly agentId: string;
  /** Launched in an offer that was accepted, as far as the scheduler knows. */
  readonly intendedMs: number;
  last: TaskStatus | undefined;
  /** It is over, for good: nobody will hear of it again. */
  isOver: boolean;
  wantsStop: boolean;
  /** The subscription in which a master that knew the task was told to stop it; 0: none was. */
  stopToldIn: number;
  /** When somebody should ask about it again. */
  askAgainMs: number;
}

export class FrameworkRecords {
  id: FrameworkID | undefined;
  readonly tasks = new Map<string, TaskRecord>();
  nextTask = 0;

  /** Those of which an end has not been told. */
  *open(): Iterable<TaskRecord> {
    for (const task of this.tasks.values()) if (!task.isOver) yield task;
  }

  told(status: TaskStatus, isPartitionAware: boolean): TaskRecord | undefined {
    const record = this.tasks.get(status.task_id.value);
    if (record === undefined) return undefined;
    record.last = status;
    record.isOver = isEnd(status, isPartitionAware);
    return record;
  }
}

/**
 * Whether a status is the last word. An unreachable task may come back, and so may one that was
 * declared lost because its agent was away; the others may not.
 */
export function isEnd(status: TaskStatus, isPartitionAware: boolean): boolean {
  if (!isTerminal(status.state)) return false;
  if (isPartitionAware || status.state !== "TASK_LOST") return true;
  return !mayComeBack(status);
}

/** TASK_LOST is all that those hear who do not know TASK_UNREACHABLE; when it was is said only then. */
export function mayComeBack({ state, unreachable_time }: TaskStatus): boolean {
  return state === "TASK_LOST" && unreachable_time !== undefined;
}

/** Its agent is not there: a kill would reach nobody. */
export function isAway(status: TaskStatus): boolean {
  return (
    status.state === "TASK_UNREACHABLE" || status.state === "TASK_UNKNOWN" || mayComeBack(status)
  );
}
