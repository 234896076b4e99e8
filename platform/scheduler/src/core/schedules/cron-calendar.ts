/**
 * When Quartz's fields match, found by the cron library `croner`, which knows months, weekdays and
 * leap years.
 *
 * Fields reach it as plain lists of numbers, so that it need not know Quartz's ranges, steps and
 * counting of days; of its own notation L, LW, nW, n#L and n#m are used. It is asked as if everything
 * happened in UTC: zones and changed clocks are ours (`next-occurrence.ts`). It has no "n days before
 * the last of the month": that is one pattern for each length of a month, and the earliest counts.
 *
 * A pattern of the library's takes 80 KB, so a few are kept and the others made again when needed.
 */

import { secondMs } from "@tavola/base";
import { Cron, CronDate } from "croner";
import { isLeapYear, wallMs } from "./civil-time.ts";
import type { WallCalendar } from "./next-occurrence.ts";
import type { DayOfMonth, DayOfWeek, FieldValues, QuartzFields } from "./quartz-fields.ts";

/** 64 × 80 KB. PERF: making a pattern takes 0.1 ms, asking it 0.01 ms, or 1 ms if it never matches. */
const patternsMax = 64;
const patterns = new Map<string, Cron>();

/** The library's kind of time, set anew for each question: one made of text takes four times as long. */
const asked = new CronDate("1970-01-01T00:00:00", 0).getDate();

export function cronCalendarOf(fields: QuartzFields): WallCalendar {
  const texts = patternsOf(fields);
  return {
    nextAfter(wall) {
      // Asked for what is later than a whole second, the library answers with whole seconds.
      asked.setTime(Math.floor(wall / secondMs) * secondMs);
      let first: number | undefined;
      for (const text of texts) {
        const next = patternOf(text).nextRun(asked)?.getTime();
        if (next !== undefined && (first === undefined || next < first)) first = next;
      }
      return first === undefined ? undefined : wallMs(first);
    },
  };
}

function patternOf(text: string): Cron {
  const known = patterns.get(text);
  if (known !== undefined) {
    patterns.delete(text);
    patterns.set(text, known);
    return known;
  }
  const oldest = patterns.size < patternsMax ? undefined : patterns.keys().next().value;
  if (oldest !== undefined) patterns.delete(oldest);
  const pattern = new Cron(text, { paused: true, utcOffset: 0, mode: "7-part" });
  patterns.set(text, pattern);
  return pattern;
}

function patternsOf(fields: QuartzFields): readonly string[] {
  const { seconds, minutes, hours, dayOfMonth, months, dayOfWeek, years } = fields;
  const time = [seconds, minutes, hours].map(formatValues).join(" ");
  const weekday = formatDayOfWeek(dayOfWeek);
  return daysOfMonth(dayOfMonth, months, years).map(
    (days) =>
      `${time} ${days.day} ${formatValues(days.months)} ${weekday} ${formatValues(days.years)}`,
  );
}

interface Days {
  readonly day: string;
  readonly months: FieldValues;
  readonly years: FieldValues;
}

function daysOfMonth(day: DayOfMonth, months: FieldValues, years: FieldValues): readonly Days[] {
  if (day.kind === "days") return [{ day: formatValues(day.days), months, years }];
  if (day.kind === "nearestWeekday") return [{ day: `${day.day}W`, months, years }];
  const suffix = day.weekday ? "W" : "";
  if (day.daysBefore === 0) return [{ day: `L${suffix}`, months, years }];
  const isLeap = (leap: boolean) => (year: number) => isLeapYear(year) === leap;
  const lengths: readonly [length: number, months: readonly number[], years: FieldValues][] = [
    [31, [1, 3, 5, 7, 8, 10, 12], years],
    [30, [4, 6, 9, 11], years],
    [29, [2], (years ?? allYears).filter(isLeap(true))],
    [28, [2], (years ?? allYears).filter(isLeap(false))],
  ];
  return lengths.flatMap(([length, ofLength, ofYears]) => {
    const wanted = ofLength.filter((month) => months === undefined || months.includes(month));
    const date = length - day.daysBefore;
    if (wanted.length === 0 || date < 1 || ofYears?.length === 0) return [];
    return [{ day: `${date}${suffix}`, months: wanted, years: ofYears }];
  });
}

/** Quartz's. */
const allYears = Array.from({ length: 2199 - 1970 + 1 }, (_, index) => 1970 + index);

function formatDayOfWeek(day: DayOfWeek): string {
  // The library counts from Sunday = 0.
  if (day.kind === "days") return formatValues(day.days?.map((quartzDay) => quartzDay - 1));
  return day.kind === "last" ? `${day.day - 1}#L` : `${day.day - 1}#${day.nth}`;
}

function formatValues(values: FieldValues): string {
  return values === undefined ? "*" : values.join(",");
}
