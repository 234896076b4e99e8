import assert from "node:assert/strict";
import { test } from "node:test";
import { dayMs } from "@tavola/base";
import fc from "fast-check";
import { civilDayOf, dayNumberOf, daysInMonth, isLeapYear, weekdayOf } from "./civil-time.ts";

test("days are counted as Date counts them, a thousand years to either side", () => {
  fc.assert(
    fc.property(fc.integer({ min: -365_000, max: 365_000 }), (dayNumber) => {
      const date = new Date(dayNumber * dayMs);
      const { year, month, day } = civilDayOf(dayNumber);
      assert.deepEqual(
        [year, month, day, weekdayOf(dayNumber)],
        [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay()],
      );
      assert.equal(dayNumberOf(year, month, day), dayNumber);
      assert.equal(
        daysInMonth(year, month),
        new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate(),
      );
      assert.equal(isLeapYear(year), daysInMonth(year, 2) === 29);
    }),
    { numRuns: 2000 },
  );
});
