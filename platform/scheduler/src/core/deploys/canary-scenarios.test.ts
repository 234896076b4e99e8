import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, minuteMs } from "@tavola/base";
import type { CanaryDeploySettings, Deploy } from "../model/deploy.ts";
import { Scenario } from "../testing/scenario.ts";
import { acceptanceRecorded } from "./acceptance-recorded.ts";
import { deployCancelled } from "./deploy-cancelled.ts";
import { pendingDeployUpdated } from "./pending-deploy-updated.ts";

const checked: Partial<Deploy> = { healthcheck: { uri: "/health" } };

function canary(settings: CanaryDeploySettings = {}): Partial<Deploy> {
  return { ...checked, canaryDeploySettings: { enableCanaryDeploy: true, ...settings } };
}

function serving(instances: number): Scenario {
  const s = new Scenario();
  s.start({ id: "web", instances }, checked);
  return s;
}

/** Makes the instances of the present step healthy. */
function finishStep(s: Scenario, deployId = "v2"): void {
  for (const task of s.standing("web", deployId)) s.healthy(task);
  s.obeyKills();
}

test("a canary deploy replaces group by group, new numbers for old, and the rest at once", () => {
  const s = serving(6);
  s.deploy("web", { id: "v2", ...canary({ instanceGroupSize: 1, canaryCycleCount: 2 }) });
  assert.deepEqual(s.numbers("web", "v2"), [1]);
  assert.deepEqual(s.numbers("web", "v1"), [1, 2, 3, 4, 5, 6]);
  finishStep(s);
  assert.deepEqual(s.numbers("web", "v2"), [1, 2]);
  assert.deepEqual(s.numbers("web", "v1"), [2, 3, 4, 5, 6]);
  finishStep(s);
  assert.deepEqual(s.numbers("web", "v2"), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(s.numbers("web", "v1"), [3, 4, 5, 6]);
  finishStep(s);
  assert.equal(s.active("web"), "v2");
  assert.deepEqual(s.numbers("web"), [1, 2, 3, 4, 5, 6]);
});

test("a failed canary makes the old ones up to their number before the new ones go", () => {
  const s = serving(3);
  s.deploy("web", { id: "v2", ...canary() });
  finishStep(s);
  assert.deepEqual(s.numbers("web", "v1"), [2, 3]);
  s.fail(s.instance("web", 2, "v2"));
  assert.equal(s.result("web", "v2")?.deployState, "FAILED");
  assert.deepEqual(s.cleanups("web", "v2"), ["INCREMENTAL_DEPLOY_FAILED"]);
  assert.deepEqual(s.numbers("web", "v1"), [1, 2, 3], "the one that had gone is started again");
  assert.deepEqual(s.take("kill"), [], "the new one serves until then");
  s.allHealthy();
  s.obeyKills();
  assert.deepEqual(s.tasksOf("web").length, 3);
  assert.deepEqual(s.numbers("web", "v1"), [1, 2, 3]);
});

test("a canary that is cancelled before anything was replaced just goes", () => {
  const s = serving(3);
  s.deploy("web", { id: "v2", ...canary() });
  s.do((turn) => deployCancelled(turn, { requestId: "web", deployId: "v2" }));
  assert.deepEqual(s.cleanups("web", "v2"), ["DEPLOY_CANCELED"]);
  s.obeyKills();
  assert.deepEqual(s.numbers("web"), [1, 2, 3]);
});

test("a group may lose as many tasks as the deploy allows, and each group anew", () => {
  const s = serving(2);
  s.deploy("web", { id: "v2", ...canary({ allowedTasksFailuresPerGroup: 1 }) });
  s.fail(s.instance("web", 1, "v2"));
  assert.equal(s.pending("web"), "v2");
  const ill = s.instance("web", 1, "v2");
  s.healthy(ill);
  assert.deepEqual(s.numbers("web", "v2"), [1, 2]);
  s.unhealthy(s.instance("web", 2, "v2"));
  assert.equal(s.pending("web"), "v2", "the second group has one of its own");
  s.obeyKills();
  s.fail(s.instance("web", 2, "v2"));
  assert.equal(s.result("web", "v2")?.deployState, "FAILED");
  assert.equal(s.result("web", "v2")?.deployFailures.length, 2);
});

test("TIMED: a group waits after its last instance was healthy, to the millisecond", () => {
  const s = serving(2);
  const wait = { acceptanceMode: "TIMED", waitMillisBetweenGroups: minuteMs } as const;
  s.deploy("web", { id: "v2", ...canary(wait) });
  finishStep(s);
  s.advance(minuteMs - 1);
  assert.deepEqual(s.numbers("web", "v2"), [1]);
  s.advance(1);
  assert.deepEqual(s.numbers("web", "v2"), [1, 2]);
  finishStep(s);
  s.advance(minuteMs);
  assert.equal(s.active("web"), "v2");
});

test("CHECKS: a step waits for every result; one refusal fails the deploy", () => {
  const s = serving(2);
  const byOthers = { acceptanceMode: "CHECKS", acceptanceChecks: ["smoke", "errors"] } as const;
  const told = (name: string, result: "SUCCEEDED" | "FAILED") =>
    s.do((turn) =>
      acceptanceRecorded(turn, { requestId: "web", deployId: "v2", name, result, message: "5xx" }),
    );
  s.deploy("web", { id: "v2", ...canary(byOthers) });
  finishStep(s);
  told("smoke", "SUCCEEDED");
  assert.deepEqual(s.numbers("web", "v2"), [1]);
  told("errors", "SUCCEEDED");
  assert.deepEqual(s.numbers("web", "v2"), [1, 2], "and the next step asks anew");
  finishStep(s);
  told("errors", "FAILED");
  assert.equal(s.result("web", "v2")?.deployState, "FAILED");
  assert.match(s.result("web", "v2")?.message ?? "", /errors failed.*5xx/);
});

test("CHECKS: a check that never tells anything counts against the deploy after an hour", () => {
  const s = serving(1);
  const byOthers = { acceptanceMode: "CHECKS", acceptanceChecks: ["smoke"] } as const;
  s.deploy("web", { id: "v2", ...canary(byOthers) });
  finishStep(s);
  s.advance(hourMs - 1);
  assert.equal(s.pending("web"), "v2");
  s.advance(1);
  assert.match(s.result("web", "v2")?.message ?? "", /smoke gave no result within 1 h/);
});

test("CHECKS: our own checks answer by themselves", () => {
  const s = serving(1);
  const own = { acceptanceMode: "CHECKS", acceptanceChecks: ["noFailures"] } as const;
  const settings = canary({ ...own, allowedTasksFailuresPerGroup: 1 });
  s.deploy("web", { id: "v2", ...settings });
  s.fail(s.instance("web", 1, "v2"));
  finishStep(s);
  assert.equal(s.result("web", "v2")?.deployState, "FAILED");
  s.deploy("web", { id: "v3", ...settings });
  finishStep(s, "v3");
  assert.equal(s.active("web"), "v3");
});

test("steps that are advanced by hand wait for the next number, and go back to a smaller one", () => {
  const s = serving(3);
  const byHand = { ...canary(), autoAdvanceDeploySteps: false };
  const update = (targetActiveInstances: number) =>
    s.do((turn) =>
      pendingDeployUpdated(turn, {
        body: { requestId: "web", deployId: "v2", targetActiveInstances },
      }),
    );
  s.deploy("web", { id: "v2", ...byHand });
  finishStep(s);
  s.advance(hourMs);
  assert.deepEqual(s.numbers("web", "v2"), [1]);
  assert.deepEqual(s.numbers("web", "v1"), [1, 2, 3]);
  update(2);
  assert.deepEqual(s.numbers("web", "v1"), [2, 3]);
  finishStep(s);
  update(1);
  s.obeyKills();
  assert.deepEqual(s.numbers("web", "v2"), [1]);
  finishStep(s);
  update(3);
  finishStep(s);
  assert.equal(s.active("web"), "v2");
  assert.deepEqual(s.numbers("web"), [1, 2, 3]);
});

test("a step that waits to be advanced may lose an instance with its host, and starts it again", () => {
  const s = serving(2);
  s.deploy("web", { id: "v2", ...canary(), autoAdvanceDeploySteps: false });
  finishStep(s);
  s.advance(hourMs);
  s.report(s.instance("web", 1, "v2"), "TASK_LOST", "agent removed", "REASON_AGENT_REMOVED");
  s.advance(minuteMs);
  assert.equal(s.pending("web"), "v2");
  finishStep(s);
  assert.equal(s.deploysOf("web").pending?.deployProgress.stepLaunchComplete, true);
  s.report(s.instance("web", 1, "v2"), "TASK_LOST", "agent removed", "REASON_AGENT_REMOVED");
  s.advance(3 * minuteMs);
  assert.equal(s.result("web", "v2")?.deployState, "OVERDUE");
});
