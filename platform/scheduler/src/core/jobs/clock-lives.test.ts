/**
 * Random lives of a scheduled job over the days on which clocks are changed, while somebody sets the
 * machine's time forward and back and schedulers die: no occurrence is run twice, and where nobody
 * touches anything each is run once.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, instant, minuteMs } from "@tavola/base";
import * as fc from "fast-check";
import { lookAtEverything } from "../cluster-rules.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { wallClockStepped } from "../tasks/due-plans.ts";
import { Scenario } from "../testing/scenario.ts";

const requestId = "job";

/** The evenings before clocks go forward and back in Berlin. */
const evenings = {
  spring: Date.UTC(2026, 2, 28, 20),
  autumn: Date.UTC(2026, 9, 24, 20),
} as const;

/** What clocks show in Berlin when each is run in the two days after, by UTC. */
const occurrences = {
  "30 2 * * *": { spring: ["29 01:00", "30 00:30"], autumn: ["25 00:30", "26 01:30"] },
  "0 */6 * * *": {
    spring: ["28 23:00", "29 04:00", "29 10:00", "29 16:00", "29 22:00", "30 04:00", "30 10:00"],
    autumn: ["24 22:00", "25 05:00", "25 11:00", "25 17:00", "25 23:00", "26 05:00", "26 11:00"],
  },
} as const;

type Season = keyof typeof evenings;
type Schedule = keyof typeof occurrences;

class Job extends Scenario {
  #offsetMs = 0;

  constructor(season: Season, schedule: string) {
    super();
    this.now = instant(evenings[season]);
    const request = { id: requestId, requestType: "SCHEDULED", schedule } as const;
    const scheduleTimeZone = "Europe/Berlin";
    this.do((turn) => requestPosted(turn, { request: { ...request, scheduleTimeZone } }));
    this.deploy(requestId, { id: "v1", command: "work" });
  }

  /** Somebody sets the machine's time. */
  set(byMs: number): void {
    this.#offsetMs += byMs;
    this.live((turn) => wallClockStepped(turn, this.#offsetMs));
  }

  /** Another leads, whose own clock begins with what the machine's shows. */
  takeOver(): void {
    this.now = instant(this.now + this.#offsetMs);
    this.#offsetMs = 0;
    this.restart();
    this.live(lookAtEverything);
  }

  finish(): void {
    for (const task of this.tasksOf(requestId)) this.report(task, "TASK_FINISHED");
  }

  /** The occurrences that were run, in the order in which they were. */
  runs(): readonly number[] {
    const ended = [...this.state.records.outboxTask.values()].map(({ task }) => task);
    const plans = ended.map(({ taskRequest }) => taskRequest.pendingTask);
    const running = this.tasksOf(requestId).map(({ pendingTask }) => pendingTask);
    return [...plans, ...running].map(({ pendingTaskId }) => pendingTaskId.nextRunAt);
  }
}

for (const schedule of Object.keys(occurrences) as Schedule[]) {
  for (const season of Object.keys(evenings) as Season[]) {
    test(`"${schedule}" in ${season}: each occurrence is run once`, () => {
      const job = new Job(season, schedule);
      for (let hour = 0; hour < 40; hour += 1) {
        job.advance(hourMs);
        job.finish();
        if (hour % 7 === 3) job.takeOver();
      }
      const shown = job.runs().map((at) => new Date(at).toISOString().slice(8, 16));
      assert.deepEqual(
        shown.map((at) => at.replace("T", " ")),
        occurrences[schedule][season],
      );
    });
  }
}

const steps = fc.array(
  fc.record({
    deed: fc.constantFrom("wait", "wait", "finish", "finish", "forward", "back", "takeOver"),
    minutes: fc.integer({ min: 1, max: 300 }),
  }),
  { maxLength: 60, size: "max" },
);

for (const schedule of ["*/10 * * * *", "30 2 * * *", "15 */2 * * *"]) {
  test(`"${schedule}": whatever is done to the clock, no occurrence is run twice, and it goes on`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(evenings) as Season[])),
        steps,
        (season, life) => {
          const job = new Job(season, schedule);
          for (const { deed, minutes } of life) {
            if (deed === "wait") job.advance(minutes * minuteMs);
            else if (deed === "forward") job.set(minutes * minuteMs);
            else if (deed === "back") job.set(-minutes * minuteMs);
            else job[deed]();
          }
          const runs = job.runs();
          assert.equal(new Set(runs).size, runs.length, runs.map((at) => new Date(at)).join());
          job.finish();
          job.advance(72 * hourMs);
          assert.ok(job.runs().length > runs.length, "it goes on");
        },
      ),
      { numRuns: 100, seed: 11 },
    );
  });
}
