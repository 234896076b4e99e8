/**
 * The schedule that a request has, read once for as long as the request stands as it is.
 */

import type { Result } from "@tavola/base";
import type { Request } from "../model/request.ts";
import { parseSchedule, type Schedule } from "../schedules/schedule.ts";

/** Requests are replaced as a whole, so what was read from one holds. */
const known = new WeakMap<Request, Result<Schedule>>();

/** An error only where validation was passed by: a record of another version. */
export function scheduleOf(request: Request): Result<Schedule> {
  const before = known.get(request);
  if (before !== undefined) return before;
  const schedule = readSchedule(request);
  known.set(request, schedule);
  return schedule;
}

/** Singularity's precedence: `quartzSchedule` is what `schedule` was turned into, or what was given. */
function readSchedule(request: Request): Result<Schedule> {
  const { schedule, quartzSchedule, scheduleType, scheduleTimeZone } = request;
  if (scheduleType === "RFC5545") return parseSchedule(schedule ?? "", "RFC5545", scheduleTimeZone);
  if (quartzSchedule !== undefined) {
    return parseSchedule(quartzSchedule, "QUARTZ", scheduleTimeZone);
  }
  return parseSchedule(schedule ?? "", scheduleType ?? "CRON", scheduleTimeZone);
}
