/**
 * Any story of a scheduled job: whatever happens to it, to its cluster and to the clock on the wall, it
 * never overlaps itself, no time of its schedule is run twice, and it goes on in the end.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, instant, minuteMs } from "@tavola/base";
import fc from "fast-check";
import type { Request } from "../model/request.ts";
import { requestPaused } from "../requests/request-paused.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { requestUnpaused } from "../requests/request-unpaused.ts";
import { nextRunAt } from "../schedules/schedule.ts";
import { isBySchedule, wallClockStepped } from "../tasks/due-plans.ts";
import { Scenario } from "../testing/scenario.ts";
import { jobRunAsked } from "./job-run-asked.ts";
import { scheduleOf } from "./schedule-of-request.ts";

type Step =
  | { readonly kind: "wait" | "setClock"; readonly ms: number }
  | {
      readonly kind:
        | "finish"
        | "fail"
        | "lose"
        | "runNow"
        | "pause"
        | "unpause"
        | "deploy"
        | "room";
    };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.integer({ min: 1, max: 5 * hourMs }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("setClock" as const),
      ms: fc.integer({ min: -8 * hourMs, max: 8 * hourMs }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "finish",
        "finish",
        "finish",
        "fail",
        "lose",
        "runNow",
        "pause",
        "unpause",
        "deploy",
        "room",
      ),
    }),
  },
);

class Story extends Scenario {
  readonly #seen = new Set<string>();
  readonly #runs = new Set<number>();
  #deploys = 1;
  #wallOffsetMs = 0;

  begin(): void {
    // Just before the clocks are put forward in Berlin.
    this.now = instant(Date.UTC(2026, 2, 28, 20));
    const request: Request = {
      id: "job",
      requestType: "SCHEDULED",
      schedule: "*/20 1-3,12 * * *",
      scheduleTimeZone: "Europe/Berlin",
      numRetriesOnFailure: 1,
      killOldNonLongRunningTasksAfterMillis: hourMs,
    };
    this.do((turn) => requestPosted(turn, { request }));
    this.deploy("job", { id: "v1" });
  }

  override turn<T>(what: Parameters<Scenario["turn"]>[0]): T {
    const result = super.turn(what) as T;
    this.check();
    return result;
  }

  check(): void {
    const tasks = this.tasksOf("job");
    assert.ok(tasks.length <= 1, "it overlaps itself");
    for (const { taskId, pendingTask } of tasks) {
      if (this.#seen.has(taskId.id)) continue;
      this.#seen.add(taskId.id);
      if (!isBySchedule(this.state, pendingTask)) continue;
      const { nextRunAt: at } = pendingTask.pendingTaskId;
      assert.ok(!this.#runs.has(at), `${new Date(at).toISOString()} is run twice`);
      assert.ok(at <= this.now + this.#wallOffsetMs, "it is run before its time");
      this.#runs.add(at);
    }
    const plans = [...(this.state.pendingOf.get("job")?.values() ?? [])];
    assert.ok(plans.filter((plan) => isBySchedule(this.state, plan)).length <= 1);
  }

  take1(step: Step): void {
    const task = this.tasksOf("job")[0];
    switch (step.kind) {
      case "wait":
        this.advance(step.ms);
        return;
      case "setClock":
        this.#wallOffsetMs += step.ms;
        this.live((turn) => wallClockStepped(turn, this.#wallOffsetMs));
        return;
      case "runNow":
        this.live((turn) => jobRunAsked(turn, { requestId: "job", run: {} }));
        return;
      case "pause":
        this.live((turn) => requestPaused(turn, { requestId: "job", body: { killTasks: true } }));
        this.obeyKills();
        return;
      case "unpause":
        this.live((turn) => requestUnpaused(turn, { requestId: "job" }));
        return;
      case "deploy":
        this.#deploys += 1;
        if (this.stateOf("job") !== "PAUSED") this.deploy("job", { id: `v${this.#deploys}` });
        return;
      case "room":
        this.hasRoom = !this.hasRoom;
        return;
      case "finish":
        if (task !== undefined) this.report(task, "TASK_FINISHED");
        return;
      case "fail":
        if (task !== undefined) this.fail(task);
        return;
      case "lose":
        if (task !== undefined) this.report(task, "TASK_LOST", "gone", "REASON_AGENT_REMOVED");
    }
  }

  /** After all that: it runs, and then waits for the next time of its schedule. */
  end(): void {
    this.hasRoom = true;
    if (this.stateOf("job") === "PAUSED") this.take1({ kind: "unpause" });
    this.live((turn) => turn.dirty("job"));
    for (let round = 0; this.tasksOf("job").length > 0; round += 1) {
      assert.ok(round < 10, "it keeps starting");
      this.take1({ kind: "finish" });
    }
    // Out of cooldown, whose delay plans beyond the schedule's times.
    this.advance(10 * minuteMs);
    for (const _ of this.tasksOf("job")) this.take1({ kind: "finish" });
    const plans = [...(this.state.pendingOf.get("job")?.values() ?? [])];
    assert.equal(plans.length, 1);
    const [plan] = plans;
    const request = this.state.records.request.get("job")?.request;
    const schedule = request && scheduleOf(request).value;
    assert.ok(schedule !== undefined && plan !== undefined);
    const at = plan.pendingTaskId.nextRunAt;
    assert.equal(nextRunAt(schedule, instant(at - 1)), at, "it waits for no time of its schedule");
    const wallNow = this.now + this.#wallOffsetMs;
    const later = Math.max(wallNow, ...this.#runs);
    assert.equal(
      at,
      nextRunAt(schedule, instant(later)),
      "it waits for a later time than the next",
    );
  }
}

test("a scheduled job never overlaps itself, repeats no run, and goes on", () => {
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 60 }), (steps) => {
      const story = new Story();
      story.begin();
      for (const step of steps) story.take1(step);
      story.end();
    }),
    { numRuns: 400 },
  );
});
