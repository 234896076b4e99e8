/**
 * A plan whose time has come is to be placed; one whose time has not is waited for.
 *
 * Times of a schedule, and those that a person names (`runAt`), are the wall clock's: when that was
 * set, they come sooner or later by as much.
 */

import { type Instant, instant } from "@tavola/base";
import type { PendingTask } from "../model/task.ts";
import type { RequestRule } from "../reconcile-request.ts";
import type { SchedulerState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { dropPlans } from "./plan-task.ts";

/** Its time is one of its request's schedule; not so what a person wants now and what is tried again. */
export function isBySchedule(state: SchedulerState, { pendingTaskId }: PendingTask): boolean {
  const { requestId, pendingType } = pendingTaskId;
  return (
    state.records.request.get(requestId)?.request.requestType === "SCHEDULED" &&
    !["IMMEDIATE", "ONEOFF", "RETRY"].includes(pendingType)
  );
}

/** When a plan is due, by the scheduler's clock. */
export function dueAt(state: SchedulerState, pending: PendingTask): number {
  const { nextRunAt } = pending.pendingTaskId;
  const isByWall = pending.runAt !== undefined || isBySchedule(state, pending);
  return isByWall ? nextRunAt - state.wallOffsetMs : nextRunAt;
}

/** What the wall clock shows. */
export function wallNow({ now, state }: Pick<Turn, "now" | "state">): Instant {
  return instant(Math.floor(now + state.wallOffsetMs));
}

/** When a plan begins for which a person may have named a time; one that is over is now. */
export function startAt(
  turn: Turn,
  runAt: number | undefined,
): { readonly nextRunAt: number; readonly runAt?: number } {
  return runAt !== undefined && runAt > wallNow(turn)
    ? { nextRunAt: runAt, runAt }
    : { nextRunAt: turn.now };
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

/**
 * Somebody set the machine's time. Scheduled runs are planned anew from the time that it is now; one
 * that has come due by it is run, once, and the others that were passed over are not. A run for which a
 * person named a time keeps it. PERF: O(plans).
 */
export function wallClockStepped(turn: Turn, offsetMs: number): void {
  turn.state.wallOffsetMs = offsetMs;
  for (const [requestId, { request }] of turn.state.records.request) {
    if (request.requestType !== "SCHEDULED") continue;
    dropPlans(
      turn,
      requestId,
      (pending) => isBySchedule(turn.state, pending) && dueAt(turn.state, pending) > turn.now,
    );
    turn.dirty(requestId);
  }
  for (const { runAt, pendingTaskId } of turn.state.records.pendingTask.values()) {
    if (runAt !== undefined) turn.dirty(pendingTaskId.requestId);
  }
}
