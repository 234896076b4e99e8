/**
 * Plans that a former leader made by a clock that was ahead of this one: the machine's time was set
 * back while no scheduler ran, or the other machine's clock is fast.
 *
 * What was to start at once starts at once, and what was to wait waits for as long, not for as long as
 * the clocks differ besides. Runs by a schedule are planned anew anyway (`keepJobs`); a run that
 * somebody asked for at a time of day keeps it.
 */

import type { Turn } from "../turn.ts";
import { isBySchedule } from "./due-plans.ts";
import { planTask } from "./plan-task.ts";

/** What clocks of machines may differ by. */
const toleranceMs = 1000;

/** Once, after loading; changes nothing where the clocks agree. PERF: O(plans). */
export function plansTakenOver(turn: Turn): void {
  for (const pending of [...turn.state.records.pendingTask.values()]) {
    const aheadMs = pending.pendingTaskId.createdAt - turn.now;
    if (aheadMs <= toleranceMs || isBySchedule(turn.state, pending)) continue;
    if (pending.runAt !== undefined) continue;
    const { pendingTaskId, ...rest } = pending;
    const { id, nextRunAt, createdAt: _, ...parts } = pendingTaskId;
    turn.remove("pendingTask", id);
    planTask(turn, { ...rest, ...parts, nextRunAt: nextRunAt - aheadMs });
  }
}
