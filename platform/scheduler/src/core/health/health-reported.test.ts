import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskHealthcheckResult, TaskId } from "../model/task.ts";
import type { TaskHealth, TaskRecord } from "../records.ts";
import type { CheckProgress, HealthVerdict } from "./check-progress.ts";
import { type HealthPlan, healthPlanOf } from "./health-plan.ts";
import { healthReported, isFailedResult, isWorthReporting } from "./health-reported.ts";
import { defaultHealthSettings as settings } from "./health-settings.ts";
import { healthTargetOf } from "./health-target.ts";

const taskId: TaskId = {
  requestId: "web",
  deployId: "1",
  startedAt: 1,
  instanceNo: 1,
  host: "host",
  rackId: "rack",
  id: "web-1-1-1-host-rack",
};
const healthy: HealthVerdict = { kind: "healthy" };
const unhealthy: HealthVerdict = { kind: "unhealthy", reason: "continuousFailures", message: "" };

function report(timestamp: number, verdict: HealthVerdict, statusCode: number) {
  const result: TaskHealthcheckResult = { taskId, timestamp, statusCode };
  return { taskId: taskId.id, result, verdict };
}

test("healthReported() keeps the first success, since when it fails, and the last results", () => {
  let health: TaskHealth = healthReported(undefined, report(1, { kind: "waiting" }, 500), 10);
  assert.deepEqual([health.healthyAt, health.unhealthySince], [undefined, undefined]);
  health = healthReported(health, report(2, healthy, 200), 10);
  health = healthReported(health, report(3, unhealthy, 500), 10);
  health = healthReported(health, report(4, unhealthy, 500), 10);
  assert.deepEqual([health.healthyAt, health.unhealthySince, health.results.length], [2, 3, 4]);
  health = healthReported(health, report(5, healthy, 204), 10);
  assert.deepEqual([health.healthyAt, health.unhealthySince], [2, undefined]);
  for (let at = 6; at < 30; at += 1) health = healthReported(health, report(at, healthy, 200), 10);
  assert.deepEqual(
    health.results.map(({ timestamp }) => timestamp),
    [20, 21, 22, 23, 24, 25, 26, 27, 28, 29],
  );
});

test("isWorthReporting() keeps a healthy task, and one that starts up, from being heard of again and again", () => {
  const waiting: CheckProgress = {
    instanceNo: 1,
    runningAt: 0,
    verdict: { kind: "waiting" },
    hasSucceeded: false,
    failures: 0,
    graceAttempts: 0,
  };
  const well: CheckProgress = { ...waiting, verdict: healthy, hasSucceeded: true };
  const ill: CheckProgress = { ...well, verdict: unhealthy, failures: 3 };
  assert.equal(isWorthReporting(waiting, waiting, { startup: true }, false), true);
  assert.equal(isWorthReporting(waiting, waiting, { startup: true }, true), false);
  assert.equal(isWorthReporting(waiting, { ...waiting, failures: 1 }, {}, true), true);
  assert.equal(isWorthReporting(waiting, well, {}, true), true);
  assert.equal(isWorthReporting(well, well, {}, true), false);
  assert.equal(isWorthReporting(well, { ...well, failures: 1 }, {}, true), true);
  assert.equal(isWorthReporting({ ...well, failures: 2 }, ill, {}, true), true);
  assert.equal(isWorthReporting(ill, { ...ill, failures: 4 }, {}, true), false);
  assert.equal(isWorthReporting(ill, well, {}, true), true);
  assert.equal(isWorthReporting({ ...well, failures: 2 }, well, {}, true), false);
});

test("isFailedResult() is an error or a status outside 2xx", () => {
  assert.equal(isFailedResult({ taskId, timestamp: 1, statusCode: 204 }), false);
  assert.equal(isFailedResult({ taskId, timestamp: 1, statusCode: 304 }), true);
  assert.equal(isFailedResult({ taskId, timestamp: 1, errorMessage: "refused" }), true);
});

function planOf(options: Parameters<typeof healthPlanOf>[0]["healthcheck"]): HealthPlan {
  const deploy = { requestId: "web", id: "1", healthcheck: { ...options } };
  return healthPlanOf(deploy, { settings, isDeployPending: true }) as HealthPlan;
}

test("healthTargetOf() names the address, or what is missing for one", () => {
  const task = {
    taskId,
    hostname: "agent1.example",
    ports: [31_000, 31_001],
    runningAt: 7,
  } as unknown as TaskRecord;
  const urlOf = (record: TaskRecord, options: Parameters<typeof planOf>[0]) =>
    healthTargetOf(record, planOf(options), 9).url;
  assert.equal(urlOf(task, { uri: "h?x=1" }).value, "http://agent1.example:31000/h?x=1");
  assert.equal(urlOf(task, { uri: "/h", portIndex: 1 }).value, "http://agent1.example:31001/h");
  const fixed = { uri: "/h", portNumber: 80, protocol: "HTTPS2" } as const;
  assert.equal(urlOf({ ...task, address: "fd00::1" }, fixed).value, "https://[fd00::1]:80/h");
  assert.match(
    urlOf(task, { uri: "/h", portIndex: 2 }).error ?? "",
    /asks for port 2.*has 2 ports/,
  );
  assert.match(urlOf({ ...task, ports: [] }, { uri: "/h" }).error ?? "", /the task has no ports/);
  assert.match(urlOf(task, {}).error ?? "", /the check has no uri/);
  assert.equal(healthTargetOf(task, planOf({ uri: "/h" }), 9).runningAt, 7);
});
