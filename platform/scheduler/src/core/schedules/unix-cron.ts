/**
 * Unix cron to Quartz, as Singularity turns one into the other and shows it as `quartzSchedule`.
 *
 * Five fields get 0 seconds, six have seconds first. Days of the week are 0-7 with Sunday twice and
 * become names; and since Quartz has one day only, a day of the week that is not `*` displaces the
 * day of the month.
 *
 * Differs: Singularity converts single days, plain ranges and plain lists, and hands everything else to
 * Quartz, which counts from Sunday = 1, so `1,3-5` ran a day early. Every form is converted here. A
 * seventh field, the year, is kept; it was dropped.
 */

import type { Result } from "@tavola/base";
import { weekdayNames } from "./quartz-fields.ts";

/** The errors are Singularity's sentences. What the fields hold is for `parseQuartzFields` to judge. */
export function quartzFromCron(schedule: string): Result<string> {
  const parts = schedule.trim().split(/\s+/);
  if (parts.length < 5) {
    const count = parts[0] === "" ? 0 : parts.length;
    return {
      error: `Schedule ${schedule} is invalid because it contained only ${count} splits (looking for at least 5)`,
    };
  }
  const [second, minute, hour, monthDay = "", month, weekday = "", ...year] =
    parts.length === 5 ? ["0", ...parts] : parts;
  const days = convertDaysOfWeek(weekday);
  if (days.error !== undefined) return { error: `Schedule ${schedule} is invalid, ${days.error}` };
  const isAnyWeekday = days.value === "?";
  const dayOfMonth = isAnyWeekday ? monthDay : "?";
  return { value: [second, minute, hour, dayOfMonth, month, days.value, ...year].join(" ") };
}

function convertDaysOfWeek(text: string): Result<string> {
  if (text === "*" || text === "?") return { value: "?" };
  const converted: string[] = [];
  for (const item of text.split(",")) {
    const day = convertItem(item);
    if (day.error !== undefined) return day;
    converted.push(day.value);
  }
  return { value: converted.join(",") };
}

function convertItem(item: string): Result<string> {
  // A day or two with what may follow; names and `*` are the same in both.
  const match = /^(\d+)(?:-(\d+))?(L|#\d+|\/\d+)?$/.exec(item);
  if (match === null) return { value: item };
  const [, from = "", to, suffix = ""] = match;
  for (const day of [from, to ?? from]) {
    if (Number(day) > 7) return { error: `day of week (${day}) is not 0-7` };
  }
  const first = nameOf(from);
  if (to === undefined) return { value: first + suffix };
  // 0-7 is the whole week, from Sunday to the next.
  const isWholeWeek = Number(to) - Number(from) === 7;
  return { value: `${isWholeWeek ? "SUN-SAT" : `${first}-${nameOf(to)}`}${suffix}` };
}

function nameOf(day: string): string {
  return weekdayNames[Number(day) % 7] ?? "SUN";
}
