import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExecutorEnvironment } from "./executor-environment.ts";

const least = {
  MESOS_FRAMEWORK_ID: "f",
  MESOS_EXECUTOR_ID: "e",
  MESOS_AGENT_ENDPOINT: "127.0.0.1:5051",
};

test("parseExecutorEnvironment() reads what an agent sets", () => {
  const full = {
    ...least,
    MESOS_SANDBOX: "/sandbox",
    MESOS_DIRECTORY: "/directory",
    MESOS_CHECKPOINT: "1",
    MESOS_RECOVERY_TIMEOUT: "15mins",
    MESOS_SUBSCRIPTION_BACKOFF_MAX: "2secs",
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: "500ms",
    MESOS_EXECUTOR_AUTHENTICATION_TOKEN: "secret",
  };
  assert.deepEqual(parseExecutorEnvironment(full).value, {
    frameworkId: "f",
    executorId: "e",
    agentUrl: "http://127.0.0.1:5051",
    sandbox: "/sandbox",
    checkpoint: true,
    recoveryTimeoutMs: 900_000,
    subscriptionBackoffMsMax: 2000,
    shutdownGraceMs: 500,
    authenticationToken: "secret",
  });
});

test("parseExecutorEnvironment() has Mesos's defaults for what is not set", () => {
  const { value } = parseExecutorEnvironment({ ...least, MESOS_CHECKPOINT: "0" });
  assert.equal(value?.checkpoint, false);
  assert.equal(value?.recoveryTimeoutMs, 900_000);
  assert.equal(value?.shutdownGraceMs, 5000);
  assert.equal(value?.sandbox, undefined);
});

test("parseExecutorEnvironment() names what is missing or wrong", () => {
  assert.match(parseExecutorEnvironment({}).error ?? "", /MESOS_FRAMEWORK_ID, MESOS_EXECUTOR_ID/);
  const noPort = { ...least, MESOS_AGENT_ENDPOINT: "localhost" };
  assert.match(parseExecutorEnvironment(noPort).error ?? "", /MESOS_AGENT_ENDPOINT is "localhost"/);
  const noUnit = { ...least, MESOS_RECOVERY_TIMEOUT: "15" };
  assert.match(parseExecutorEnvironment(noUnit).error ?? "", /MESOS_RECOVERY_TIMEOUT is "15"/);
});
