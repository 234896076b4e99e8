/** When what has ended is started again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedClock } from "@tavola/host";
import { Restart } from "./restart.ts";

interface Fixture {
  readonly restart: Restart;
  /** Milliseconds since it began to end, of each start. */
  readonly startsAt: number[];
  /** Until nothing is left to be done before the time. */
  pass(ms: number): Promise<void>;
}

function fixture(start: () => Promise<void>): Fixture {
  const clock = simulatedClock();
  const began = clock.now();
  const startsAt: number[] = [];
  const restart = new Restart({
    clock,
    async start() {
      startsAt.push(clock.now() - began);
      await start();
    },
    failed: () => {},
  });
  return {
    restart,
    startsAt,
    async pass(ms) {
      const until = clock.now() + ms;
      while (clock.now() < until) {
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(10);
      }
    },
  };
}

test("Restart begins at once, and then ever more seldom, every 5 s in the end", async () => {
  const { restart, startsAt, pass } = fixture(() => Promise.reject(new Error("it cannot")));
  restart.begin();
  await pass(25_000);
  assert.deepEqual(startsAt.slice(0, 6), [0, 50, 150, 350, 750, 1550]);
  const waits = startsAt.slice(1).map((at, index) => at - (startsAt[index] as number));
  assert.deepEqual(waits.slice(-2), [5_000, 5_000]);
});

test("Restart waits for what starts and ends at once, as for what does not start", async () => {
  const { restart, startsAt, pass } = fixture(() => Promise.resolve());
  for (let at = 0; at < 3; at += 1) {
    restart.begin();
    await pass(100);
    restart.succeeded();
  }
  assert.deepEqual(startsAt, [0, 150, 300]);
});

test("Restart begins at once again after something that lasted", async () => {
  const { restart, startsAt, pass } = fixture(() => Promise.resolve());
  for (let at = 0; at < 2; at += 1) {
    restart.begin();
    restart.succeeded();
    await pass(10_000);
  }
  assert.deepEqual(startsAt, [0, 10_000]);
});

test("Restart begins nothing once it is closed", async () => {
  const { restart, startsAt, pass } = fixture(() => Promise.reject(new Error("it cannot")));
  restart.begin();
  await pass(10);
  restart.close();
  restart.begin();
  await pass(1_000);
  assert.deepEqual(startsAt, [0]);
});
