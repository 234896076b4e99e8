import assert from "node:assert/strict";
import { test } from "node:test";
import type { PendingTask } from "../model/task.ts";
import { defaultHealthSettings as settings } from "./health-settings.ts";
import { healthTellingOf, type TellingInput } from "./health-telling.ts";

const pendingTask: PendingTask = {
  pendingTaskId: {
    requestId: "web",
    deployId: "1",
    nextRunAt: 0,
    instanceNo: 1,
    pendingType: "NEW_DEPLOY",
    createdAt: 0,
    id: "web-1-0-1-NEW_DEPLOY-0",
  },
};
const checked: TellingInput = {
  settings,
  request: { id: "web", requestType: "SERVICE" },
  deploy: { requestId: "web", id: "1", healthcheck: { uri: "/h" } },
  pendingTask,
  isDeployPending: true,
  checksDisabled: false,
};

test("healthTellingOf() says that a checked service is told by its checks", () => {
  const telling = healthTellingOf(checked);
  assert.equal(telling.kind === "checks" && telling.plan.path, "/h");
});

test("healthTellingOf() lets time decide wherever the check is absent, skipped or disabled", () => {
  const { healthcheck: _, ...unchecked } = checked.deploy;
  const skipped: readonly TellingInput[] = [
    { ...checked, deploy: unchecked },
    { ...checked, request: { id: "web", requestType: "SCHEDULED" } },
    { ...checked, request: { ...checked.request, skipHealthchecks: true } },
    { ...checked, pendingTask: { ...pendingTask, skipHealthchecks: true } },
    { ...checked, deploy: { ...checked.deploy, skipHealthchecksOnDeploy: true } },
    { ...checked, checksDisabled: true },
  ];
  for (const input of skipped) {
    assert.deepEqual(healthTellingOf(input), { kind: "running", afterMs: 5000 });
  }
  const deploy = { ...unchecked, considerHealthyAfterRunningForSeconds: 0 };
  assert.deepEqual(healthTellingOf({ ...checked, deploy }), { kind: "running", afterMs: 0 });
});

test("healthTellingOf() checks later tasks of a deploy that skipped its checks", () => {
  const deploy = { ...checked.deploy, skipHealthchecksOnDeploy: true };
  const telling = healthTellingOf({ ...checked, deploy, isDeployPending: false });
  assert.equal(telling.kind, "checks");
});

test("healthTellingOf() takes TASK_RUNNING for healthy where the executor watches a file", () => {
  const deploy = { ...checked.deploy, healthcheck: { healthcheckResultFilePath: "ok" } };
  assert.deepEqual(healthTellingOf({ ...checked, deploy }), { kind: "running", afterMs: 0 });
});
