import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import { nextRunAt, parseSchedule } from "./schedule.ts";

function runsOf(text: string, after: string, count: number, zone?: string): string[] {
  const { value: schedule, error } = parseSchedule(text, "RFC5545", zone);
  assert.ok(schedule !== undefined, error);
  const runs: string[] = [];
  let last = instant(Date.parse(after));
  while (runs.length < count) {
    const next = nextRunAt(schedule, last);
    if (next === undefined) return [...runs, "never"];
    runs.push(new Date(next).toISOString().slice(0, 16));
    last = next;
  }
  return runs;
}

function errorOf(text: string): string {
  const { error } = parseSchedule(text, "RFC5545", undefined);
  assert.ok(error !== undefined, `${text} was not refused`);
  return error;
}

// RFC 5545, section 3.8.5.3, its examples (New York, from 2 September 1997, 9:00), as instants.
const rfcExamples: readonly [rule: string, ...runs: string[]][] = [
  ["FREQ=DAILY;COUNT=2", "1997-09-02T13:00", "1997-09-03T13:00", "never"],
  ["FREQ=DAILY;UNTIL=19970904T000000Z", "1997-09-02T13:00", "1997-09-03T13:00", "never"],
  [
    "FREQ=DAILY;INTERVAL=10;COUNT=3",
    "1997-09-02T13:00",
    "1997-09-12T13:00",
    "1997-09-22T13:00",
    "never",
  ],
  [
    "FREQ=WEEKLY;UNTIL=19970917T000000Z;WKST=SU;BYDAY=TU,TH",
    "1997-09-02T13:00",
    "1997-09-04T13:00",
    "1997-09-09T13:00",
    "1997-09-11T13:00",
    "1997-09-16T13:00",
    "never",
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH",
    "1997-09-02T13:00",
    "1997-09-04T13:00",
    "1997-09-16T13:00",
    "1997-09-18T13:00",
    "never",
  ],
  [
    "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU",
    "1997-09-02T13:00",
    "1997-09-07T13:00",
    "1997-09-28T13:00",
    "1997-11-02T14:00",
    "never",
  ],
  ["FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-02T13:00", "1997-09-28T13:00", "1997-10-29T14:00"],
  [
    "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200",
    "1997-09-02T13:00",
    "2000-01-01T14:00",
    "2000-04-09T13:00",
    "2000-07-18T13:00",
    "2003-01-01T14:00",
  ],
  ["FREQ=YEARLY;BYDAY=20MO", "1997-09-02T13:00", "1998-05-18T13:00", "1999-05-17T13:00"],
  ["FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-09-02T13:00", "1998-05-11T13:00", "1999-05-17T13:00"],
  [
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "1997-09-02T13:00",
    "1998-02-13T14:00",
    "1998-03-13T14:00",
    "1998-11-13T14:00",
  ],
  [
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "1997-09-02T13:00",
    "1997-11-04T14:00",
    "2001-11-06T14:00",
    "2005-11-08T14:00",
  ],
  [
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    "1997-09-04T13:00",
    "1997-10-07T13:00",
    "1997-11-06T14:00",
    "never",
  ],
  [
    "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
    "1997-09-02T13:00",
    "1997-09-02T16:00",
    "1997-09-02T19:00",
    "never",
  ],
  [
    "FREQ=MINUTELY;INTERVAL=90;COUNT=3",
    "1997-09-02T13:00",
    "1997-09-02T14:30",
    "1997-09-02T16:00",
    "never",
  ],
  [
    "FREQ=DAILY;BYHOUR=9,10,11;BYMINUTE=0,20,40",
    "1997-09-02T13:00",
    "1997-09-02T13:20",
    "1997-09-02T13:40",
    "1997-09-02T14:00",
  ],
];

test("nextRunAt() gives the examples of RFC 5545", () => {
  for (const [rule, ...runs] of rfcExamples) {
    const text = `DTSTART;TZID=America/New_York:19970902T090000\nRRULE:${rule}`;
    assert.deepEqual(runsOf(text, "1997-01-01T00:00:00Z", runs.length), runs, rule);
  }
});

test("DTSTART may be written as Singularity has it, and its time zone is the request's", () => {
  const text = "DTSTART=20260320T090000\nRRULE:FREQ=WEEKLY";
  const runs = ["2026-03-27T08:00", "2026-04-03T07:00"];
  assert.deepEqual(runsOf(text, "2026-03-21T00:00:00Z", 2, "Europe/Berlin"), runs);
  assert.deepEqual(
    runsOf("DTSTART:20260320T080000Z;FREQ=WEEKLY", "2026-03-21T00:00:00Z", 2, "Europe/Berlin"),
    runs,
  );
  assert.deepEqual(runsOf("FREQ=WEEKLY;DTSTART=20260320T090000", "2026-03-21T00:00:00Z", 1), [
    "2026-03-27T09:00",
  ]);
});

test("a rule without DTSTART starts with the minute in which it is asked about", () => {
  const asked = "2026-05-05T12:34:56Z"; // a Tuesday
  assert.deepEqual(runsOf("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", asked, 1), ["2026-05-06T12:34"]);
  assert.deepEqual(runsOf("RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0", asked, 2), [
    "2026-05-06T09:00",
    "2026-05-07T09:00",
  ]);
  assert.deepEqual(runsOf("FREQ=HOURLY", asked, 1), ["2026-05-05T13:34"]);
  assert.deepEqual(runsOf("FREQ=HOURLY;COUNT=5", asked, 1), ["2026-05-05T13:34"]);
  // Singularity's own test: the one occurrence is the start, which is over.
  const elections = "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=1";
  assert.deepEqual(runsOf(elections, asked, 1), ["never"]);
});

test("a rule that is over has no next run, however long it took", () => {
  const text = "DTSTART=19970902T090000\nRRULE:FREQ=HOURLY;COUNT=10001";
  assert.deepEqual(runsOf(text, "2016-01-01T00:00:00Z", 1), ["never"]);
  assert.deepEqual(runsOf(text, "1998-10-24T00:00:00Z", 2), ["1998-10-24T01:00", "never"]);
});

test("a COUNT that is not reached in centuries costs no more than they do", () => {
  const rare = "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=0;BYMINUTE=0;BYSECOND=0;COUNT=100000";
  const started = performance.now();
  assert.deepEqual(runsOf(`DTSTART=19000101T000000 RRULE:${rare}`, "2026-01-01T00:00:00Z", 1), [
    "2028-02-29T00:00",
  ]);
  assert.ok(performance.now() - started < 2000);
  assert.deepEqual(
    runsOf(
      "DTSTART=20240101T120000 RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYSETPOS=1;COUNT=5",
      "2026-01-01T00:00:00Z",
      1,
    ),
    ["never"],
  );
});

test("BYSETPOS counts within the whole period, also before DTSTART", () => {
  // 27 February 2024 is a Tuesday; the first of Sunday and Wednesday of its week is over.
  const text = "DTSTART=20240227T120000 RRULE:FREQ=WEEKLY;WKST=SU;BYDAY=SU,WE;BYSETPOS=1";
  assert.deepEqual(runsOf(text, "2024-02-01T00:00:00Z", 1), ["2024-03-03T12:00"]);
});

test("a week belongs to the year that has most of it", () => {
  // 28 December 2026 to 3 January 2027 is week 53 of 2026, the last.
  for (const week of ["53", "-1"]) {
    const text = `DTSTART=20260601T120000 RRULE:FREQ=YEARLY;BYWEEKNO=${week};BYDAY=MO,SU`;
    const runs = runsOf(text, "2026-06-02T00:00:00Z", 2);
    assert.deepEqual(runs, ["2026-12-28T12:00", "2027-01-03T12:00"]);
  }
  const first = "DTSTART=20241201T120000 RRULE:FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO";
  assert.deepEqual(runsOf(first, "2024-12-02T00:00:00Z", 2), [
    "2024-12-30T12:00",
    "2025-12-29T12:00",
  ]);
});

test("UNTIL a day is until its end", () => {
  const text = "DTSTART=20260101T120000 RRULE:FREQ=DAILY;UNTIL=20260102";
  assert.deepEqual(runsOf(text, "2025-12-01T00:00:00Z", 3), [
    "2026-01-01T12:00",
    "2026-01-02T12:00",
    "never",
  ]);
});

test("over changes of the clocks, hours that are named happen once and every hour goes on", () => {
  const daily = "DTSTART=20260101T023000 RRULE:FREQ=DAILY";
  assert.deepEqual(runsOf(daily, "2026-03-28T12:00:00Z", 2, "Europe/Berlin"), [
    "2026-03-29T01:00",
    "2026-03-30T00:30",
  ]);
  assert.deepEqual(runsOf(daily, "2026-10-24T12:00:00Z", 2, "Europe/Berlin"), [
    "2026-10-25T00:30",
    "2026-10-26T01:30",
  ]);
  const halfHours = "DTSTART=20260101T000000 RRULE:FREQ=MINUTELY;INTERVAL=30";
  assert.deepEqual(runsOf(halfHours, "2026-10-24T23:40:00Z", 5, "Europe/Berlin"), [
    "2026-10-25T00:00",
    "2026-10-25T00:30",
    "2026-10-25T01:00",
    "2026-10-25T01:30",
    "2026-10-25T02:00",
  ]);
  assert.deepEqual(runsOf(halfHours, "2026-03-29T00:10:00Z", 3, "Europe/Berlin"), [
    "2026-03-29T00:30",
    "2026-03-29T01:00",
    "2026-03-29T01:30",
  ]);
});

test("parseSchedule() names the part of a rule that it refuses", () => {
  const refusals: readonly [text: string, error: RegExp][] = [
    ["", /it has no rule/],
    ["INTERVAL=2", /FREQ is missing/],
    ["FREQ=DAILY;BYHOURS=3", /BYHOURS is not known; a rule has FREQ, INTERVAL/],
    ["FREQ=DAILY;BYHOUR=24", /BYHOUR \(24\) is not in 0-23/],
    ["FREQ=DAILY;BYMONTHDAY=0", /BYMONTHDAY \(0\) is not in 1 to 31 or -31 to -1/],
    ["FREQ=DAILY;BYDAY=XX", /BYDAY \(XX\) is none of SU/],
    ["FREQ=DAILY;BYDAY=1MO", /BYDAY with a number needs FREQ=MONTHLY/],
    ["FREQ=DAILY;INTERVAL=0", /INTERVAL \(0\) is not in 1-1000000/],
    ["FREQ=DAILY;COUNT=-1", /COUNT \(-1\) is not in 1-100000/],
    ["FREQ=DAILY;COUNT=2;UNTIL=20270101", /COUNT and UNTIL cannot both/],
    ["FREQ=DAILY;UNTIL=2020", /UNTIL \(2020\) is no time; write/],
    ["FREQ=DAILY;UNTIL=20270231", /UNTIL \(20270231\) is no time/],
    ["FREQ=DAILY;WKST=XX", /WKST \(XX\)/],
    ["FREQ=DAILY;FREQ=DAILY", /FREQ is there twice/],
    ["FREQ=DAILY;BYSETPOS=1", /BYSETPOS needs another BY part/],
    ["FREQ=MONTHLY;BYWEEKNO=1", /BYWEEKNO needs FREQ=YEARLY/],
    ["FREQ=DAILY;BYHOUR", /'BYHOUR' is not NAME=VALUE/],
    ["DTSTART=00010101T000000 FREQ=DAILY", /DTSTART \(00010101T000000\) is no time/],
    ["DTSTART=20261301T000000 FREQ=DAILY", /DTSTART \(20261301T000000\) is no time/],
    ["FREQ=DAILY\nEXDATE:20260101T000000", /is not NAME=VALUE/],
  ];
  for (const [text, error] of refusals) assert.match(errorOf(text), error, text);
});
