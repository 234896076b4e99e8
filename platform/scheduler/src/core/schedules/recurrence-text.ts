/**
 * RFC 5545 recurrence rules as text: `DTSTART=20260101T090000 RRULE:FREQ=DAILY;BYHOUR=9`.
 *
 * DTSTART may come first, as iCalendar has it (`DTSTART;TZID=Europe/Berlin:…`, `DTSTART:…Z`) or as
 * Singularity has it (`DTSTART=…`); `RRULE:` may be left out. What is no part of a rule is refused: a
 * part with a typing error in it would be a rule that does something else.
 *
 * Differs: Singularity's library passes over parts that it does not know; here only `X-` parts are.
 * Singularity also takes RFC 5545 times as UTC whatever `scheduleTimeZone` says; here it counts.
 */

import { dayMs, type Result } from "@tavola/base";
import { daysInMonth, type WallMs, wallMs, wallTimeOf } from "./civil-time.ts";

const frequencies = [
  "SECONDLY",
  "MINUTELY",
  "HOURLY",
  "DAILY",
  "WEEKLY",
  "MONTHLY",
  "YEARLY",
] as const;
export type Frequency = (typeof frequencies)[number];

/** `nth` absent: each of them. -1 is the last one. */
export interface RuleDay {
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly nth?: number;
}

/** A time of a zone that is said elsewhere, or (`isUtc`) of UTC. */
export interface RuleTime {
  readonly wall: WallMs;
  readonly isUtc: boolean;
}

export interface RecurrenceRule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count?: number;
  /** The last moment at which it may happen. */
  readonly until?: RuleTime;
  /** 0 is Sunday. */
  readonly weekStart: number;
  readonly byMonth?: readonly number[];
  readonly byWeekNo?: readonly number[];
  readonly byYearDay?: readonly number[];
  readonly byMonthDay?: readonly number[];
  readonly byDay?: readonly RuleDay[];
  readonly byHour?: readonly number[];
  readonly byMinute?: readonly number[];
  readonly bySecond?: readonly number[];
  readonly bySetPos?: readonly number[];
}

export interface RecurrenceText {
  readonly rule: RecurrenceRule;
  readonly start?: RuleTime;
  /** DTSTART's TZID. */
  readonly zone?: string;
}

/** So many occurrences from DTSTART are counted, and no more: counting takes its time. */
const countMax = 100_000;

const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** Lists of numbers: the least and most value, and whether they are also counted from the end. */
const lists = {
  BYMONTH: { key: "byMonth", least: 1, most: 12, fromEnd: false },
  BYWEEKNO: { key: "byWeekNo", least: 1, most: 53, fromEnd: true },
  BYYEARDAY: { key: "byYearDay", least: 1, most: 366, fromEnd: true },
  BYMONTHDAY: { key: "byMonthDay", least: 1, most: 31, fromEnd: true },
  BYHOUR: { key: "byHour", least: 0, most: 23, fromEnd: false },
  BYMINUTE: { key: "byMinute", least: 0, most: 59, fromEnd: false },
  BYSECOND: { key: "bySecond", least: 0, most: 59, fromEnd: false },
  BYSETPOS: { key: "bySetPos", least: 1, most: 366, fromEnd: true },
} as const;

type RulePart = Partial<{ -readonly [K in keyof RecurrenceRule]: RecurrenceRule[K] }>;

/** The error names the part. */
export function parseRecurrenceText(text: string): Result<RecurrenceText> {
  const startPattern = /DTSTART(?:;TZID=([^:;=\s]+))?[=:](\S*?)(?=;|\s|$)/i;
  const match = startPattern.exec(text);
  const ruleText = text.replace(startPattern, "").replace(/RRULE:/i, "");
  const rule = parseRule(ruleText.trim().replace(/^;+|;+$/g, ""));
  if (rule.error !== undefined) return rule;
  if (match === null) return { value: { rule: rule.value } };
  const start = parseTime("DTSTART", match[2] ?? "");
  if (start.error !== undefined) return start;
  const zone = match[1];
  return {
    value: {
      rule: rule.value,
      start: { wall: start.value.wall, isUtc: start.value.isUtc },
      ...(zone !== undefined && { zone }),
    },
  };
}

function parseRule(text: string): Result<RecurrenceRule> {
  if (text === "") return { error: "it has no rule; write FREQ=DAILY, for example" };
  const parts: RulePart = {};
  const seen = new Set<string>();
  for (const part of text.split(/;|\s+/)) {
    const [name = "", value = "", ...rest] = part.toUpperCase().split("=");
    if (name === "" || name.startsWith("X-")) continue;
    if (value === "" || rest.length > 0) return { error: `'${part}' is not NAME=VALUE` };
    if (seen.has(name)) return { error: `${name} is there twice` };
    seen.add(name);
    const parsed = parsePart(name, value);
    if (parsed.error !== undefined) return parsed;
    Object.assign(parts, parsed.value);
  }
  const { frequency } = parts;
  if (frequency === undefined) return { error: `FREQ is missing; it is ${frequencies.join(", ")}` };
  const rule: RecurrenceRule = { interval: 1, weekStart: 1, ...parts, frequency };
  const why = refuseCombination(rule);
  return why === undefined ? { value: rule } : { error: why };
}

function parsePart(name: string, value: string): Result<RulePart> {
  switch (name) {
    case "FREQ": {
      const frequency = frequencies.find((each) => each === value);
      if (frequency === undefined) {
        return { error: `FREQ (${value}) is none of ${frequencies.join(", ")}` };
      }
      return { value: { frequency } };
    }
    case "INTERVAL":
      return parseCount(name, value, 1_000_000, (interval) => ({ interval }));
    case "COUNT":
      return parseCount(name, value, countMax, (count) => ({ count }));
    case "UNTIL":
      return parseUntil(value);
    case "WKST": {
      const weekStart = weekdays.indexOf(value);
      if (weekStart < 0) return { error: `WKST (${value}) is none of ${weekdays.join(", ")}` };
      return { value: { weekStart } };
    }
    case "BYDAY":
      return parseByDay(value);
    default:
      return parseList(name, value);
  }
}

function parseCount(
  name: string,
  value: string,
  most: number,
  part: (count: number) => RulePart,
): Result<RulePart> {
  const count = /^\d+$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > most) return { error: `${name} (${value}) is not in 1-${most}` };
  return { value: part(count) };
}

function parseUntil(value: string): Result<RulePart> {
  const until = parseTime("UNTIL", value);
  if (until.error !== undefined) return until;
  const { wall, isUtc, isDay } = until.value;
  // A day is a whole one: what happens on it still happens.
  return { value: { until: { wall: isDay ? wallMs(wall + dayMs - 1) : wall, isUtc } } };
}

function parseList(name: string, text: string): Result<RulePart> {
  if (!(name in lists)) {
    const known = ["INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", ...Object.keys(lists)];
    return { error: `${name} is not known; a rule has FREQ, ${known.join(", ")}` };
  }
  const { key, least, most, fromEnd } = lists[name as keyof typeof lists];
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const value = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN;
    const size = fromEnd ? Math.abs(value) : value;
    if (!(size >= least && size <= most)) {
      const range = fromEnd ? `${least} to ${most} or -${most} to -${least}` : `${least}-${most}`;
      return { error: `${name} (${item}) is not in ${range}` };
    }
    values.add(value);
  }
  return { value: { [key]: [...values].sort((a, b) => a - b) } };
}

function parseByDay(text: string): Result<RulePart> {
  const byDay: RuleDay[] = [];
  for (const item of text.split(",")) {
    const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(item);
    const weekday = weekdays.indexOf(match?.[2] ?? "");
    const nth = match?.[1] === undefined ? undefined : Number(match[1]);
    if (weekday < 0 || nth === 0 || Math.abs(nth ?? 1) > 53) {
      return { error: `BYDAY (${item}) is none of ${weekdays.join(", ")}, or 1MO to 53MO, -1MO` };
    }
    byDay.push(nth === undefined ? { weekday } : { weekday, nth });
  }
  return { value: { byDay } };
}

function parseTime(name: string, text: string): Result<RuleTime & { readonly isDay: boolean }> {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/i.exec(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    match?.slice(1, 7).map((digits) => Number(digits ?? 0)) ?? [];
  // Nobody plans for other years, and to count through them takes its time.
  const isYear = year >= 1900 && year <= 2999;
  const isDate = isYear && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || hour > 23 || minute > 59 || second > 59) {
    return { error: `${name} (${text}) is no time; write 20260131T093000, with a Z for UTC` };
  }
  const wall = wallTimeOf({ year, month, day }, hour, minute, second);
  return { value: { wall, isUtc: match?.[7] !== undefined, isDay: match?.[4] === undefined } };
}

/** What RFC 5545 says must not be together, because it means nothing. */
function refuseCombination(rule: RecurrenceRule): string | undefined {
  const { frequency, count, until, byDay, byWeekNo, bySetPos } = rule;
  if (count !== undefined && until !== undefined) return "COUNT and UNTIL cannot both be given";
  if (byWeekNo !== undefined && frequency !== "YEARLY") return "BYWEEKNO needs FREQ=YEARLY";
  if (byDay?.some(({ nth }) => nth !== undefined) === true) {
    if (frequency !== "MONTHLY" && frequency !== "YEARLY") {
      return "BYDAY with a number needs FREQ=MONTHLY or FREQ=YEARLY";
    }
    if (byWeekNo !== undefined) return "BYDAY with a number cannot be given with BYWEEKNO";
  }
  const others = Object.keys(rule).filter((key) => key.startsWith("by") && key !== "bySetPos");
  if (bySetPos !== undefined && others.length === 0) return "BYSETPOS needs another BY part";
  return undefined;
}
