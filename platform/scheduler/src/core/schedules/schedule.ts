/**
 * Schedules of jobs: unix cron, Quartz cron and RFC 5545 rules, in a time zone.
 *
 * A schedule is a value that answers one question: when is the next run after a given instant? The
 * answer depends on nothing else, least of all on a clock, so the same schedule gives the same runs on
 * every scheduler and in every simulation. Missed runs are skipped and never caught up: who asks after
 * an outage asks about now.
 *
 * Errors are Singularity's sentences, completed by the field and what to write instead.
 */

import { type Instant, instant, minuteMs, type Result } from "@tavola/base";
import type { ScheduleType } from "../model/enums.ts";
import { wallMs } from "./civil-time.ts";
import { cronCalendarOf } from "./cron-calendar.ts";
import { nextOccurrence, type Occurrences } from "./next-occurrence.ts";
import { parseQuartzFields } from "./quartz-fields.ts";
import { recurrenceCalendarOf } from "./recurrence-calendar.ts";
import {
  parseRecurrenceText,
  type RecurrenceRule,
  type RecurrenceText,
} from "./recurrence-text.ts";
import { type TimeZone, timeZoneOf } from "./time-zone.ts";
import { quartzFromCron } from "./unix-cron.ts";

/** Made by `parseSchedule`; what is in it is nobody else's business. */
export interface Schedule {
  /** As it was written. */
  readonly text: string;
  /** Cron in Quartz's form. */
  readonly quartz?: string;
  /** What is asked for the runs after an instant; a rule without DTSTART starts anew each time. */
  readonly occurrencesAfter: (after: Instant) => Occurrences;
}

/** No schedule needs more; what is longer costs time to refuse. */
const textLengthMax = 4096;

/**
 * @param type CRON: five fields, or six with seconds first. QUARTZ: as Quartz has it. RFC5545: a
 *   recurrence rule, with DTSTART if it is to begin at a given time.
 * @param zone Java's or IANA's name of a time zone; UTC if absent. A DTSTART with a TZID has its own.
 */
export function parseSchedule(
  text: string,
  type: ScheduleType,
  zone: string | undefined,
): Result<Schedule> {
  if (text.length > textLengthMax) {
    return { error: `Schedule is longer than ${textLengthMax} characters` };
  }
  const timeZone = timeZoneOf(zone ?? "UTC");
  if (timeZone.error !== undefined) return timeZone;
  if (type === "RFC5545") return parseRecurrence(text, timeZone.value);
  const quartz = type === "CRON" ? quartzFromCron(text) : { value: text.trim() };
  if (quartz.error !== undefined) return quartz;
  const fields = parseQuartzFields(quartz.value);
  if (fields.error !== undefined) {
    return { error: `Schedule ${quartz.value} (from: ${text}) is not valid: ${fields.error}` };
  }
  const occurrences = {
    calendar: cronCalendarOf(fields.value),
    zone: timeZone.value,
    isEveryHour: fields.value.hours === undefined,
  };
  return { value: { text, quartz: quartz.value, occurrencesAfter: () => occurrences } };
}

/** The first run later than `after`; `undefined`: there is none any more. */
export function nextRunAt(schedule: Schedule, after: Instant): Instant | undefined {
  const next = nextOccurrence(schedule.occurrencesAfter(after), after);
  return next === undefined ? undefined : instant(next);
}

/**
 * The next run of a job that ran before: later than `now`, and later than that run's own time.
 *
 * The second matters when the clock was set back: the runs between are not done again. It also means
 * that a clock which once showed a time far ahead keeps a job from running until then; who knows that
 * the clock was wrong leaves `previousRunAt` out.
 */
export function nextRunAfter(
  schedule: Schedule,
  previousRunAt: Instant | undefined,
  now: Instant,
): Instant | undefined {
  const isAhead = previousRunAt !== undefined && previousRunAt > now;
  return nextRunAt(schedule, isAhead ? previousRunAt : now);
}

/** A schedule like 30 February, or one whose last run is over: to be refused, for nothing would ever run. */
export function neverFires(schedule: Schedule, now: Instant): boolean {
  return nextRunAt(schedule, now) === undefined;
}

/** What Singularity shows as `quartzSchedule`; RFC 5545 rules have none. */
export function quartzOf(schedule: Schedule): string | undefined {
  return schedule.quartz;
}

function parseRecurrence(text: string, scheduleZone: TimeZone): Result<Schedule> {
  const parsed = parseRecurrenceText(text);
  if (parsed.error !== undefined) return { error: refuseRecurrence(text, parsed.error) };
  const { rule, start, zone: startZone } = parsed.value;
  const zone = startZone === undefined ? { value: scheduleZone } : timeZoneOf(startZone);
  if (zone.error !== undefined) {
    return {
      error: refuseRecurrence(text, `DTSTART has TZID=${startZone}, which is no time zone`),
    };
  }
  const recurrence = { ...parsed.value, zone: zone.value };
  if (start === undefined) {
    // The rule starts with the minute in which it is asked about, so that of a COUNT only the first
    // run, which is that minute's, and the next ever come into question.
    const { count } = rule;
    const restarted = count === undefined ? rule : { ...rule, count: Math.min(count, 2) };
    const occurrencesAfter = (after: Instant): Occurrences =>
      recurrencesOf(recurrence, Math.floor(after / minuteMs) * minuteMs, restarted);
    return { value: { text, occurrencesAfter } };
  }
  const startAt = start.isUtc ? start.wall : undefined;
  const occurrences = recurrencesOf(recurrence, startAt, rule);
  return { value: { text, occurrencesAfter: () => occurrences } };
}

function recurrencesOf(
  { start, zone }: Pick<RecurrenceText, "start"> & { readonly zone: TimeZone },
  startAt: number | undefined,
  rule: RecurrenceRule,
): Occurrences {
  const { until } = rule;
  const startWall = startAt === undefined ? start?.wall : zone.wallTimeAt(startAt);
  const untilWall = until?.isUtc === true ? zone.wallTimeAt(until.wall) : until?.wall;
  const stepSeconds = { HOURLY: 3600, MINUTELY: 60, SECONDLY: 1 } as const;
  const step = stepSeconds[rule.frequency as keyof typeof stepSeconds];
  return {
    calendar: recurrenceCalendarOf(rule, startWall ?? wallMs(0), untilWall),
    zone,
    isEveryHour: step !== undefined && step * rule.interval <= 3600 && rule.byHour === undefined,
  };
}

function refuseRecurrence(text: string, why: string): string {
  return `Schedule ${text} is not a valid RFC5545 schedule, error is: ${why}`;
}
