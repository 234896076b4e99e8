/**
 * When an RFC 5545 rule happens, on the wall.
 *
 * Time is cut into periods of the rule's FREQ; every INTERVALth, counted from DTSTART's, is one of the
 * rule's. Which period a time falls into is arithmetic, so a rule that began years ago costs nothing
 * for its age (only COUNT has to be counted, once). Within a period the rule is days times times of day
 * (`recurrence-days.ts`, `times-of-day.ts`), of which BYSETPOS picks some.
 *
 * DTSTART is the first occurrence, whatever the rule says, unless there is a BYSETPOS: so it is with
 * Singularity's library, and RFC 5545 leaves it open.
 */

import { dayMs, secondMs } from "@tavola/base";
import {
  civilDayOf,
  dayNumberOf,
  remainder,
  type WallMs,
  wallMs,
  weekdayOf,
} from "./civil-time.ts";
import type { WallCalendar } from "./next-occurrence.ts";
import { dayMatcherOf } from "./recurrence-days.ts";
import type { RecurrenceRule } from "./recurrence-text.ts";
import { TimesOfDay } from "./times-of-day.ts";

/** Days that are looked at before a rule is said never to happen again: a hundred years. */
const daysMax = 36_600;
/** COUNT is counted for four hundred years from DTSTART, which is in this millennium or the last. */
const countedDaysMax = 4 * 36_600;
/** Periods shorter than a day that are looked at. PERF: 10 to 20 ms for a rule that never happens. */
const periodsMax = 100_000;

/** `until` has the zone's time already. */
export function recurrenceCalendarOf(
  rule: RecurrenceRule,
  start: WallMs,
  until: WallMs | undefined,
): WallCalendar {
  const isWithinDay = ["SECONDLY", "MINUTELY", "HOURLY"].includes(rule.frequency);
  const ruleAfter = isWithinDay ? timeSteps(rule, start) : dayPeriods(rule, start);
  const isStartFirst = rule.bySetPos === undefined;
  const unbounded = (wall: WallMs): WallMs | undefined => {
    if (wall >= start) return ruleAfter(wall);
    return isStartFirst ? start : ruleAfter(wallMs(start - 1));
  };
  let last = until;
  let isCounted = rule.count === undefined;
  return {
    nextAfter(wall) {
      if (!isCounted) {
        last = lastOf(unbounded, start, rule.count ?? 0);
        isCounted = true;
      }
      const next = unbounded(wall);
      return next === undefined || (last !== undefined && next > last) ? undefined : next;
    },
  };
}

/** The last of so many; `undefined`: later than anybody asks about. */
function lastOf(
  next: (wall: WallMs) => WallMs | undefined,
  start: WallMs,
  count: number,
): WallMs | undefined {
  let last: WallMs | undefined;
  for (let done = 0; done < count; done++) {
    const following = next(last ?? wallMs(Number.NEGATIVE_INFINITY));
    if (following === undefined) break;
    if (following - start > countedDaysMax * dayMs) return undefined;
    last = following;
  }
  return last ?? wallMs(Number.NEGATIVE_INFINITY);
}

interface Periods {
  /** The number of the period of a day. */
  readonly of: (dayNumber: number) => number;
  /** The first day of a period. */
  readonly firstDay: (period: number) => number;
}

function periodsOf({ frequency, weekStart }: RecurrenceRule): Periods {
  switch (frequency) {
    case "YEARLY":
      return {
        of: (day) => civilDayOf(day).year,
        firstDay: (year) => dayNumberOf(year, 1, 1),
      };
    case "MONTHLY":
      return {
        of: (day) => {
          const { year, month } = civilDayOf(day);
          return year * 12 + month - 1;
        },
        firstDay: (months) => dayNumberOf(0, months + 1, 1),
      };
    case "WEEKLY": {
      // Day 0 was a Thursday, so this is the day that the week of day 0 began.
      const firstWeek = -remainder(weekdayOf(0) - weekStart, 7);
      return {
        of: (day) => Math.floor((day - firstWeek) / 7),
        firstDay: (week) => firstWeek + week * 7,
      };
    }
    default:
      return { of: (day) => day, firstDay: (day) => day };
  }
}

/** Rules of whole days. `wall` is not before `start`, or a millisecond before. */
function dayPeriods(rule: RecurrenceRule, start: WallMs): (wall: WallMs) => WallMs | undefined {
  const startDay = Math.floor(start / dayMs);
  const periods = periodsOf(rule);
  const firstPeriod = periods.of(startDay);
  const matches = dayMatcherOf(rule, startDay);
  const times = TimesOfDay.of(rule, (start - startDay * dayMs) / secondMs);
  const { interval, bySetPos } = rule;

  /** Days of the period that the rule means, from `from` on. */
  function* daysOf(period: number, from: number): Generator<number> {
    const end = periods.firstDay(period + 1);
    for (let day = Math.max(periods.firstDay(period), from); day < end; day++) {
      if (matches(day)) yield day;
    }
  }
  function firstIn(period: number, after: WallMs): WallMs | undefined {
    const afterDay = Math.floor(after / dayMs);
    if (bySetPos !== undefined) {
      const days = [...daysOf(period, Number.NEGATIVE_INFINITY)];
      return firstPicked(bySetPos, days.length * times.size, after, (index) =>
        timeOn(days[Math.floor(index / times.size)] ?? 0, times.at(index % times.size)),
      );
    }
    for (const day of daysOf(period, Math.max(afterDay, startDay))) {
      const second = times.after(day > afterDay ? -1 : (after - day * dayMs) / secondMs);
      if (second !== undefined) return timeOn(day, second);
    }
    return undefined;
  }
  return (wall) => {
    const day = Math.floor(wall / dayMs);
    const passed = Math.max(0, periods.of(day) - firstPeriod);
    let period = firstPeriod + Math.ceil(passed / interval) * interval;
    const after = wallMs(Math.max(wall, start - 1));
    for (; periods.firstDay(period) - day <= daysMax; period += interval) {
      const found = firstIn(period, after);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function timeOn(dayNumber: number, secondOfDay: number): WallMs {
  return wallMs(dayNumber * dayMs + secondOfDay * secondMs);
}

/** Of `size` times of a period, in order, the first that is picked by its place and later than `after`. */
function firstPicked(
  bySetPos: readonly number[],
  size: number,
  after: WallMs,
  timeAt: (index: number) => WallMs,
): WallMs | undefined {
  const indexes = bySetPos.map((place) => (place > 0 ? place - 1 : size + place));
  const inOrder = indexes.filter((index) => index >= 0 && index < size).sort((a, b) => a - b);
  for (const index of inOrder) {
    const time = timeAt(index);
    if (time > after) return time;
  }
  return undefined;
}

const unitSeconds: Readonly<Record<string, number>> = { HOURLY: 3600, MINUTELY: 60, SECONDLY: 1 };

/** Rules of hours, minutes and seconds: steps of equal length, of which some fall where they may. */
function timeSteps(rule: RecurrenceRule, start: WallMs): (wall: WallMs) => WallMs | undefined {
  const { frequency, interval, byHour, byMinute, bySecond, bySetPos } = rule;
  const unit = unitSeconds[frequency] ?? 1;
  const startSecond = start / secondMs;
  const firstStep = Math.floor(startSecond / unit) * unit;
  const stepSeconds = unit * interval;
  const matches = dayMatcherOf(rule, Math.floor(start / dayMs));
  const within = TimesOfDay.within(rule, unit, remainder(startSecond, unit));
  const stepFrom = (second: number): number =>
    firstStep + Math.max(0, Math.ceil((second - firstStep) / stepSeconds)) * stepSeconds;

  /** Where to go on when the step at `second` does not count; `undefined` when it does. */
  function skipTo(second: number): number | undefined {
    const day = Math.floor(second / 86_400);
    if (!matches(day)) return (day + 1) * 86_400;
    const hour = Math.floor(second / 3600);
    if (byHour !== undefined && !byHour.includes(remainder(hour, 24))) return (hour + 1) * 3600;
    if (unit >= 3600) return undefined;
    const minute = Math.floor(second / 60);
    if (byMinute !== undefined && !byMinute.includes(remainder(minute, 60))) {
      return (minute + 1) * 60;
    }
    if (unit >= 60 || bySecond === undefined) return undefined;
    return bySecond.includes(remainder(second, 60)) ? undefined : second + 1;
  }
  function firstIn(step: number, after: WallMs): WallMs | undefined {
    const timeAt = (offset: number): WallMs => wallMs((step + offset) * secondMs);
    if (bySetPos !== undefined) {
      return firstPicked(bySetPos, within.size, after, (index) => timeAt(within.at(index)));
    }
    const offset = within.after(after / secondMs - step);
    return offset === undefined ? undefined : timeAt(offset);
  }
  return (wall) => {
    const after = wallMs(Math.max(wall, start - 1));
    const from = Math.floor(after / secondMs);
    // The step that `after` falls into may have something left.
    let step = stepFrom(from - stepSeconds + 1);
    for (let tried = 0; tried < periodsMax && step - from < daysMax * 86_400; tried++) {
      const next = skipTo(step);
      const found = next === undefined ? firstIn(step, after) : undefined;
      if (found !== undefined) return found;
      step = stepFrom(next ?? step + 1);
    }
    return undefined;
  };
}
