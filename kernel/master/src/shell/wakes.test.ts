import assert from "node:assert/strict";
import test from "node:test";
import { later } from "@tavola/base";
import { createMetrics, simulatedClock } from "@tavola/host";
import type { MasterEvent } from "../core/events.ts";
import { AllocationTimer } from "./allocation-timer.ts";
import { Wakes } from "./wakes.ts";

test("setting a wake again replaces it, and cancelling ends it", () => {
  const clock = simulatedClock();
  const events: MasterEvent[] = [];
  const wakes = new Wakes(clock, (event) => events.push(event));
  const beat = (stream: string) => ({ kind: "heartbeatDue", stream }) as const;
  wakes.set("a", later(clock.now(), 100), beat("1"));
  wakes.set("a", later(clock.now(), 200), beat("2"));
  wakes.set("b", later(clock.now(), 100), beat("3"));
  wakes.cancel("b");
  clock.advance(150);
  assert.deepEqual(events, []);
  clock.advance(50);
  assert.deepEqual(events, [beat("2")]);
  assert.equal(clock.waiting, 0);
});

test("a clock that wakes too soon is asked again", () => {
  const inner = simulatedClock();
  const monthMs = 30 * 24 * 3_600_000;
  const hasty = {
    ...inner,
    now: () => inner.now(),
    after: (ms: number, run: () => void) => inner.after(Math.min(ms, monthMs / 2), run),
  };
  const events: MasterEvent[] = [];
  const wakes = new Wakes(hasty, (event) => events.push(event));
  wakes.set("a", later(inner.now(), monthMs), { kind: "allocate" });
  inner.advance(monthMs - 1);
  assert.deepEqual(events, []);
  inner.advance(1);
  assert.equal(events.length, 1);
});

test("allocations come at every interval, and soon when asked, but spaced", () => {
  const clock = simulatedClock();
  const start = clock.now();
  const at: number[] = [];
  const timer = new AllocationTimer({
    clock,
    metrics: createMetrics(),
    intervalMs: 1000,
    spacingMs: 5,
    allocate: () => at.push(clock.now() - start),
  });
  timer.allocateSoon();
  timer.allocateSoon();
  clock.advance(1);
  timer.allocateSoon();
  clock.advance(999);
  clock.advance(1000);
  timer.close();
  clock.advance(5000);
  assert.deepEqual(at, [0, 5, 1000, 2000]);
});
