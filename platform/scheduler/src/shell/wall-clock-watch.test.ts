import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { simulatedClock } from "@tavola/host";
import { watchWallClock } from "./wall-clock-watch.ts";

function watched(t: TestContext) {
  const clock = simulatedClock();
  const told: number[] = [];
  const wall = { aheadMs: 0 };
  const watch = watchWallClock({
    clock,
    wallNow: () => clock.now() + wall.aheadMs,
    stepped: (offsetMs) => told.push(offsetMs),
  });
  t.after(() => watch.close());
  return { clock, told, wall, watch };
}

test("watchWallClock() tells of each step once, forward and back, within seconds", (t) => {
  const { clock, told, wall } = watched(t);
  clock.advance(60_000);
  assert.deepEqual(told, []);
  wall.aheadMs = 3_600_000;
  clock.advance(5_000);
  assert.deepEqual(told, [3_600_000]);
  clock.advance(60_000);
  wall.aheadMs = -120_000;
  clock.advance(5_000);
  wall.aheadMs = 0;
  clock.advance(5_000);
  assert.deepEqual(told, [3_600_000, -120_000, 0]);
});

test("watchWallClock() passes over drift until it adds up, and is silent once closed", (t) => {
  const { clock, told, wall, watch } = watched(t);
  for (let step = 0; step < 5; step += 1) {
    wall.aheadMs += 110;
    clock.advance(5_000);
  }
  assert.deepEqual(told, [550]);
  watch.close();
  wall.aheadMs = 10_000;
  clock.advance(60_000);
  assert.deepEqual(told, [550]);
});
