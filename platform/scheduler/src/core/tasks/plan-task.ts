/**
 * Planning a task: a record that says that one is to be started, from when on, and why.
 *
 * Whoever wants a task running plans it; placement finds it a place once its time has come.
 */

import type { PendingType } from "../model/enums.ts";
import type { PendingTask } from "../model/task.ts";
import { formatPendingTaskId } from "../model/task-id.ts";
import type { Turn } from "../turn.ts";

export interface TaskPlan extends Omit<PendingTask, "pendingTaskId"> {
  readonly requestId: string;
  readonly deployId: string;
  readonly instanceNo: number;
  readonly pendingType: PendingType;
  /** Default: now. */
  readonly nextRunAt?: number;
}

/** Puts the pending task; ids stay unique when several are planned within a millisecond. */
export function planTask(turn: Turn, plan: TaskPlan): PendingTask {
  const { requestId, deployId, instanceNo, pendingType, nextRunAt = turn.now, ...rest } = plan;
  const parts = { requestId, deployId, instanceNo, pendingType, nextRunAt: Math.floor(nextRunAt) };
  let createdAt = Math.floor(turn.now);
  let id = formatPendingTaskId({ ...parts, createdAt });
  while (turn.get("pendingTask", id) !== undefined) {
    createdAt += 1;
    id = formatPendingTaskId({ ...parts, createdAt });
  }
  const pending: PendingTask = { ...rest, pendingTaskId: { ...parts, createdAt, id } };
  turn.put("pendingTask", id, pending);
  turn.state.placementDue = true;
  turn.dirty(requestId);
  return pending;
}

/** Forgets the request's pending tasks for which `isMoot`; returns how many. */
export function dropPlans(
  turn: Turn,
  requestId: string,
  isMoot: (pending: PendingTask) => boolean,
): number {
  const moot = [...(turn.state.pendingOf.get(requestId)?.values() ?? [])].filter(isMoot);
  for (const { pendingTaskId } of moot) turn.remove("pendingTask", pendingTaskId.id);
  return moot.length;
}
