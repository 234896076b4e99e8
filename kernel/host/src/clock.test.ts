/** The machine's clock. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.ts";

test("after() runs once, not before its time and never synchronously; not at all when cancelled", async () => {
  const clock = systemClock();
  const before = clock.now();
  const ran: string[] = [];
  const cancelled = clock.after(0, () => ran.push("cancelled"));
  await new Promise<void>((resolve) => {
    clock.after(20, () => {
      ran.push("late");
      resolve();
    });
    clock.after(-5, () => ran.push("soon"));
    assert.deepEqual(ran, []);
    cancelled.cancel();
  });
  assert.deepEqual(ran, ["soon", "late"]);
  // Timers and the wall clock are two clocks; a millisecond between them is no error.
  assert.ok(clock.now() - before >= 18);
});

test("now() begins at the machine's time and goes on when somebody sets that back", (context) => {
  const clock = systemClock();
  const before = clock.now();
  assert.ok(Math.abs(before - Date.now()) < 60_000);
  context.mock.method(Date, "now", () => before - 3_600_000);
  assert.ok(clock.now() >= before);
});

test("after() takes a delay that is longer than any timer without running at once", () => {
  const timer = systemClock().after(2 ** 40, () => assert.fail("ran at once"));
  timer.cancel();
});
