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
  /** It is to be torn down, which is asked for until it is done. */
  isEnding = false;

  /** That framework has ended; the scheduler's next subscription makes a new one. */
  beginAnew(): void {
    this.id = undefined;
    this.tasks.clear();
    this.isEnding = false;
  }

  /** Those of which an end has not been told. */
  *open(): Iterable<TaskRecord> {
    for (const task of this.tasks.values()) if (!task.isOver) yield task;
  }

  told(status: TaskStatus): TaskRecord | undefined {
    const record = this.tasks.get(status.task_id.value);
    if (record === undefined) return undefined;
    record.last = status;
    record.isOver = isEnd(status);
    return record;
  }
}

/**
 * Whether a status is the last word. An unreachable task may come back, and so may one that was
 * declared lost because its agent was away; the others may not.
 */
export function isEnd(status: TaskStatus): boolean {
  return isTerminal(status.state) && !mayComeBack(status);
}

/**
 * TASK_LOST is all that those hear who do not know TASK_UNREACHABLE; when it was is said only then. And
 * who does not checkpoint hears it when a master loses an agent's connection, whatever happened.
 */
function mayComeBack({ state, reason, unreachable_time }: TaskStatus): boolean {
  if (state !== "TASK_LOST") return false;
  return unreachable_time !== undefined || reason === "REASON_AGENT_DISCONNECTED";
}

/** Its agent is not there: a kill would reach nobody. */
export function isAway(status: TaskStatus): boolean {
  return (
    status.state === "TASK_UNREACHABLE" || status.state === "TASK_UNKNOWN" || mayComeBack(status)
  );
}
