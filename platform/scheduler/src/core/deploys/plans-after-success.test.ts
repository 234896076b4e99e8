import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs } from "@tavola/base";
import type { RequestType } from "../model/enums.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { planTask } from "../tasks/plan-task.ts";
import { Scenario } from "../testing/scenario.ts";

const requestId = "job";

function deployed(requestType: RequestType, instances?: number): Scenario {
  const s = new Scenario();
  s.hasRoom = false;
  const request = {
    id: requestId,
    requestType,
    ...(instances === undefined ? {} : { instances }),
    ...(requestType === "SCHEDULED" ? { schedule: "0 0 * * *" } : {}),
  };
  s.do((turn) => requestPosted(turn, { request }));
  s.deploy(requestId, { id: "v1" });
  return s;
}

function plans(s: Scenario): readonly string[] {
  return [...s.state.records.pendingTask.values()].map(
    ({ pendingTaskId: { deployId, pendingType }, runId = "" }) =>
      `${deployId} ${pendingType} ${runId}`.trim(),
  );
}

test("runs of an ON_DEMAND request that wait are run by the new deploy, at the same time", () => {
  const s = deployed("ON_DEMAND");
  const nextRunAt = s.now + hourMs;
  const run = { requestId, deployId: "v1", instanceNo: 1, pendingType: "ONEOFF" } as const;
  s.live((turn) => planTask(turn, { ...run, nextRunAt, runId: "r1", cmdLineArgsList: ["-x"] }));
  s.deploy(requestId, { id: "v2" });
  assert.deepEqual(plans(s), ["v2 ONEOFF r1"]);
  const [moved] = s.state.records.pendingTask.values();
  assert.equal(moved?.pendingTaskId.nextRunAt, nextRunAt);
  assert.deepEqual(moved?.cmdLineArgsList, ["-x"]);
});

test("runImmediately runs an ON_DEMAND request once, within its cap", () => {
  const s = deployed("ON_DEMAND", 1);
  const runImmediately = { runId: "now", commandLineArgs: ["a"], runAt: s.now + hourMs };
  s.deploy(requestId, { id: "v2", runImmediately });
  assert.deepEqual(plans(s), ["v2 ONEOFF now"]);
  const [run] = s.state.records.pendingTask.values();
  assert.deepEqual(run?.cmdLineArgsList, ["a"]);
  assert.equal(run?.user, "ann");
  assert.equal(run?.pendingTaskId.nextRunAt, s.now + hourMs);
  s.deploy(requestId, { id: "v3", runImmediately: { runId: "more" } });
  assert.deepEqual(plans(s), ["v3 ONEOFF now"], "the one that waited has moved, and fills the cap");
});

test("a RUN_ONCE deploy that has not run yet is run though another follows", () => {
  const s = deployed("RUN_ONCE");
  assert.deepEqual(plans(s), ["v1 NEW_DEPLOY"]);
  s.deploy(requestId, { id: "v2" });
  s.deploy(requestId, { id: "v3", runImmediately: { runId: "now" } });
  assert.deepEqual(plans(s), ["v1 NEW_DEPLOY", "v2 NEW_DEPLOY", "v3 NEW_DEPLOY now"]);
  assert.ok(s.state.records.deploy.has("job-v1"), "its record stays until it has run");
});

test("the job that runs is left to end when another deploy of a SCHEDULED request succeeds", () => {
  const s = deployed("SCHEDULED");
  s.hasRoom = true;
  const run = { requestId, deployId: "v1", instanceNo: 1, pendingType: "IMMEDIATE" } as const;
  s.live((turn) => planTask(turn, run));
  s.run(s.instance(requestId, 1));
  s.deploy(requestId, { id: "v2", runImmediately: { runId: "now" } });
  assert.equal(s.active(requestId), "v2");
  assert.deepEqual(s.cleanups(requestId), ["NEW_DEPLOY_SUCCEEDED"]);
  assert.deepEqual(s.take("kill"), []);
  assert.deepEqual(plans(s), [], "never over a running one");
});
