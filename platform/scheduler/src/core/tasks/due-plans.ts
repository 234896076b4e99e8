/**
 * A plan whose time has come is to be placed; one whose time has not is waited for.
 *
 * A schedule's times are the wall clock's: when that was set, they come sooner or later by as much.
 */

import type { PendingTask } from "../model/task.ts";
import type { RequestRule } from "../reconcile-request.ts";
import type { SchedulerState } from "../state.ts";
import type { Turn } from "../turn.ts";

/** When a plan is due, by the scheduler's clock. */
export function dueAt(state: SchedulerState, { pendingTaskId }: PendingTask): number {
  const { requestId, nextRunAt, createdAt } = pendingTaskId;
  const isFuture = nextRunAt > createdAt;
  const type = state.records.request.get(requestId)?.request.requestType;
  return type === "SCHEDULED" && isFuture ? nextRunAt - state.wallOffsetMs : nextRunAt;
}

export const dueToBePlaced: RequestRule = (turn, requestId) => {
  let nextAt: number | undefined;
  for (const pending of turn.state.pendingOf.get(requestId)?.values() ?? []) {
    const at = dueAt(turn.state, pending);
    if (at <= turn.now) turn.state.placementDue = true;
    else nextAt = Math.min(nextAt ?? at, at);
  }
  return nextAt;
};

/** Somebody set the machine's time: schedules are looked at again. */
export function wallClockStepped(turn: Turn, offsetMs: number): void {
  turn.state.wallOffsetMs = offsetMs;
  for (const [requestId, { request }] of turn.state.records.request) {
    if (request.requestType === "SCHEDULED") turn.dirty(requestId);
  }
}
