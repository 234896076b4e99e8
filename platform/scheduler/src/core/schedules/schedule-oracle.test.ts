/**
 * Schedules against an oracle that knows nothing of months, transitions or offsets: it goes through a
 * few days minute by minute, asks `Intl` what the wall shows, and compares that with the fields.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, minuteMs } from "@tavola/base";
import fc from "fast-check";
import { nextRunAt, parseSchedule } from "./schedule.ts";

const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Sydney",
  "America/Santiago", // changes at midnight
  "Australia/Lord_Howe", // by half an hour
  "Africa/Casablanca", // four times a year
  "America/St_Johns", // changed at 00:01 until 2011
  "Asia/Kolkata",
  "UTC",
];

interface Minute {
  readonly at: number;
  /** Minutes on the wall, counted as if in UTC. */
  readonly wall: number;
}

function minutesShown(zone: string, from: number, to: number): Minute[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    dateStyle: "short",
    timeStyle: "short",
  });
  const minutes: Minute[] = [];
  for (let at = from; at < to; at += minuteMs) {
    const parts = format.format(at).match(/\d+/g)?.map(Number) ?? [];
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = parts;
    minutes.push({
      at,
      wall: Date.UTC(2000 + (year % 100), month - 1, day, hour, minute) / minuteMs,
    });
  }
  return minutes;
}

interface Fields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[] | undefined;
  /** 0 is Sunday. */
  readonly weekdays: readonly number[] | undefined;
}

function matches({ minutes, hours, weekdays }: Fields, wall: number): boolean {
  const shown = new Date(wall * minuteMs);
  return (
    minutes.includes(shown.getUTCMinutes()) &&
    (hours?.includes(shown.getUTCHours()) ?? true) &&
    (weekdays?.includes(shown.getUTCDay()) ?? true)
  );
}

/** What is to run, of all minutes shown. */
function runsExpected(fields: Fields, minutes: readonly Minute[]): number[] {
  const seen = new Set<number>();
  const runs = new Set<number>();
  let last = (minutes[0]?.wall ?? 0) - 1;
  for (const { at, wall } of minutes) {
    if (fields.hours === undefined) {
      if (matches(fields, wall)) runs.add(at);
      continue;
    }
    for (let skipped = last + 1; skipped <= wall; skipped++) {
      if (!seen.has(skipped) && matches(fields, skipped)) runs.add(at);
      seen.add(skipped);
    }
    last = Math.max(last, wall);
  }
  return [...runs];
}

const someOf = (most: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 6 });

const fieldsArbitrary = fc.record({
  minutes: someOf(59),
  hours: fc.option(someOf(22), { nil: undefined }),
  weekdays: fc.option(someOf(6), { nil: undefined }),
});

/** Where clocks are changed somewhere in a year, more often than elsewhere. */
const momentArbitrary = fc
  .tuple(
    fc.integer({ min: 2004, max: 2037 }),
    fc.constantFrom(2, 3, 4, 5, 8, 9, 10, 11),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([year, month, day]) => Date.UTC(year, month - 1, day));

test("nextRunAt() of cron gives the minutes that clocks show, each once, over every change of clocks", () => {
  const weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      momentArbitrary,
      fieldsArbitrary,
      (zone, from, fields) => {
        const to = from + 6 * 24 * 60 * minuteMs;
        // A margin, so that what was shown before the window counts as shown.
        const shown = minutesShown(zone, from - 180 * minuteMs, to);
        const expected = runsExpected(fields, shown).filter((at) => at > from);
        const days = fields.weekdays?.map((day) => weekdayNames[day]).join(",");
        const text = `0 ${fields.minutes.join(",")} ${fields.hours?.join(",") ?? "*"} ? * ${days ?? "*"}`;
        const { value: schedule, error } = parseSchedule(text, "QUARTZ", zone);
        assert.ok(schedule !== undefined, error);
        const runs: number[] = [];
        for (let at = nextRunAt(schedule, instant(from)); at !== undefined && at < to; ) {
          runs.push(at);
          at = nextRunAt(schedule, at);
        }
        assert.deepEqual(
          runs.map((at) => new Date(at).toISOString()),
          expected.map((at) => new Date(at).toISOString()),
          `${text} in ${zone}`,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("nextRunAt() gives one series, from wherever in it one asks, and clocks that jump change nothing", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      momentArbitrary,
      fieldsArbitrary,
      fc.array(fc.integer({ min: 0, max: 4 * 24 * 3600 * 1000 }), { minLength: 2, maxLength: 40 }),
      (zone, from, { minutes, hours, weekdays }, jumps) => {
        const text = `0 ${minutes.join(",")} ${hours?.join(",") ?? "*"} ? * ${weekdays?.map((day) => day + 1).join(",") ?? "*"}`;
        const { value: schedule } = parseSchedule(text, "QUARTZ", zone);
        assert.ok(schedule !== undefined);
        for (const jump of jumps) {
          const after = instant(from + jump);
          const next = nextRunAt(schedule, after);
          assert.ok(next !== undefined && next > after);
          // Nothing lies between, and what lies between asks for the same run.
          const between = instant(after + (next - after) / 2);
          assert.equal(nextRunAt(schedule, between), next);
          assert.equal(nextRunAt(schedule, instant(next - 1)), next);
        }
      },
    ),
    { numRuns: 60 },
  );
});
