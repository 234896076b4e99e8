/**
 * The calendar on the wall: years, months and days as numbers, in no time zone.
 *
 * A *wall time* is what a clock on the wall shows, as milliseconds: the epoch milliseconds at which a
 * clock in UTC would show the same. Wall times are compared and counted like instants, but are not
 * instants: in most zones some happen twice a year and some never (`time-zone.ts`).
 *
 * The calendar is the Gregorian one, also before 1582. It knows no leap seconds.
 */

import { dayMs, hourMs, minuteMs, secondMs } from "@tavola/base";

declare const wallBrand: unique symbol;

/** Milliseconds, as a clock in UTC that shows the same time would have them. */
export type WallMs = number & { readonly [wallBrand]: true };

/** A day, counted from 1970-01-01, which is 0. */
export interface CivilDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

export function wallMs(value: number): WallMs {
  return value as WallMs;
}

/**
 * The number of a day. Months and days may run over: month 13 is January of the next year.
 * PERF: constant; years are counted from March, so that February's length falls at the end.
 */
export function dayNumberOf(year: number, month: number, day: number): number {
  const months = year * 12 + (month - 1) - 2;
  const marchYear = Math.floor(months / 12);
  const monthFromMarch = months - marchYear * 12;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}

export function civilDayOf(dayNumber: number): CivilDay {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

export function wallTimeOf(
  { year, month, day }: CivilDay,
  hour: number,
  minute: number,
  second: number,
): WallMs {
  const days = dayNumberOf(year, month, day);
  return wallMs(days * dayMs + hour * hourMs + minute * minuteMs + second * secondMs);
}

/** 0 is Sunday. */
export function weekdayOf(dayNumber: number): number {
  return remainder(dayNumber + 4, 7);
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  return dayNumberOf(year, month + 1, 1) - dayNumberOf(year, month, 1);
}

/** Never negative, unlike `%`. */
export function remainder(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}
