/**
 * Recurrence rules against rrule.js, which goes through them from DTSTART on: slow, but made by others.
 *
 * It goes on for ever where a rule of hours or less never happens, so these have an oracle of their own,
 * which looks at each second of a few days. Its lists must be in order; it does not sort them.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { dayMs } from "@tavola/base";
import fc from "fast-check";
import rrule from "rrule";
import { wallMs } from "./civil-time.ts";
import { recurrenceCalendarOf } from "./recurrence-calendar.ts";
import { type Frequency, parseRecurrenceText } from "./recurrence-text.ts";

const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const start = Date.UTC(2024, 1, 27, 22, 50, 30);
const startText = "20240227T225030";

function listOf(name: string, values: fc.Arbitrary<number | string>): fc.Arbitrary<string> {
  return fc
    .option(fc.uniqueArray(values, { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 2 })
    .map((list) => list?.toSorted((a, b) => Number(a) - Number(b)))
    .map((list) => (list === undefined ? "" : `;${name}=${list.join(",")}`));
}

const signed = (most: number) =>
  fc.integer({ min: -most, max: most }).map((value) => (value === 0 ? 1 : value));

function ruleArbitrary(frequency: Frequency): fc.Arbitrary<string> {
  const none = fc.constant("");
  const isYearly = frequency === "YEARLY";
  const isNumbered = isYearly || frequency === "MONTHLY";
  const isWithinDay = ["HOURLY", "MINUTELY", "SECONDLY"].includes(frequency);
  const day = fc.constantFrom(...weekdays);
  const nth = fc.constantFrom(1, 2, -1, -2);
  const numberedDay = fc.tuple(nth, day).map(([n, weekday]) => `${n}${weekday}`);
  // Not both in one rule, and no weeks without days or at the end of a year: rrule.js has ways of its own there.
  const byDay = isNumbered
    ? fc.oneof(listOf("BYDAY", day), listOf("BYDAY", numberedDay))
    : listOf("BYDAY", day);
  const byWeekNo = fc.tuple(
    listOf("BYWEEKNO", fc.integer({ min: 2, max: 51 })),
    fc.constantFrom("MO", "SU,WE"),
  );
  const parts = fc.tuple(
    fc.integer({ min: 1, max: isWithinDay ? 50 : 4 }).map((interval) => `;INTERVAL=${interval}`),
    fc.constantFrom(...weekdays).map((weekday) => `;WKST=${weekday}`),
    listOf("BYMONTH", fc.integer({ min: 1, max: 12 })),
    frequency === "WEEKLY" ? none : listOf("BYMONTHDAY", signed(31)),
    isYearly
      ? fc.oneof(
          byWeekNo.map(([weeks, days]) => `${weeks};BYDAY=${days}`),
          listOf("BYYEARDAY", signed(366)),
          byDay,
        )
      : byDay,
    listOf("BYHOUR", fc.integer({ min: 0, max: 23 })),
    listOf("BYMINUTE", fc.integer({ min: 0, max: 59 })),
    frequency === "SECONDLY" ? none : listOf("BYSECOND", fc.integer({ min: 0, max: 59 })),
    // In the week of DTSTART rrule.js counts from DTSTART, not from the week's beginning.
    isWithinDay || frequency === "WEEKLY"
      ? none
      : fc.oneof(none, none, fc.constantFrom(";BYSETPOS=-1", ";BYSETPOS=1", ";BYSETPOS=1,2")),
    fc.oneof(
      none,
      none,
      fc.integer({ min: 1, max: 8 }).map((count) => `;COUNT=${count}`),
    ),
  );
  return parts.map((all) => `FREQ=${frequency}${all.join("")}`);
}

function oursOf(text: string, count: number, before: number): number[] | undefined {
  const { value } = parseRecurrenceText(text);
  if (value === undefined) return undefined;
  const calendar = recurrenceCalendarOf(value.rule, wallMs(start), undefined);
  const found: number[] = [];
  let wall = wallMs(start - 1);
  while (found.length < count) {
    const next = calendar.nextAfter(wall);
    if (next === undefined || next >= before) break;
    assert.ok(next > wall);
    found.push(next);
    wall = next;
  }
  return found;
}

function theirsOf(text: string, count: number, before: number): number[] {
  const until = new Date(before - 1).toISOString().replace(/[-:]|\.\d+/g, "");
  const rule = rrule.rrulestr(`DTSTART:${startText}Z\nRRULE:${text};UNTIL=${until}`);
  return rule.all((_, index) => index < count).map((date) => date.getTime());
}

/** How far to look: rrule.js goes through every step on the way. */
const windowDays = { YEARLY: 366 * 12, MONTHLY: 366 * 6, WEEKLY: 366 * 2, DAILY: 366 } as const;

/** DTSTART is the first, even where the rule does not have it; not so with a BYSETPOS. */
function compare(text: string, theirs: readonly number[], before: number): void {
  const count = Number(/;COUNT=(\d+)/.exec(text)?.[1] ?? 12);
  const isStartMissing = !text.includes("BYSETPOS") && theirs[0] !== start;
  const expected = (isStartMissing ? [start, ...theirs] : theirs).slice(0, count);
  const ours = oursOf(text, 12, before);
  if (ours === undefined) return; // what may not be together
  assert.deepEqual(
    ours.map((at) => new Date(at).toISOString()),
    expected.slice(0, 12).map((at) => new Date(at).toISOString()),
    text,
  );
}

for (const [frequency, days] of Object.entries(windowDays)) {
  test(`${frequency} rules happen when rrule.js says`, () => {
    const before = start + days * dayMs;
    fc.assert(
      fc.property(ruleArbitrary(frequency as Frequency), (text) => {
        compare(text, theirsOf(text.replace(/;COUNT=\d+/, ""), 12, before), before);
      }),
      { numRuns: 60 },
    );
  });
}

/** Every second that a rule of hours, minutes or seconds means, by the words of RFC 5545. */
function secondsMeant(text: string, days: number): number[] {
  const parts = Object.fromEntries(text.split(";").map((part) => part.split("=")));
  const list = (name: string): string[] | undefined => parts[name]?.split(",");
  const unit = { HOURLY: 3600, MINUTELY: 60, SECONDLY: 1 }[parts["FREQ"] as "HOURLY"] * 1000;
  const startFields = new Date(start);
  const isIn = (wanted: readonly string[] | undefined, ...values: number[]): boolean =>
    wanted === undefined || values.some((value) => wanted.includes(String(value)));
  const meant: number[] = [];
  for (let at = start; at < start + days * dayMs && meant.length < 12; at += 1000) {
    const steps = Math.floor(at / unit) - Math.floor(start / unit);
    if (steps % Number(parts["INTERVAL"]) !== 0) continue;
    const shown = new Date(at);
    const month = shown.getUTCMonth();
    const monthDays = new Date(Date.UTC(shown.getUTCFullYear(), month + 1, 0)).getUTCDate();
    const day = shown.getUTCDate();
    const minute = shown.getUTCMinutes();
    const second = shown.getUTCSeconds();
    const isMinute = unit < 3_600_000 || list("BYMINUTE") !== undefined;
    const isSecond = unit < 60_000 || list("BYSECOND") !== undefined;
    if (
      isIn(list("BYMONTH"), month + 1) &&
      isIn(list("BYMONTHDAY"), day, day - monthDays - 1) &&
      (list("BYDAY")?.includes(weekdays[shown.getUTCDay()] ?? "") ?? true) &&
      isIn(list("BYHOUR"), shown.getUTCHours()) &&
      (isMinute ? isIn(list("BYMINUTE"), minute) : minute === startFields.getUTCMinutes()) &&
      (isSecond ? isIn(list("BYSECOND"), second) : second === startFields.getUTCSeconds())
    ) {
      meant.push(at);
    }
  }
  return meant;
}

for (const frequency of ["HOURLY", "MINUTELY", "SECONDLY"] as const) {
  test(`${frequency} rules happen when RFC 5545 says`, () => {
    const days = frequency === "HOURLY" ? 3 : 1;
    fc.assert(
      fc.property(ruleArbitrary(frequency), (text) => {
        compare(text, secondsMeant(text, days), start + days * dayMs);
      }),
      { numRuns: 40 },
    );
  });
}
