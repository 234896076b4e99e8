/** Mesos's durations and byte counts (stout/duration.hpp, stout/bytes.hpp). */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatBytes, formatDuration, parseBytes, parseDuration } from "./duration-text.ts";

test("parseDuration() reads a number and a unit", () => {
  const cases: Record<string, number> = {
    "15secs": 15_000,
    "1mins": 60_000,
    "2weeks": 1_209_600_000,
    "500ms": 500,
    "0ns": 0,
    "1.5hrs": 5_400_000,
    ".5secs": 500,
    "1e3ms": 1000,
    "-2secs": -2000,
    "250us": 0.25,
    "1.001secs": 1001,
    "3days": 259_200_000,
  };
  for (const [text, ms] of Object.entries(cases)) {
    assert.deepEqual(parseDuration(text), { value: ms }, text);
  }
});

test("parseDuration() says what was expected", () => {
  for (const text of ["", "15", "secs", "15 secs", "15sec", "15SECS", "1.2.3secs", "0x1secs"]) {
    assert.match(
      parseDuration(text).error ?? "",
      /is not a duration; expected a number and one of ns, us/,
    );
  }
  assert.match(parseDuration("1e9weeks").error ?? "", /longer than the 292 years/);
});

test("formatDuration() prints what Mesos prints", () => {
  const cases: [number, string][] = [
    [0, "0ns"],
    [0.000_001, "1ns"],
    [0.0015, "1500ns"],
    [0.25, "250us"],
    [1, "1ms"],
    [1.5, "1500us"],
    [15_000, "15secs"],
    [1500, "1500ms"],
    [60_000, "1mins"],
    [90_000, "90secs"],
    [600_000, "10mins"],
    [5_400_000, "90mins"],
    [21_600_000, "6hrs"],
    [864_000_000, "10days"],
    [604_800_000, "1weeks"],
    [1_209_600_000, "2weeks"],
    // No unit says it in whole numbers: a fraction of the largest.
    [61_500, "1.025mins"],
    [-2000, "-2secs"],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});

test("what formatDuration() prints, parseDuration() reads back to the microsecond", () => {
  // 15 digits are what Mesos prints; in weeks that is not every nanosecond.
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
      const { value = Number.NaN } = parseDuration(formatDuration(ms));
      assert.ok(Math.abs(value - ms) <= 0.001, `${ms} became ${value}`);
    }),
  );
});

test("parseBytes() reads a whole number and a unit, in any case", () => {
  assert.deepEqual(parseBytes("2GB"), { value: 2 * 1024 ** 3 });
  assert.deepEqual(parseBytes("64kb"), { value: 65_536 });
  assert.deepEqual(parseBytes("0B"), { value: 0 });
  assert.deepEqual(parseBytes("1TB"), { value: 1024 ** 4 });
  for (const text of ["", "2", "GB", "1.5GB", "2 GB", "-1B", "2PB"]) {
    assert.match(parseBytes(text).error ?? "", /is not a number of bytes; expected/, text);
  }
  assert.match(parseBytes("9000000TB").error ?? "", /more than 8 PB/);
});

test("formatBytes() raises the unit only where nothing is lost", () => {
  assert.equal(formatBytes(0), "0B");
  assert.equal(formatBytes(1000), "1000B");
  assert.equal(formatBytes(4096), "4KB");
  assert.equal(formatBytes(1025 * 1024), "1025KB");
  assert.equal(formatBytes(2 * 1024 ** 3), "2GB");
  assert.equal(formatBytes(2048 * 1024 ** 4), "2048TB");
});
