import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import { backoffMs } from "./backoff.ts";

const limits = { firstMs: 100, maxMs: 1000 };

test("backoffMs() doubles its bound from the first wait to the maximum", () => {
  const always = (value: number) => ({ next: () => value });
  const upper = [0, 1, 2, 3, 4, 50, 5000].map((attempt) => backoffMs(attempt, limits, always(1)));
  assert.deepEqual(upper, [100, 200, 400, 800, 1000, 1000, 1000]);
  const lower = [0, 1, 2, 3, 4].map((attempt) => backoffMs(attempt, limits, always(0)));
  assert.deepEqual(lower, [50, 100, 200, 400, 500]);
});

test("backoffMs() spreads the waits of many clients", () => {
  const random = seededRandom(7);
  const waits = new Set(Array.from({ length: 100 }, () => backoffMs(3, limits, random)));
  assert.ok(waits.size > 90, `only ${waits.size} different waits`);
  for (const wait of waits) assert.ok(wait >= 400 && wait <= 800, `${wait} is out of bounds`);
});
