/** Virtual time. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import fc from "fast-check";
import { simulatedClock } from "./simulated-clock.ts";

test("advance() runs timers in the order of time, then of making, at their time", () => {
  const clock = simulatedClock(instant(0));
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name}@${clock.now()}`);
  clock.after(30, note("c"));
  clock.after(10, note("a"));
  clock.after(30, note("d"));
  clock.after(20, note("b"));
  clock.advance(29);
  assert.deepEqual(ran, ["a@10", "b@20"]);
  assert.equal(clock.now(), 29);
  clock.advance(1);
  assert.deepEqual(ran.slice(2), ["c@30", "d@30"]);
});

test("advance() also runs what is made on the way, and nothing synchronously", () => {
  const clock = simulatedClock(instant(0));
  const ran: number[] = [];
  clock.after(0, () => {
    ran.push(clock.now());
    clock.after(5, () => ran.push(clock.now()));
  });
  assert.deepEqual(ran, []);
  clock.advance(5);
  assert.deepEqual(ran, [0, 5]);
});

test("a cancelled timer neither runs nor counts", () => {
  const clock = simulatedClock(instant(0));
  const timer = clock.after(1, () => assert.fail("was cancelled"));
  clock.after(7, () => {});
  timer.cancel();
  timer.cancel();
  assert.equal(clock.waiting, 1);
  assert.equal(clock.nextAt(), 7);
  clock.advance(10);
  assert.equal(clock.nextAt(), undefined);
});

test("advanceSettling() lets promises settle between timers", async () => {
  const clock = simulatedClock(instant(0));
  const ran: number[] = [];
  const ticker = (async () => {
    for (let i = 0; i < 3; i += 1) {
      await new Promise<void>((resolve) => void clock.after(10, resolve));
      ran.push(clock.now());
    }
  })();
  await clock.advanceSettling(30);
  await ticker;
  assert.deepEqual(ran, [10, 20, 30]);
});

test("any set of timers runs sorted", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (delays) => {
      const clock = simulatedClock(instant(0));
      const ran: [number, number][] = [];
      delays.forEach(
        (delayMs, order) => void clock.after(delayMs, () => ran.push([clock.now(), order])),
      );
      clock.advance(50);
      const expected = delays.map((delayMs, order): [number, number] => [delayMs, order]);
      expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      assert.deepEqual(ran, expected);
    }),
  );
});
