import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deploy } from "../model/deploy.ts";
import { healthcheckOf, healthPlanOf } from "./health-plan.ts";
import { defaultHealthSettings as settings } from "./health-settings.ts";
import { stepAllowedMs } from "./step-allowed.ts";

const bare: Deploy = { requestId: "web", id: "1" };

test("healthPlanOf() fills what a deploy leaves open with the defaults of the code, not of the documents", () => {
  const plan = healthPlanOf(
    { ...bare, healthcheck: { uri: "health" } },
    { settings, isDeployPending: true },
  );
  assert.deepEqual(plan, {
    path: "/health",
    protocol: "HTTP",
    method: "GET",
    portIndex: 0,
    startupTimeoutMs: 45_000,
    startupIntervalMs: 2000,
    intervalMs: 5000,
    responseTimeoutMs: 5000,
    failureStatusCodes: [],
    firstSuccessWithinMs: 55_000,
    continuous: { intervalMs: 5000, failuresMax: 3 },
  });
});

test("healthPlanOf() takes every option of the deploy before the settings", () => {
  const plan = healthPlanOf(
    {
      ...bare,
      healthcheck: {
        uri: "/h",
        portIndex: 1,
        portNumber: 8080,
        protocol: "HTTPS2",
        method: "POST",
        startupTimeoutSeconds: 1,
        startupDelaySeconds: 2,
        startupIntervalSeconds: 3,
        intervalSeconds: 4,
        responseTimeoutSeconds: 6,
        maxRetries: 7,
        failureStatusCodes: [503],
        continuousIntervalSeconds: 1,
        continuousFailures: 9,
      },
    },
    { settings, isDeployPending: true },
  );
  assert.deepEqual(plan, {
    path: "/h",
    protocol: "HTTPS2",
    method: "POST",
    portNumber: 8080,
    portIndex: 1,
    startupDelayMs: 2000,
    startupTimeoutMs: 1000,
    startupIntervalMs: 3000,
    intervalMs: 4000,
    responseTimeoutMs: 6000,
    retriesMax: 7,
    failureStatusCodes: [503],
    firstSuccessWithinMs: (1 + (4 + 6) * 8) * 1000,
    continuous: { intervalMs: 5000, failuresMax: 9 },
  });
});

test("healthPlanOf() understands the older fields, unless there is a healthcheck", () => {
  const old: Deploy = {
    ...bare,
    healthcheckUri: "/old",
    healthcheckIntervalSeconds: 1,
    healthcheckTimeoutSeconds: 2,
    healthcheckPortIndex: 3,
    healthcheckMaxRetries: 4,
    healthcheckMaxTotalTimeoutSeconds: 99,
    healthCheckProtocol: "HTTPS",
  };
  assert.deepEqual(healthcheckOf(old), {
    uri: "/old",
    portIndex: 3,
    protocol: "HTTPS",
    intervalSeconds: 1,
    responseTimeoutSeconds: 2,
    maxRetries: 4,
  });
  const plan = healthPlanOf(old, { settings, isDeployPending: true });
  assert.equal(plan?.firstSuccessWithinMs, 99_000);
  assert.equal(healthcheckOf({ ...old, healthcheck: { uri: "/new" } })?.uri, "/new");
  assert.equal(healthPlanOf(bare, { settings, isDeployPending: true }), undefined);
});

test("healthPlanOf() gives a task of the active deploy ten minutes, and no continuous checks where off", () => {
  const plan = healthPlanOf(
    { ...bare, healthcheck: { uri: "/h", continuous: false } },
    { settings, isDeployPending: false },
  );
  assert.equal(plan?.firstSuccessWithinMs, 600_000);
  assert.equal(plan?.continuous, undefined);
});

test("stepAllowedMs() is the deploy's own time and what its checks may take", () => {
  assert.equal(stepAllowedMs(settings, bare), 125_000);
  assert.equal(stepAllowedMs(settings, { ...bare, healthcheck: { uri: "/h" } }), 175_000);
  const slow: Deploy = {
    ...bare,
    deployHealthTimeoutSeconds: 10,
    healthcheck: { uri: "/h", maxRetries: 2, startupTimeoutSeconds: 1 },
  };
  assert.equal(stepAllowedMs(settings, slow), (10 + 1 + 10 * 3) * 1000);
  assert.equal(stepAllowedMs(settings, { ...slow, skipHealthchecksOnDeploy: true }), 15_000);
  const patient = { ...bare, considerHealthyAfterRunningForSeconds: 60 };
  assert.equal(stepAllowedMs(settings, patient), 180_000);
});
