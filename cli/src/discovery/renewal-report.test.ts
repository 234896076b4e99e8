import assert from "node:assert/strict";
import { test } from "node:test";
import { RenewalReport } from "./renewal-report.ts";

test("looked() says once that nobody renews it, and once that somebody does again", () => {
  const report = new RenewalReport();
  const said = (
    [
      [true, 0],
      [false, 1_000], // one server failed
      [true, 2_000],
      [false, 3_000],
      [false, 5_999],
      [false, 6_000],
      [false, 60_000],
      [true, 61_000],
      [true, 62_000],
      [false, 63_000],
      [false, 66_000],
    ] as const
  ).map(([isTaken, at]) => report.looked(isTaken, at));
  assert.deepEqual(
    said.flatMap((each, at) => (each === undefined ? [] : [`${at} ${each}`])),
    ["5 lost", "7 back", "10 lost"],
  );
});
