import assert from "node:assert/strict";
import { test } from "node:test";
import { type Instant, instant } from "@tavola/base";
import type { ScheduleType } from "../model/enums.ts";
import {
  neverFires,
  nextRunAfter,
  nextRunAt,
  parseSchedule,
  quartzOf,
  type Schedule,
} from "./schedule.ts";

function at(text: string): Instant {
  return instant(Date.parse(text));
}

function scheduleOf(text: string, type: ScheduleType, zone?: string): Schedule {
  const { value, error } = parseSchedule(text, type, zone);
  assert.equal(error, undefined);
  assert.ok(value !== undefined);
  return value;
}

function errorOf(text: string, type: ScheduleType, zone?: string): string {
  const { error } = parseSchedule(text, type, zone);
  assert.ok(error !== undefined, `${text} was not refused`);
  return error;
}

/** The next runs as `MM-DD HH:MM:SS` of UTC, or whatever of it is asked for. */
function runsOf(schedule: Schedule, after: string, count: number, from = 0, to = 19): string[] {
  const runs: string[] = [];
  let last = at(after);
  for (let index = 0; index < count; index++) {
    const next = nextRunAt(schedule, last);
    if (next === undefined) return [...runs, "never"];
    assert.ok(next > last);
    runs.push(new Date(next).toISOString().slice(from, to));
    last = next;
  }
  return runs;
}

// Quartz's tutorial "CronTrigger", its table of examples, each with what it says of it. From 2026-01-01.
const quartzExamples: readonly [text: string, ...next: string[]][] = [
  ["0 0 12 * * ?", "2026-01-01T12:00:00", "2026-01-02T12:00:00"],
  ["0 15 10 ? * *", "2026-01-01T10:15:00", "2026-01-02T10:15:00"],
  ["0 15 10 * * ?", "2026-01-01T10:15:00", "2026-01-02T10:15:00"],
  ["0 15 10 * * ? *", "2026-01-01T10:15:00", "2026-01-02T10:15:00"],
  ["0 15 10 * * ? 2026", "2026-01-01T10:15:00", "2026-01-02T10:15:00"],
  ["0 * 14 * * ?", "2026-01-01T14:00:00", "2026-01-01T14:01:00"],
  ["0 0/5 14 * * ?", "2026-01-01T14:00:00", "2026-01-01T14:05:00"],
  [
    "0 0/25 14,18 * * ?",
    "2026-01-01T14:00:00",
    "2026-01-01T14:25:00",
    "2026-01-01T14:50:00",
    "2026-01-01T18:00:00",
  ],
  ["0 0-5 14 * * ?", "2026-01-01T14:00:00", "2026-01-01T14:01:00"],
  ["0 10,44 14 ? 3 WED", "2026-03-04T14:10:00", "2026-03-04T14:44:00", "2026-03-11T14:10:00"],
  ["0 15 10 ? * MON-FRI", "2026-01-01T10:15:00", "2026-01-02T10:15:00", "2026-01-05T10:15:00"],
  ["0 15 10 15 * ?", "2026-01-15T10:15:00", "2026-02-15T10:15:00"],
  ["0 15 10 L * ?", "2026-01-31T10:15:00", "2026-02-28T10:15:00"],
  [
    "0 15 10 L-2 * ?",
    "2026-01-29T10:15:00",
    "2026-02-26T10:15:00",
    "2026-03-29T10:15:00",
    "2026-04-28T10:15:00",
  ],
  ["0 15 10 ? * 6L", "2026-01-30T10:15:00", "2026-02-27T10:15:00"],
  ["0 15 10 ? * 6L 2026-2028", "2026-01-30T10:15:00", "2026-02-27T10:15:00"],
  ["0 15 10 ? * 6#3", "2026-01-16T10:15:00", "2026-02-20T10:15:00"],
  ["0 0 12 1/5 * ?", "2026-01-01T12:00:00", "2026-01-06T12:00:00"],
  ["0 11 11 11 11 ?", "2026-11-11T11:11:00", "2027-11-11T11:11:00"],
  // From the text of the tutorial and of CronExpression's documentation.
  ["0 0 0 LW * ?", "2026-01-30T00:00:00", "2026-02-27T00:00:00", "2026-03-31T00:00:00"],
  ["0 0 0 L-3W * ?", "2026-01-28T00:00:00", "2026-02-25T00:00:00", "2026-03-27T00:00:00"],
  ["0 0 0 15W * ?", "2026-01-15T00:00:00", "2026-02-16T00:00:00", "2026-03-16T00:00:00"],
  [
    "0 0 0 1W * ?",
    "2026-01-01T00:00:00 is past",
    "2026-02-02T00:00:00",
    "2026-03-02T00:00:00",
    "2026-04-01T00:00:00",
  ],
  ["0 0 0 ? * L", "2026-01-03T00:00:00", "2026-01-10T00:00:00"],
  ["0 0 0 ? * FRIL", "2026-01-30T00:00:00", "2026-02-27T00:00:00"],
  ["0 0 0 ? * 4#5", "2026-04-29T00:00:00", "2026-07-29T00:00:00"],
  ["0 0 14-6 ? * FRI-MON", "2026-01-02T00:00:00", "2026-01-02T01:00:00"],
  [
    "0 0 22-2 * * ?",
    "2026-01-01T01:00:00",
    "2026-01-01T02:00:00",
    "2026-01-01T22:00:00",
    "2026-01-01T23:00:00",
  ],
  ["0 0 0 1 NOV-FEB ?", "2026-02-01T00:00:00", "2026-11-01T00:00:00", "2026-12-01T00:00:00"],
  ["/15 0 0 * * ?", "2026-01-01T00:00:15", "2026-01-01T00:00:30"],
  ["5/15 0 0 * * ?", "2026-01-01T00:00:05", "2026-01-01T00:00:20"],
  ["0 0 0 29 2 ? 2027-2040/2", "never"],
  ["0 0 0 29 2 ? */2", "2028-02-29T00:00:00", "2032-02-29T00:00:00"],
  ["0 0 0 ? JAN,jun MON", "2026-01-05T00:00:00", "2026-01-12T00:00:00"],
  ["0 0 0 L-28 2 ?", "2028-02-01T00:00:00", "2032-02-01T00:00:00"],
];

test("nextRunAt() gives what Quartz's documentation says of each of its examples", () => {
  for (const [text, ...expected] of quartzExamples) {
    const wanted = expected.filter((each) => !each.endsWith("past"));
    const runs = runsOf(scheduleOf(text, "QUARTZ"), "2026-01-01T00:00:00Z", wanted.length);
    assert.deepEqual(runs, wanted, text);
  }
});

test("nextRunAt() is strictly after, to the millisecond", () => {
  const noon = scheduleOf("0 0 12 * * ?", "QUARTZ");
  const today = at("2026-01-01T12:00:00Z");
  const tomorrow = at("2026-01-02T12:00:00Z");
  assert.equal(nextRunAt(noon, instant(today - 0.5)), today);
  assert.equal(nextRunAt(noon, instant(today - 1)), today);
  assert.equal(nextRunAt(noon, today), tomorrow);
  assert.equal(nextRunAt(noon, instant(today + 0.5)), tomorrow);
});

test("nextRunAt() takes unix cron: five fields, or six with seconds", () => {
  const runs = (text: string) => runsOf(scheduleOf(text, "CRON"), "2026-01-01T00:00:00Z", 2);
  assert.deepEqual(runs("*/20 9 * * 1-5"), ["2026-01-01T09:00:00", "2026-01-01T09:20:00"]);
  assert.deepEqual(runs("30 */20 9 * * 7"), ["2026-01-04T09:00:30", "2026-01-04T09:20:30"]);
  assert.equal(quartzOf(scheduleOf("0 12 * * 0-5", "CRON")), "0 0 12 ? * SUN-FRI");
  assert.equal(quartzOf(scheduleOf(" 0 0 12 * * ? ", "QUARTZ")), "0 0 12 * * ?");
  assert.equal(quartzOf(scheduleOf("FREQ=DAILY", "RFC5545")), undefined);
});

test("parseSchedule() names the field that it refuses, and what it may hold", () => {
  const refusals: readonly [text: string, type: ScheduleType, error: RegExp][] = [
    [
      "0 12 * *",
      "CRON",
      /^Schedule 0 12 \* \* is invalid because it contained only 4 splits \(looking for at least 5\)$/,
    ],
    ["", "CRON", /only 0 splits/],
    ["0 12 * * 8", "CRON", /^Schedule 0 12 \* \* 8 is invalid, day of week \(8\) is not 0-7$/],
    [
      "61 12 * * *",
      "CRON",
      /^Schedule 0 61 12 \* \* \? \(from: 61 12 \* \* \*\) is not valid: minutes \(61\): 61 is not in 0-59$/,
    ],
    ["0 0 25 * * ?", "QUARTZ", /hours \(25\): 25 is not in 0-23/],
    ["0 0 0 32 * ?", "QUARTZ", /day of month \(32\): 32 is not in 1-31/],
    ["0 0 0 1 13 ?", "QUARTZ", /month \(13\): 13 is not in 1-12 or JAN-DEC/],
    ["0 0 0 ? * FRY", "QUARTZ", /day of week \(FRY\): FRY is not in 1-7 or SUN-SAT/],
    ["0 0 0 ? * FRI#6", "QUARTZ", /must be 1 to 5/],
    ["0 0 0 ? * 2#1,3#1", "QUARTZ", /stand alone/],
    ["0 0 0 L,15 * ?", "QUARTZ", /stand alone/],
    ["0 0 0 L-31 * ?", "QUARTZ", /30 days at most/],
    ["0 0 0 32W * ?", "QUARTZ", /32 is not in 1-31/],
    ["0 0 0 1 1 ? 1969", "QUARTZ", /year \(1969\): 1969 is not in 1970-2199/],
    ["0 0 0 1 1 ? 2030-2028", "QUARTZ", /2030 is after 2028/],
    ["0 0/0 0 * * ?", "QUARTZ", /minutes \(0\/0\): the step 0 is not in 1-60/],
    ["0 0 0 1- * ?", "QUARTZ", /'1-' is no value, range or step/],
    ["0 0 0 1,, * ?", "QUARTZ", /'' is no value/],
    ["0 0 ? * * ?", "QUARTZ", /hours/],
    ["0 0 12 * *", "QUARTZ", /it has 5 fields and not 6 or 7/],
    ["0 0 12 ? * ?", "QUARTZ", /not in both; put \*/],
    ["0 0 12 1 * MON", "QUARTZ", /put \? into the one/],
    ["0 0 12 * * *", "QUARTZ", /put \? into the one/],
    [
      "FREQ=NEVER",
      "RFC5545",
      /^Schedule FREQ=NEVER is not a valid RFC5545 schedule, error is: FREQ \(NEVER\) is none of/,
    ],
    ["x".repeat(5000), "QUARTZ", /longer than 4096/],
  ];
  for (const [text, type, error] of refusals) assert.match(errorOf(text, type), error, text);
});

test("parseSchedule() refuses a time zone that does not exist", () => {
  assert.equal(
    errorOf("0 12 * * *", "CRON", "invalid_timezone"),
    "scheduleTimeZone invalid_timezone does not map to a valid Java TimeZone object (e.g. 'US/Eastern' or 'GMT')",
  );
  assert.match(errorOf("0 12 * * *", "CRON", ""), /does not map/);
  assert.match(
    errorOf("DTSTART;TZID=Moon/Base:20260101T000000 RRULE:FREQ=DAILY", "RFC5545"),
    /TZID=Moon\/Base/,
  );
});

test("nextRunAt() counts in the time zone, also under Java's short names", () => {
  const noonIn = (zone: string) =>
    runsOf(scheduleOf("0 12 * * *", "CRON", zone), "2026-07-01T00:00:00Z", 1, 11, 16)[0];
  assert.equal(noonIn("UTC"), "12:00");
  assert.equal(noonIn("EST"), "17:00");
  assert.equal(noonIn("PST"), "19:00");
  assert.equal(noonIn("GMT+2"), "10:00");
  assert.equal(noonIn("GMT-03:30"), "15:30");
  assert.equal(noonIn("US/Eastern"), "16:00");
  assert.equal(noonIn("Asia/Kolkata"), "06:30");
});

test("neverFires() finds what can never run, or not any more", () => {
  const now = at("2026-06-01T00:00:00Z");
  const isNever = (text: string, type: ScheduleType = "QUARTZ") =>
    neverFires(scheduleOf(text, type, "America/New_York"), now);
  assert.ok(isNever("0 0 0 30 2 ?"));
  assert.ok(isNever("0 0 0 31 4,6,9,11 ?"));
  assert.ok(isNever("0 0 0 L-30 4 ?"));
  assert.ok(isNever("0 0 0 1 1 ? 2020"));
  assert.ok(isNever("0 0 30 2 *", "CRON"));
  assert.ok(!isNever("0 0 0 29 2 ?"));
  assert.ok(isNever("DTSTART=20200101T000000 RRULE:FREQ=DAILY;COUNT=10", "RFC5545"));
  assert.ok(isNever("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "RFC5545"));
  assert.ok(isNever("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "RFC5545"));
  assert.ok(isNever("FREQ=MINUTELY;INTERVAL=60;BYMINUTE=5", "RFC5545"));
});

test("a time that the clocks are put forward over runs once, as soon as they have been", () => {
  const berlin = scheduleOf("30 2 * * *", "CRON", "Europe/Berlin");
  assert.deepEqual(runsOf(berlin, "2026-03-28T00:00:00Z", 3, 5, 16), [
    "03-28T01:30",
    "03-29T01:00",
    "03-30T00:30",
  ]);
  const sydney = scheduleOf("30 2 * * *", "CRON", "Australia/Sydney");
  assert.deepEqual(runsOf(sydney, "2026-10-02T20:00:00Z", 3, 5, 16), [
    "10-03T16:00",
    "10-04T15:30",
    "10-05T15:30",
  ]);
  const several = scheduleOf("0 0/10 2 * * ?", "QUARTZ", "Europe/Berlin");
  assert.deepEqual(runsOf(several, "2026-03-29T00:00:00Z", 2, 5, 16), [
    "03-29T01:00",
    "03-30T00:00",
  ]);
});

test("a time that is shown twice runs at its first showing only", () => {
  const berlin = scheduleOf("30 2 * * *", "CRON", "Europe/Berlin");
  assert.deepEqual(runsOf(berlin, "2026-10-24T12:00:00Z", 2, 5, 16), [
    "10-25T00:30",
    "10-26T01:30",
  ]);
  const santiago = scheduleOf("30 23 * * *", "CRON", "America/Santiago");
  assert.deepEqual(runsOf(santiago, "2026-04-04T12:00:00Z", 2, 5, 16), [
    "04-05T02:30",
    "04-06T03:30",
  ]);
  const everySecondHour = scheduleOf("0 */2 * * *", "CRON", "Europe/Berlin");
  assert.deepEqual(runsOf(everySecondHour, "2026-10-24T21:00:00Z", 4, 5, 16), [
    "10-24T22:00",
    "10-25T00:00",
    "10-25T03:00",
    "10-25T05:00",
  ]);
});

test("a schedule of every hour follows the time that passes, whatever is done to the clocks", () => {
  const quarters = scheduleOf("0/15 * * * *", "CRON", "Australia/Lord_Howe"); // its clocks change by half an hour
  for (const from of ["2026-04-04T13:00:00Z", "2026-10-03T13:00:00Z"]) {
    const start = at(from);
    for (let after = start, run = 0; run < 20; run++) {
      const next = nextRunAt(quarters, after);
      assert.equal(next, after + 15 * 60_000);
      after = next;
    }
  }
  const tenPast = scheduleOf("10 * * * *", "CRON", "Europe/Berlin");
  assert.deepEqual(runsOf(tenPast, "2026-03-29T00:00:00Z", 3, 11, 16), ["00:10", "01:10", "02:10"]);
  assert.deepEqual(runsOf(tenPast, "2026-10-25T00:00:00Z", 3, 11, 16), ["00:10", "01:10", "02:10"]);
});

test("a day that a zone leaves out is made up for when it is over", () => {
  // Samoa went from 29 to 31 December 2011.
  const apia = scheduleOf("0 12 * * *", "CRON", "Pacific/Apia");
  assert.deepEqual(runsOf(apia, "2011-12-29T12:00:00Z", 3, 5, 16), [
    "12-29T22:00",
    "12-30T10:00",
    "12-30T22:00",
  ]);
});

test("nextRunAfter() repeats nothing when the clock is set back, and catches up on nothing", () => {
  const hourly = scheduleOf("0 * * * *", "CRON");
  const ran = at("2026-05-05T12:00:00Z");
  assert.equal(nextRunAfter(hourly, ran, at("2026-05-05T09:30:00Z")), at("2026-05-05T13:00:00Z"));
  assert.equal(nextRunAfter(hourly, ran, at("2026-05-07T09:30:00Z")), at("2026-05-07T10:00:00Z"));
  assert.equal(
    nextRunAfter(hourly, undefined, at("2026-05-05T09:30:00Z")),
    at("2026-05-05T10:00:00Z"),
  );
});

test("nextRunAt() is fast, and bounded for what never happens", () => {
  const after = at("2026-05-05T12:00:00Z");
  const texts: readonly [text: string, type: ScheduleType, microseconds: number][] = [
    ["0 30 2 * * ?", "QUARTZ", 50],
    ["0 0 0 LW * ?", "QUARTZ", 50],
    ["0 0/5 * * * ?", "QUARTZ", 50],
    ["DTSTART=19990101T000000 RRULE:FREQ=MINUTELY;INTERVAL=7", "RFC5545", 50],
    ["DTSTART=19990101T000000 RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "RFC5545", 50],
    ["0 0 0 30 2 ?", "QUARTZ", 10_000],
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "RFC5545", 50_000],
    ["FREQ=SECONDLY;INTERVAL=60;BYSECOND=61", "RFC5545", 0],
    ["FREQ=SECONDLY;INTERVAL=60;BYSECOND=59", "RFC5545", 100_000],
  ];
  for (const [text, type, microseconds] of texts) {
    if (microseconds === 0) continue;
    const schedule = scheduleOf(text, type, "America/New_York");
    const rounds = microseconds > 1000 ? 1 : 200;
    let best = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat < 5; repeat++) {
      const start = performance.now();
      for (let round = 0; round < rounds; round++)
        nextRunAt(schedule, instant(after + round * 1000));
      best = Math.min(best, ((performance.now() - start) / rounds) * 1000);
    }
    // Ten times what is wanted, so that a busy machine proves nothing.
    assert.ok(best < microseconds * 10, `${text}: ${best.toFixed(0)} µs`);
    if (process.env["TAVOLA_SHOW_TIMES"] !== undefined) console.log(text, best.toFixed(1), "µs");
  }
});
