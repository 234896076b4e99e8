/**
 * Quartz cron expressions: seconds, minutes, hours, day of month, month, day of week and, if one
 * likes, year. This file says what each field may hold, and why what it holds is refused.
 *
 * Parsed fields are plain sets of numbers, with ranges that wrap (`FRI-MON`, `22-2`), names and steps
 * already taken apart; what depends on the month (`L`, `L-3`, `LW`, `15W`, `6L`, `6#3`) is kept as it is
 * said. When that is, is the calendar's business (`cron-calendar.ts`).
 *
 * Source: Quartz 2.x, CronExpression and its tutorial "CronTrigger".
 */

import type { Result } from "@tavola/base";

/** Sorted, without repetitions. `undefined`: any. */
export type FieldValues = readonly number[] | undefined;

export type DayOfMonth =
  | { readonly kind: "days"; readonly days: FieldValues }
  /** So many days before the last of the month; `weekday`: the nearest Monday to Friday of that month. */
  | { readonly kind: "last"; readonly daysBefore: number; readonly weekday: boolean }
  | { readonly kind: "nearestWeekday"; readonly day: number };

/** Weekdays as Quartz counts them: 1 is Sunday. */
export type DayOfWeek =
  | { readonly kind: "days"; readonly days: FieldValues }
  | { readonly kind: "last"; readonly day: number }
  | { readonly kind: "nth"; readonly day: number; readonly nth: number };

export interface QuartzFields {
  readonly seconds: FieldValues;
  readonly minutes: FieldValues;
  readonly hours: FieldValues;
  readonly dayOfMonth: DayOfMonth;
  readonly months: FieldValues;
  readonly dayOfWeek: DayOfWeek;
  readonly years: FieldValues;
}

interface FieldRange {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** A range may not run over the end, because there is none. */
  readonly isEndless?: boolean;
}

export const weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;
const monthNames = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");

const ranges = {
  seconds: { name: "seconds", least: 0, most: 59 },
  minutes: { name: "minutes", least: 0, most: 59 },
  hours: { name: "hours", least: 0, most: 23 },
  dayOfMonth: { name: "day of month", least: 1, most: 31 },
  months: { name: "month", least: 1, most: 12, names: monthNames },
  dayOfWeek: { name: "day of week", least: 1, most: 7, names: weekdayNames },
  years: { name: "year", least: 1970, most: 2199, isEndless: true },
} satisfies Readonly<Record<string, FieldRange>>;

/** The error names the field. */
export function parseQuartzFields(text: string): Result<QuartzFields> {
  const parts = text.trim().toUpperCase().split(/\s+/);
  if (parts.length < 6 || parts.length > 7) {
    return {
      error: `it has ${parts.length} fields and not 6 or 7 (seconds minutes hours day-of-month month day-of-week [year])`,
    };
  }
  const [second = "", minute = "", hour = "", monthDay = "", month = "", weekday = ""] = parts;
  const seconds = parseValues(second, ranges.seconds);
  if (seconds.error !== undefined) return seconds;
  const minutes = parseValues(minute, ranges.minutes);
  if (minutes.error !== undefined) return minutes;
  const hours = parseValues(hour, ranges.hours);
  if (hours.error !== undefined) return hours;
  const dayOfMonth = parseDayOfMonth(monthDay);
  if (dayOfMonth.error !== undefined) return dayOfMonth;
  const months = parseValues(month, ranges.months);
  if (months.error !== undefined) return months;
  const dayOfWeek = parseDayOfWeek(weekday);
  if (dayOfWeek.error !== undefined) return dayOfWeek;
  const years = parseValues(parts[6] ?? "*", ranges.years);
  if (years.error !== undefined) return years;
  const unclear = refuseDays(monthDay, weekday);
  if (unclear !== undefined) return { error: unclear };
  return {
    value: {
      seconds: seconds.value.values,
      minutes: minutes.value.values,
      hours: hours.value.values,
      dayOfMonth: dayOfMonth.value,
      months: months.value.values,
      dayOfWeek: dayOfWeek.value,
      years: years.value.values,
    },
  };
}

/** Quartz cannot have both days; which of them counts must be said with `?`. */
function refuseDays(dayOfMonth: string, dayOfWeek: string): string | undefined {
  if (dayOfMonth === "?" && dayOfWeek === "?") {
    return "'?' can be in day of month or in day of week, not in both; put * into one of them";
  }
  if (dayOfMonth !== "?" && dayOfWeek !== "?") {
    return `day of month (${dayOfMonth}) and day of week (${dayOfWeek}) cannot both be given; put ? into the one that does not matter`;
  }
  return undefined;
}

function parseDayOfMonth(text: string): Result<DayOfMonth> {
  if (text === "?") return { value: { kind: "days", days: undefined } };
  const last = /^L(?:-(\d+))?(W)?$/.exec(text);
  if (last !== null) {
    const daysBefore = Number(last[1] ?? 0);
    if (daysBefore > 30) return refuse(ranges.dayOfMonth, text, "L-n goes back 30 days at most");
    return { value: { kind: "last", daysBefore, weekday: last[2] !== undefined } };
  }
  const nearest = /^(\d+)W$/.exec(text);
  if (nearest !== null) {
    const day = Number(nearest[1]);
    if (day < 1 || day > 31) return refuse(ranges.dayOfMonth, text, `${day} is not in 1-31`);
    return { value: { kind: "nearestWeekday", day } };
  }
  if (/[LW]/.test(text)) {
    return refuse(ranges.dayOfMonth, text, "L, L-n, LW and nW stand alone, not in lists or ranges");
  }
  const days = parseValues(text, ranges.dayOfMonth);
  return days.error === undefined ? { value: { kind: "days", days: days.value.values } } : days;
}

function parseDayOfWeek(text: string): Result<DayOfWeek> {
  const range = ranges.dayOfWeek;
  if (text === "?") return { value: { kind: "days", days: undefined } };
  if (text === "L") return { value: { kind: "days", days: [7] } };
  const special = /^([1-7]|[A-Z]{3})(?:(L)|#(\d+))$/.exec(text);
  if (special !== null) {
    const day = fieldValueOf(special[1] ?? "", range);
    if (day === undefined) return refuse(range, text, `${special[1]} is no day of the week`);
    if (special[2] !== undefined) return { value: { kind: "last", day } };
    const nth = Number(special[3]);
    if (nth < 1 || nth > 5) return refuse(range, text, "what follows # must be 1 to 5");
    return { value: { kind: "nth", day, nth } };
  }
  if (/#|L$|L,/.test(text)) {
    return refuse(range, text, "nL and n#m stand alone, not in lists or ranges");
  }
  const days = parseValues(text, range);
  return days.error === undefined ? { value: { kind: "days", days: days.value.values } } : days;
}

function parseValues(text: string, range: FieldRange): Result<{ values: FieldValues }> {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const parsed = parseItem(item, range);
    if (parsed.error !== undefined) return refuse(range, text, parsed.error);
    for (const value of parsed.value) values.add(value);
  }
  const isAny = values.size === range.most - range.least + 1;
  return { value: { values: isAny ? undefined : [...values].sort((a, b) => a - b) } };
}

/** `*`, `5`, `MON`, `1-5`, `FRI-MON`, and any of these with `/step`; `/5` is `*``/5`. */
function parseItem(item: string, range: FieldRange): Result<readonly number[]> {
  const match = /^(?:(\*)|(\w+)(?:-(\w+))?)?(?:\/(\d+))?$/.exec(item);
  if (match === null || item === "") return { error: `'${item}' is no value, range or step` };
  const [, star, from, to, stepText] = match;
  const size = range.most - range.least + 1;
  const step = Number(stepText ?? 1);
  if (step < 1 || step > size) return { error: `the step ${step} is not in 1-${size}` };
  const isAll = star !== undefined || from === undefined;
  const first = isAll ? range.least : fieldValueOf(from, range);
  const hasEnd = to !== undefined || stepText === undefined;
  const last = isAll || !hasEnd ? range.most : fieldValueOf(to ?? from, range);
  if (first === undefined) return { error: `${from} is not in ${describeRange(range)}` };
  if (last === undefined) return { error: `${to} is not in ${describeRange(range)}` };
  if (last < first && range.isEndless === true) return { error: `${first} is after ${last}` };
  const end = last < first ? last + size : last;
  const values: number[] = [];
  for (let value = first; value <= end; value += step) {
    values.push(value > range.most ? value - size : value);
  }
  return { value: values };
}

function fieldValueOf(text: string, range: FieldRange): number | undefined {
  if (!/^\d+$/.test(text)) {
    const index = range.names?.indexOf(text) ?? -1;
    return index < 0 ? undefined : index + range.least;
  }
  const value = Number(text);
  return value >= range.least && value <= range.most ? value : undefined;
}

function describeRange({ least, most, names }: FieldRange): string {
  const numbers = `${least}-${most}`;
  return names === undefined ? numbers : `${numbers} or ${names[0]}-${names.at(-1)}`;
}

function refuse({ name }: FieldRange, text: string, why: string): { readonly error: string } {
  return { error: `${name} (${text}): ${why}` };
}
