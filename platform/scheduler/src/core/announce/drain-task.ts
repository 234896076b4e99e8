/**
 * From the decision that a task goes to its kill: it is withdrawn first, and then has its drain time.
 *
 *     may go ──► drain (a record) ──► withdrawn, or given up on ──drain time──► kill
 *
 * Begun is begun: the record says so, also to the next leader, and the task is no longer what another
 * could be spared for. Both waits have an end, whatever discovery does.
 */

import type { Request } from "../model/request.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { mayBeAnnounced } from "./announced-tasks.ts";

/** When the task that may go may be killed; begins its drain where it has one. */
export function killableOnceDrained(
  turn: Turn,
  task: TaskRecord,
  request: Request | undefined,
): number {
  const { announce } = turn.config;
  if (task.drain === undefined) {
    if (!mayBeAnnounced(turn.state, turn.config, task)) return turn.now;
    turn.put("task", task.taskId.id, { ...task, drain: { at: turn.now } });
  }
  const drainMs = Math.min(
    request?.killAfterDrainMillis ?? announce.killAfterDrainMs,
    announce.killAfterDrainMsMax,
  );
  const { at = turn.now, withdrawnAt } = task.drain ?? {};
  return (withdrawnAt ?? at + announce.withdrawMsMax) + drainMs;
}

/** Discovery knows it no longer. */
export function taskWithdrawn(turn: Turn, taskId: string): void {
  const task = turn.get("task", taskId);
  if (task?.drain === undefined || task.drain.withdrawnAt !== undefined) return;
  turn.put("task", taskId, { ...task, drain: { ...task.drain, withdrawnAt: turn.now } });
  turn.dirty(task.taskId.requestId);
}
