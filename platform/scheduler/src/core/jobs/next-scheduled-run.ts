/**
 * When a scheduled job runs next, by the wall clock.
 *
 * After its previous run's time and after now: what was missed is skipped, and a clock that was set
 * back repeats nothing. Later than that where the job asks for a pause after it ended
 * (`waitAtLeastMillisAfterTaskFinishesForReschedule`) or is cooling down.
 */

import { dayMs, type Instant, instant } from "@tavola/base";
import { activeDeployOf } from "../deploys/which-deploy.ts";
import type { Request } from "../model/request.ts";
import { earliestStart } from "../requests/cooldown-delay.ts";
import { nextRunAfter } from "../schedules/schedule.ts";
import type { Turn } from "../turn.ts";
import { scheduleOf } from "./schedule-of-request.ts";

/** Undefined: the schedule has no run any more. */
export function nextScheduledRun(turn: Turn, request: Request): Instant | undefined {
  const schedule = scheduleOf(request).value;
  if (schedule === undefined) return undefined;
  const { wallOffsetMs } = turn.state;
  const wallNow = instant(Math.floor(turn.now + wallOffsetMs));
  const next = nextRunAfter(schedule, previousRunOf(turn, request.id), wallNow);
  if (next === undefined) return undefined;
  const statistics = activeDeployOf(turn.state, request.id)?.statistics;
  const pauseMs = request.waitAtLeastMillisAfterTaskFinishesForReschedule ?? 0;
  const restedAt = pauseMs > 0 ? (statistics?.lastFinishAt ?? 0) + pauseMs : 0;
  const earliest = Math.max(restedAt, earliestStart(turn, request.id));
  return instant(Math.max(next, Math.ceil(earliest + wallOffsetMs)));
}

/**
 * The schedule's time of the last run that has ended, by the wall clock.
 *
 * A time more than a day ahead is of a clock that was wrong: it does not hold the job up.
 */
export function previousRunOf(turn: Turn, requestId: string): Instant | undefined {
  const lastRunAt = turn.get("requestDeploys", requestId)?.lastRunAt;
  const believedUntil = turn.now + turn.state.wallOffsetMs + dayMs;
  return lastRunAt === undefined || lastRunAt > believedUntil ? undefined : instant(lastRunAt);
}
