/**
 * Runs for which a person named a time, while somebody sets the machine's time and schedulers die: each
 * starts once, and never before the wall clock shows its time.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, instant, minuteMs } from "@tavola/base";
import * as fc from "fast-check";
import { lookAtEverything } from "../cluster-rules.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { wallClockStepped } from "../tasks/due-plans.ts";
import { Scenario } from "../testing/scenario.ts";
import { jobRunAsked } from "./job-run-asked.ts";

class Runs extends Scenario {
  #offsetMs = 0;

  constructor() {
    super();
    this.do((turn) => requestPosted(turn, { request: { id: "job", requestType: "ON_DEMAND" } }));
    this.deploy("job", { id: "v1", command: "work" });
  }

  get wallNow(): number {
    return this.now + this.#offsetMs;
  }

  askFor(runId: string, runAt: number): void {
    this.do((turn) => jobRunAsked(turn, { requestId: "job", run: { runId, runAt } }));
  }

  /** Somebody sets the machine's time. */
  set(byMs: number): void {
    this.#offsetMs += byMs;
    this.live((turn) => wallClockStepped(turn, this.#offsetMs));
  }

  /** Another leads, whose own clock begins with what the machine's shows. */
  takeOver(): void {
    this.now = instant(this.wallNow);
    this.#offsetMs = 0;
    this.restart();
    this.live(lookAtEverything);
  }

  started(): readonly (string | undefined)[] {
    return this.tasksOf("job").map(({ pendingTask }) => pendingTask.runId);
  }
}

test("a run for ten o'clock starts when the clock is set past ten, and once", () => {
  const s = new Runs();
  s.askFor("ten", s.wallNow + 10 * hourMs);
  s.advance(hourMs);
  assert.deepEqual(s.started(), []);
  s.set(9 * hourMs);
  assert.deepEqual(s.started(), ["ten"]);
  s.set(-9 * hourMs);
  s.advance(10 * hourMs);
  assert.deepEqual(s.started(), ["ten"]);
});

test("a clock that is set back puts a run off until it shows the time that was named", () => {
  const s = new Runs();
  s.askFor("ten", s.wallNow + 10 * hourMs);
  s.set(-2 * hourMs);
  s.advance(12 * hourMs - 1);
  assert.deepEqual(s.started(), []);
  s.advance(1);
  assert.deepEqual(s.started(), ["ten"]);
});

test("a time is the wall clock's also when it was named after the clock had been set", () => {
  const s = new Runs();
  s.set(5 * hourMs);
  s.askFor("soon", s.wallNow + 10 * minuteMs);
  s.askFor("past", s.wallNow - hourMs);
  assert.deepEqual(s.started(), ["past"]);
  s.advance(10 * minuteMs - 1);
  assert.deepEqual(s.started(), ["past"]);
  s.advance(1);
  assert.deepEqual(s.started(), ["past", "soon"]);
});

test("how far ahead a time may be is judged by the wall clock", () => {
  const s = new Runs();
  s.set(10 * 24 * hourMs);
  s.askFor("far", s.wallNow + 29 * 24 * hourMs);
  const runAt = s.wallNow + 31 * 24 * hourMs;
  const refusal = s.refused((turn) => jobRunAsked(turn, { requestId: "job", run: { runAt } }));
  assert.equal(refusal.message, "Task launch delay can be at most 30 days from now.");
});

test("a new deploy takes the runs over with their times", () => {
  const s = new Runs();
  s.askFor("ten", s.wallNow + 10 * hourMs);
  s.deploy("job", { id: "v2", command: "work" });
  s.set(9 * hourMs);
  s.advance(hourMs);
  const [task] = s.tasksOf("job");
  assert.equal(task?.pendingTask.runId, "ten");
  assert.equal(task?.taskId.deployId, "v2");
});

const deeds = fc.array(
  fc.record({
    deed: fc.constantFrom("wait", "wait", "ask", "ask", "forward", "back", "takeOver"),
    minutes: fc.integer({ min: 1, max: 300 }),
  }),
  { maxLength: 40, size: "max" },
);

test("whatever is done to the clock, each run starts once, and not before its time", () => {
  fc.assert(
    fc.property(deeds, (life) => {
      const s = new Runs();
      const named = new Map<string, number>();
      const seen = new Set<string>();
      const look = () => {
        const started = s.started();
        assert.equal(new Set(started).size, started.length, "twice");
        for (const runId of started) {
          if (runId === undefined || seen.has(runId)) continue;
          seen.add(runId);
          assert.ok(s.wallNow >= (named.get(runId) ?? 0), `${runId} is early`);
        }
      };
      for (const { deed, minutes } of life) {
        if (deed === "wait") s.advance(minutes * minuteMs);
        else if (deed === "forward") s.set(minutes * minuteMs);
        else if (deed === "back") s.set(-minutes * minuteMs);
        else if (deed === "takeOver") s.takeOver();
        else {
          const runId = `run-${named.size}`;
          named.set(runId, s.wallNow + minutes * minuteMs);
          s.askFor(runId, s.wallNow + minutes * minuteMs);
        }
        look();
      }
      const last = Math.max(0, ...named.values());
      s.advance(Math.max(0, last - s.wallNow));
      look();
      assert.equal(seen.size, named.size, "every run has started");
    }),
    { numRuns: 200, seed: 5 },
  );
});
