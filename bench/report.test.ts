import { equal } from "node:assert/strict";
import { test } from "node:test";
import { formatTable, percentile } from "./report.ts";

test("formatTable() aligns names and values", () => {
  equal(
    formatTable("launch", "as stated", [
      { name: "launches", value: 2345.6, unit: "tasks/s" },
      { name: "p50", value: 0.12345, unit: "ms" },
    ]),
    "launch: as stated\n  launches  2,346 tasks/s\n  p50       0.123 ms\n",
  );
});

test("percentile() is the nearest rank", () => {
  const samples = [5, 1, 4, 2, 3];
  equal(percentile(samples, 0.5), 3);
  equal(percentile(samples, 0.99), 5);
  equal(percentile(samples, 0), 1);
  equal(percentile([], 0.5), Number.NaN);
});
