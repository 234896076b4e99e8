import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, minuteMs } from "@tavola/base";
import fc from "fast-check";
import { wallMs } from "./civil-time.ts";
import { type TimeZone, timeZoneOf } from "./time-zone.ts";

function zoneOf(id: string): TimeZone {
  const { value, error } = timeZoneOf(id);
  assert.ok(value !== undefined, error);
  return value;
}

test("offsetAt() agrees with Intl at any moment", () => {
  const ids = [
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Tehran",
    "Africa/Monrovia",
  ];
  fc.assert(
    fc.property(fc.constantFrom(...ids), fc.integer({ min: 0, max: 2 ** 31 - 1 }), (id, second) => {
      const format = new Intl.DateTimeFormat("en-US", { timeZone: id, timeZoneName: "longOffset" });
      const at = second * 1000;
      const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(at));
      const [, sign, hours = 0, minutes = 0, seconds = 0] = match ?? [];
      const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
      assert.equal(zoneOf(id).offsetAt(at), sign === "-" ? -offset : offset, `${id} at ${at}`);
    }),
    { numRuns: 300 },
  );
});

test("changeWithin() finds a change to the millisecond", () => {
  const berlin = zoneOf("Europe/Berlin");
  const at = Date.parse("2026-03-29T01:00:00Z");
  const change = { at, before: hourMs, after: 2 * hourMs };
  assert.deepEqual(berlin.changeWithin(at - 1, at + 1), change);
  assert.equal(berlin.changeWithin(at, at + hourMs), undefined);
  assert.equal(berlin.changeWithin(at - hourMs, at - 1), undefined);
  assert.equal(berlin.offsetAt(at - 1), hourMs);
  assert.equal(berlin.offsetAt(at), 2 * hourMs);
});

test("instantsOf() gives a time that is shown once, twice or never", () => {
  const berlin = zoneOf("Europe/Berlin");
  const wall = (text: string) => wallMs(Date.parse(`${text}Z`));
  const shown = (text: string) =>
    berlin.instantsOf(wall(text)).map((at) => new Date(at).toISOString().slice(5, 16));
  assert.deepEqual(shown("2026-03-29T01:59"), ["03-29T00:59"]);
  assert.deepEqual(shown("2026-03-29T02:00"), []);
  assert.deepEqual(shown("2026-03-29T02:59"), []);
  assert.deepEqual(shown("2026-03-29T03:00"), ["03-29T01:00"]);
  assert.deepEqual(shown("2026-10-25T02:30"), ["10-25T00:30", "10-25T01:30"]);
  assert.deepEqual(shown("2026-10-25T03:00"), ["10-25T02:00"]);
  assert.equal(berlin.changeOver(wall("2026-03-29T02:30"))?.at, Date.parse("2026-03-29T01:00:00Z"));
});

test("timeZoneOf() knows Java's names and offsets from GMT", () => {
  assert.equal(zoneOf("GMT+2").offsetAt(0), 2 * hourMs);
  assert.equal(zoneOf("GMT-0330").offsetAt(0), -(3 * hourMs + 30 * minuteMs));
  assert.equal(zoneOf("UTC+05:30").offsetAt(0), 5 * hourMs + 30 * minuteMs);
  assert.equal(zoneOf("Etc/GMT+2").offsetAt(0), -2 * hourMs);
  assert.equal(zoneOf("EST").offsetAt(0), -5 * hourMs);
  assert.equal(zoneOf("CST").offsetAt(0), -6 * hourMs);
  for (const id of ["", "GMT+24", "GMT+2:99", "Mars/Olympus", "EST ", "UTC+"]) {
    assert.match(timeZoneOf(id).error ?? "", /does not map to a valid Java TimeZone object/, id);
  }
});
