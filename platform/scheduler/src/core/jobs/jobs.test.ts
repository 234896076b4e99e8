import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dayMs, hourMs, minuteMs } from "@tavola/base";
import type { RunNowRequest } from "../model/actions.ts";
import type { Request } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { requestPaused } from "../requests/request-paused.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { requestUnpaused } from "../requests/request-unpaused.ts";
import { wallClockStepped } from "../tasks/due-plans.ts";
import { taskKillAsked } from "../tasks/task-kill-asked.ts";
import { Scenario } from "../testing/scenario.ts";
import { jobRunAsked } from "./job-run-asked.ts";

/** It is midnight of 1 January 2026, UTC. */
class Jobs extends Scenario {
  hourly(request: Partial<Request> = {}): void {
    this.job({ requestType: "SCHEDULED", schedule: "0 * * * *", ...request });
  }

  job(request: Partial<Request>): void {
    const whole: Request = { id: "job", requestType: "ON_DEMAND", ...request };
    this.do((turn) => requestPosted(turn, { request: whole }));
    this.deploy("job", { id: "v1", command: "work" });
    assert.equal(this.active("job"), "v1");
  }

  plans(): readonly PendingTask[] {
    return [...(this.state.pendingOf.get("job")?.values() ?? [])];
  }

  /** `TYPE HH:MM` by the wall, and the day if it is not the first. */
  planWords(): readonly string[] {
    return this.plans().map(({ pendingTaskId: { pendingType, nextRunAt } }) => {
      const [date = "", time = ""] = new Date(nextRunAt).toISOString().split("T");
      return `${pendingType} ${date === "2026-01-01" ? "" : `${date} `}${time.slice(0, 5)}`;
    });
  }

  running(): TaskRecord {
    const tasks = this.tasksOf("job");
    assert.equal(tasks.length, 1, `${tasks.length} tasks`);
    return tasks[0] as TaskRecord;
  }

  finish(): void {
    this.report(this.running(), "TASK_FINISHED");
  }

  failRun(): void {
    this.report(this.running(), "TASK_RUNNING");
    this.fail(this.running());
  }

  runNow(run: RunNowRequest = {}): void {
    this.do((turn) => jobRunAsked(turn, { requestId: "job", user: "ann", run }));
  }

  retriesInARow(): number | undefined {
    return this.state.records.deploy.get(deployKey("job", "v1"))?.statistics?.numSequentialRetries;
  }
}

describe("a scheduled job", () => {
  test("has one plan, for its next time, and none while it runs", () => {
    const jobs = new Jobs();
    jobs.hourly();
    assert.deepEqual(jobs.planWords(), ["NEW_DEPLOY 01:00"]);
    jobs.advance(hourMs - 1);
    assert.equal(jobs.tasksOf("job").length, 0);
    jobs.advance(1);
    assert.equal(jobs.running().pendingTask.pendingTaskId.nextRunAt % hourMs, 0);
    assert.deepEqual(jobs.planWords(), []);
    jobs.advance(10 * minuteMs);
    jobs.finish();
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 02:00"]);
  });

  test("that takes longer than its schedule's step skips what it missed, and never overlaps", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.advance(hourMs);
    for (let minute = 0; minute < 150; minute += 1) {
      jobs.advance(minuteMs);
      assert.equal(jobs.tasksOf("job").length, 1);
      assert.deepEqual(jobs.planWords(), []);
    }
    jobs.finish();
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 04:00"]);
  });

  test("that found no place is run late, once", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.hasRoom = false;
    jobs.advance(5.5 * hourMs);
    assert.deepEqual(jobs.planWords(), ["NEW_DEPLOY 01:00"]);
    jobs.hasRoom = true;
    jobs.live((turn) => turn.dirty("job"));
    jobs.finish();
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 06:00"]);
  });

  test("rests after it has finished, for as long as it asks", () => {
    const jobs = new Jobs();
    jobs.hourly({ waitAtLeastMillisAfterTaskFinishesForReschedule: 90 * minuteMs });
    jobs.advance(hourMs + 10 * minuteMs);
    jobs.finish();
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 02:40"]);
  });

  test("whose schedule has no next time is finished, and a new schedule or deploy brings it back", () => {
    const jobs = new Jobs();
    jobs.hourly({ schedule: "0 0 1 1 1 ? 2026", scheduleType: "QUARTZ" });
    jobs.advance(hourMs);
    jobs.finish();
    assert.equal(jobs.stateOf("job"), "FINISHED");
    assert.deepEqual(jobs.planWords(), []);
    const request: Request = { id: "job", requestType: "SCHEDULED", schedule: "0 * * * *" };
    jobs.do((turn) => requestPosted(turn, { request }));
    assert.equal(jobs.stateOf("job"), "ACTIVE");
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 02:00"]);
  });

  test("that is deployed anew while it runs waits for the run to end", () => {
    const jobs = new Jobs();
    jobs.hourly({ killOldNonLongRunningTasksAfterMillis: 2 * hourMs });
    jobs.advance(hourMs);
    jobs.run(jobs.running());
    jobs.deploy("job", { id: "v2", command: "work harder" });
    assert.equal(jobs.active("job"), "v2");
    jobs.advance(20 * minuteMs);
    assert.equal(jobs.running().taskId.deployId, "v1");
    assert.deepEqual(jobs.planWords(), []);
    jobs.finish();
    assert.deepEqual(jobs.planWords(), ["NEW_DEPLOY 02:00"]);
    assert.equal(jobs.plans()[0]?.pendingTaskId.deployId, "v2");
  });

  test("has no plan while it is paused, and one again afterwards", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.do((turn) => requestPaused(turn, { requestId: "job" }));
    assert.deepEqual(jobs.planWords(), []);
    jobs.advance(2 * hourMs);
    assert.equal(jobs.tasksOf("job").length, 0);
    jobs.do((turn) => requestUnpaused(turn, { requestId: "job" }));
    assert.deepEqual(jobs.planWords(), ["NEW_DEPLOY 03:00"]);
  });

  test("is run now when somebody asks, instead of its plan, and goes on by its schedule", () => {
    const jobs = new Jobs();
    jobs.hourly({ numRetriesOnFailure: 3 });
    jobs.advance(10 * minuteMs);
    jobs.hasRoom = false;
    jobs.runNow({ runId: "mine", commandLineArgs: ["--once"] });
    assert.deepEqual(jobs.planWords(), ["IMMEDIATE 00:10"]);
    jobs.hasRoom = true;
    jobs.live((turn) => turn.dirty("job"));
    assert.equal(jobs.running().pendingTask.runId, "mine");
    const { status, message } = jobs.refused((turn) =>
      jobRunAsked(turn, { requestId: "job", run: {} }),
    );
    assert.equal(status, 409);
    assert.match(message, /which is currently running \(1\)/);
    jobs.failRun(); // not tried again: somebody was there
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 01:00"]);
  });

  test("that is to be run at a time goes on by its schedule until then", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.runNow({ runAt: jobs.now + 90 * minuteMs });
    assert.deepEqual(jobs.planWords().toSorted(), ["IMMEDIATE 01:30", "NEW_DEPLOY 01:00"]);
    jobs.advance(hourMs + 35 * minuteMs);
    // The run of 01:00 is still going on: the other waits.
    assert.deepEqual(jobs.planWords(), ["IMMEDIATE 01:30"]);
    assert.equal(jobs.running().pendingTask.pendingTaskId.pendingType, "NEW_DEPLOY");
    jobs.finish();
    assert.equal(jobs.running().pendingTask.pendingTaskId.pendingType, "IMMEDIATE");
    jobs.finish();
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 02:00"]);
  });

  test("that is finished can be run once more", () => {
    const jobs = new Jobs();
    jobs.hourly({ schedule: "0 0 1 1 1 ? 2026", scheduleType: "QUARTZ" });
    jobs.advance(hourMs);
    jobs.finish();
    jobs.runNow();
    jobs.finish();
    assert.equal(jobs.stateOf("job"), "FINISHED");
  });
});

describe("when somebody sets the clock", () => {
  test("back, no run is done twice", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.advance(3 * hourMs);
    // It ran for the first time at 01:00, and took until now.
    jobs.finish();
    jobs.advance(hourMs);
    jobs.finish(); // the run of 04:00
    jobs.live((turn) => wallClockStepped(turn, -2 * hourMs));
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 05:00"]);
    jobs.advance(3 * hourMs - minuteMs); // the wall has 04:59
    assert.equal(jobs.tasksOf("job").length, 0);
    jobs.advance(minuteMs);
    assert.equal(jobs.tasksOf("job").length, 1);
  });

  test("back while nothing had run yet, runs are planned from what it is now", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.live((turn) => wallClockStepped(turn, -90 * minuteMs));
    assert.deepEqual(jobs.planWords(), ["NEW_DEPLOY 2025-12-31 23:00"]);
    jobs.advance(30 * minuteMs);
    assert.equal(jobs.tasksOf("job").length, 1);
  });

  test("forward, what has come due by it is run once, and the rest is skipped", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.live((turn) => wallClockStepped(turn, 5.5 * hourMs));
    assert.equal(jobs.running().pendingTask.pendingTaskId.nextRunAt, jobs.now + hourMs);
    jobs.finish();
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 06:00"]);
    jobs.live((turn) => wallClockStepped(turn, 0));
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 02:00"]); // 01:00 has been run
  });

  test("back by far, it had been wrong, and the job goes on", () => {
    const jobs = new Jobs();
    jobs.hourly();
    jobs.live((turn) => wallClockStepped(turn, 400 * dayMs));
    jobs.finish(); // planned for 01:00, which is over
    jobs.advance(hourMs);
    jobs.finish(); // of a year that is still to come
    jobs.live((turn) => wallClockStepped(turn, 0));
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 02:00"]);
  });
});

describe("a job that does not end well", () => {
  test("is tried again at once, as often in a row as it may", () => {
    const jobs = new Jobs();
    jobs.hourly({ numRetriesOnFailure: 2 });
    jobs.advance(hourMs);
    jobs.failRun();
    assert.equal(jobs.running().pendingTask.pendingTaskId.pendingType, "RETRY");
    assert.equal(jobs.retriesInARow(), 1);
    jobs.failRun();
    assert.equal(jobs.retriesInARow(), 2);
    jobs.failRun();
    assert.equal(jobs.tasksOf("job").length, 0);
    assert.equal(jobs.retriesInARow(), 0);
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 02:00"]);
    jobs.advance(hourMs);
    jobs.failRun(); // the next run has as many tries
    jobs.finish();
    assert.equal(jobs.retriesInARow(), 0);
    assert.deepEqual(jobs.planWords(), ["TASK_DONE 03:00"]);
  });

  test("is started again when its machine was lost, with what was asked of it", () => {
    const jobs = new Jobs();
    jobs.job({ requestType: "ON_DEMAND" });
    jobs.runNow({ runId: "r1", commandLineArgs: ["a", "b"], envOverrides: { A: "1" } });
    const lost = jobs.running();
    jobs.report(lost, "TASK_LOST", "agent went", "REASON_AGENT_REMOVED");
    const again = jobs.running();
    assert.notEqual(again.taskId.id, lost.taskId.id);
    const { runId, cmdLineArgsList, envOverrides, user } = again.pendingTask;
    assert.deepEqual(
      { runId, cmdLineArgsList, envOverrides, user },
      { runId: "r1", cmdLineArgsList: ["a", "b"], envOverrides: { A: "1" }, user: "ann" },
    );
  });

  test("is not started again when a person has stopped it", () => {
    const jobs = new Jobs();
    jobs.job({ requestType: "ON_DEMAND", numRetriesOnFailure: 3 });
    jobs.runNow();
    jobs.run(jobs.running());
    const taskId = jobs.running().taskId.id;
    jobs.do((turn) => taskKillAsked(turn, { taskId, user: "ann" }));
    jobs.obeyKills();
    assert.equal(jobs.tasksOf("job").length, 0);
    assert.deepEqual(jobs.planWords(), []);
  });

  test("is not tried again while its request is paused", () => {
    const jobs = new Jobs();
    jobs.job({ requestType: "ON_DEMAND", numRetriesOnFailure: 3 });
    jobs.runNow();
    jobs.do((turn) => requestPaused(turn, { requestId: "job", body: { killTasks: false } }));
    jobs.failRun();
    assert.deepEqual(jobs.planWords(), []);
  });
});

describe("jobs that run by hand or once", () => {
  test("ON_DEMAND runs beside itself up to its cap, each with a number of its own", () => {
    const jobs = new Jobs();
    jobs.job({ requestType: "ON_DEMAND", instances: 2 });
    assert.deepEqual(jobs.planWords(), []);
    jobs.runNow();
    jobs.runNow();
    assert.deepEqual(jobs.numbers("job"), [1, 2]);
    const { status, message } = jobs.refused((turn) =>
      jobRunAsked(turn, { requestId: "job", run: {} }),
    );
    assert.equal(status, 429);
    assert.match(message, /No more than 2 tasks allowed to run concurrently/);
    jobs.report(jobs.instance("job", 1), "TASK_FINISHED");
    jobs.runNow();
    assert.deepEqual(jobs.numbers("job"), [1, 2]);
  });

  test("ON_DEMAND waits for the time it is to run at, thirty days ahead at most", () => {
    const jobs = new Jobs();
    jobs.job({ requestType: "ON_DEMAND" });
    const late = { runAt: jobs.now + 30 * dayMs + 1 };
    const { status } = jobs.refused((turn) => jobRunAsked(turn, { requestId: "job", run: late }));
    assert.equal(status, 400);
    jobs.runNow({ runAt: jobs.now + dayMs });
    jobs.advance(dayMs - 1);
    assert.equal(jobs.tasksOf("job").length, 0);
    jobs.advance(1);
    assert.equal(jobs.tasksOf("job").length, 1);
  });

  test("RUN_ONCE runs once for each deploy", () => {
    const jobs = new Jobs();
    jobs.job({ requestType: "RUN_ONCE", numRetriesOnFailure: 1 });
    jobs.failRun();
    assert.equal(jobs.running().pendingTask.pendingTaskId.pendingType, "RETRY");
    jobs.finish();
    jobs.advance(dayMs);
    assert.deepEqual([jobs.tasksOf("job").length, jobs.plans().length], [0, 0]);
    jobs.deploy("job", { id: "v2", command: "work" });
    assert.equal(jobs.running().taskId.deployId, "v2");
    jobs.deploy("job", { id: "v3", command: "work" });
    const ids = jobs.tasksOf("job").map(({ taskId }) => taskId.deployId);
    assert.deepEqual(ids.toSorted(), ["v2", "v3"]);
  });
});

describe("a job that runs for long", () => {
  test("is stopped when its time is up, and tried again where it may be", () => {
    const jobs = new Jobs();
    jobs.job({ taskExecutionTimeLimitMillis: 10 * minuteMs, numRetriesOnFailure: 1 });
    jobs.runNow();
    jobs.run(jobs.running());
    jobs.advance(10 * minuteMs - 1);
    assert.deepEqual(jobs.cleanups("job"), []);
    jobs.advance(1);
    assert.deepEqual(jobs.cleanups("job"), ["TASK_EXCEEDED_TIME_LIMIT"]);
    assert.match(
      jobs.running().cleanup?.message ?? "",
      /run for 10 min, which exceeds the maximum execution time of 10 min/,
    );
    jobs.obeyKills();
    assert.equal(jobs.running().pendingTask.pendingTaskId.pendingType, "RETRY");
  });

  test("has the scheduler's limit where it has none of its own", () => {
    const jobs = new Jobs({ taskExecutionTimeLimitMs: hourMs });
    jobs.job({ requestType: "RUN_ONCE" });
    jobs.run(jobs.running());
    jobs.advance(hourMs);
    assert.deepEqual(jobs.cleanups("job"), ["TASK_EXCEEDED_TIME_LIMIT"]);
  });

  test("is told of once, a day and twice its expected time after it began", () => {
    const jobs = new Jobs();
    jobs.hourly({ owners: ["team@example.org"], scheduledExpectedRuntimeMillis: 18 * hourMs });
    jobs.advance(hourMs);
    jobs.run(jobs.running());
    const mails = () =>
      [...jobs.state.records.outboxMail.values()].filter(
        ({ type }) => type === "TASK_SCHEDULED_OVERDUE_TO_FINISH",
      );
    jobs.advance(36 * hourMs);
    assert.equal(mails().length, 0);
    jobs.advance(minuteMs);
    assert.equal(mails().length, 1);
    assert.equal(mails()[0]?.details?.["expectedRuntimeMillis"], 18 * hourMs);
    jobs.advance(5 * dayMs);
    assert.equal(mails().length, 1);
  });
});
