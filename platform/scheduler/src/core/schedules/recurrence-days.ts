/**
 * Which days an RFC 5545 rule means: its BY parts for months, weeks and days as one question about one
 * day, and what DTSTART supplies where they say nothing.
 *
 * Source: RFC 5545, section 3.3.10, with its table of what expands and what limits.
 */

import { civilDayOf, dayNumberOf, daysInMonth, remainder, weekdayOf } from "./civil-time.ts";
import type { RecurrenceRule, RuleDay } from "./recurrence-text.ts";

/** A day by all that rules ask of one. */
interface DayFacts {
  readonly dayNumber: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

type DayQuestion = (day: DayFacts) => boolean;

/** `start` is the day number of DTSTART. */
export function dayMatcherOf(rule: RecurrenceRule, start: number): (dayNumber: number) => boolean {
  const questions = questionsOf(rule, start);
  return (dayNumber) => {
    const { year, month, day } = civilDayOf(dayNumber);
    const facts = { dayNumber, year, month, day, weekday: weekdayOf(dayNumber) };
    return questions.every((question) => question(facts));
  };
}

function questionsOf(rule: RecurrenceRule, start: number): readonly DayQuestion[] {
  const { frequency, weekStart, byMonth, byWeekNo, byYearDay, byMonthDay, byDay } = rule;
  const first = civilDayOf(start);
  const startWeekday = weekdayOf(start);
  const questions: DayQuestion[] = [];
  if (byMonth !== undefined) questions.push(({ month }) => byMonth.includes(month));
  if (byYearDay !== undefined) questions.push((day) => isYearDay(byYearDay, day));
  if (byMonthDay !== undefined) questions.push((day) => isMonthDay(byMonthDay, day));
  if (byWeekNo !== undefined) questions.push((day) => isWeekNo(byWeekNo, weekStart, day));
  if (byDay !== undefined) {
    const isWithinMonth = frequency === "MONTHLY" || byMonth !== undefined;
    questions.push((day) => byDay.some((wanted) => isRuleDay(wanted, isWithinMonth, day)));
  }
  if (byYearDay !== undefined || byMonthDay !== undefined || byDay !== undefined) return questions;
  if (frequency === "WEEKLY" || byWeekNo !== undefined) {
    questions.push(({ weekday }) => weekday === startWeekday);
  } else if (frequency === "MONTHLY" || frequency === "YEARLY") {
    questions.push(({ day }) => day === first.day);
    if (frequency === "YEARLY" && byMonth === undefined) {
      questions.push(({ month }) => month === first.month);
    }
  }
  return questions;
}

function isMonthDay(wanted: readonly number[], { year, month, day }: DayFacts): boolean {
  return wanted.includes(day) || wanted.includes(day - daysInMonth(year, month) - 1);
}

function isYearDay(wanted: readonly number[], { dayNumber, year }: DayFacts): boolean {
  const fromStart = dayNumber - dayNumberOf(year, 1, 1) + 1;
  const fromEnd = dayNumber - dayNumberOf(year + 1, 1, 1);
  return wanted.includes(fromStart) || wanted.includes(fromEnd);
}

function isRuleDay(wanted: RuleDay, isWithinMonth: boolean, facts: DayFacts): boolean {
  const { weekday, nth } = wanted;
  if (weekday !== facts.weekday) return false;
  if (nth === undefined) return true;
  const { dayNumber, year, month } = facts;
  const first = isWithinMonth ? dayNumberOf(year, month, 1) : dayNumberOf(year, 1, 1);
  const end = isWithinMonth ? dayNumberOf(year, month + 1, 1) : dayNumberOf(year + 1, 1, 1);
  return nth > 0
    ? Math.floor((dayNumber - first) / 7) + 1 === nth
    : Math.floor((end - 1 - dayNumber) / 7) + 1 === -nth;
}

/** A week belongs to the year that has most of it; its fourth day says which. */
function isWeekNo(wanted: readonly number[], weekStart: number, facts: DayFacts): boolean {
  const { dayNumber, weekday } = facts;
  const fourthDay = dayNumber - remainder(weekday - weekStart, 7) + 3;
  const { year } = civilDayOf(fourthDay);
  const yearStart = dayNumberOf(year, 1, 1);
  const yearEnd = dayNumberOf(year + 1, 1, 1);
  const fromStart = Math.floor((fourthDay - yearStart) / 7) + 1;
  const fromEnd = Math.floor((yearEnd - 1 - fourthDay) / 7) + 1;
  return wanted.includes(fromStart) || wanted.includes(-fromEnd);
}
