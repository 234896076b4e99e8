import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, minuteMs } from "@tavola/base";
import type { TaskFailureEvent } from "../model/deploy-progress.ts";
import type { TaskFailureType } from "../model/enums.ts";
import { defaultSchedulerConfig } from "../scheduler-config.ts";
import { activeLoops, type LoopQuestion } from "./crash-loop-detectors.ts";

const now = 100 * hourMs;

function failures(
  type: TaskFailureType,
  agesMs: readonly number[],
  instance = 1,
): readonly TaskFailureEvent[] {
  return agesMs.map((ageMs) => ({ instance, timestamp: now - ageMs, type }));
}

function loops(
  events: readonly TaskFailureEvent[],
  more: Partial<LoopQuestion> = {},
): readonly string[] {
  return activeLoops({
    settings: defaultSchedulerConfig.crashLoops,
    events,
    isCooling: false,
    isLongRunning: true,
    cleaningSince: new Map(),
    now,
    ...more,
  }).map(({ type }) => type);
}

const every = (stepMs: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => index * stepMs + minuteMs);

test("activeLoops() finds OOM at four in half an hour, and not at three", () => {
  assert.deepEqual(loops(failures("OOM", [0, 60_000, 90_000])), []);
  assert.deepEqual(loops(failures("OOM", [0, 1000, 2000, 29 * minuteMs])), ["OOM"]);
  assert.deepEqual(loops(failures("OOM", [0, 1000, 2000, 31 * minuteMs])), []);
});

test("activeLoops() finds one instance that fails in three of ten stretches of three minutes", () => {
  const spread = every(3 * minuteMs, 3);
  assert.deepEqual(loops(failures("BAD_EXIT_CODE", spread)), ["SINGLE_INSTANCE_FAILURE_LOOP"]);
  const quick = [minuteMs, minuteMs + 100, minuteMs + 200, minuteMs + 300];
  assert.deepEqual(loops(failures("BAD_EXIT_CODE", quick)), [], "one stretch, however often");
  const past = spread.map((age) => age + 12 * minuteMs);
  assert.deepEqual(loops(failures("BAD_EXIT_CODE", past)), [], "it is over");
});

test("activeLoops() finds several instances that fail in five stretches", () => {
  const events = [1, 2, 3, 4, 5].flatMap((instance) =>
    failures("BAD_EXIT_CODE", [(instance - 1) * 3 * minuteMs + minuteMs], instance),
  );
  assert.deepEqual(loops(events), ["MULTI_INSTANCE_FAILURE"]);
});

test("activeLoops() finds slow failures of what is to run for ever", () => {
  const hourly = failures("BAD_EXIT_CODE", every(30 * minuteMs, 12));
  assert.deepEqual(loops(hourly), ["SLOW_FAILURES"]);
  assert.deepEqual(loops(hourly, { isLongRunning: false }), []);
});

test("activeLoops() finds what ends well again and again", () => {
  assert.deepEqual(loops(failures("UNEXPECTED_EXIT", [1, 2, 3, 4])), []);
  assert.deepEqual(loops(failures("UNEXPECTED_EXIT", [1, 2, 3, 4, 5])), ["UNEXPECTED_EXITS"]);
});

test("activeLoops() finds replacements that do not come up", () => {
  const events = failures("STARTUP_FAILURE", [1000, 2000, 3000]);
  assert.deepEqual(loops(events), []);
  const cleaningSince = new Map([[1, now - minuteMs]]);
  assert.deepEqual(loops(events, { cleaningSince }), ["STARTUP_FAILURE_LOOP"]);
  const many = failures("STARTUP_FAILURE", [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(loops(many), ["STARTUP_FAILURE_LOOP"]);
});
