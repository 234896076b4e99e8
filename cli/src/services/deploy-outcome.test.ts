import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf } from "./deploy-outcome.ts";

const taskId = {
  id: "web-2-1-1-host-r",
  requestId: "web",
  deployId: "2",
  instanceNo: 1,
  startedAt: 1,
  host: "host1",
};

test("outcomeOf() says everything that failed, and nothing twice", () => {
  const deployFailures = [
    { reason: "TASK_FAILED_ON_STARTUP", message: "exited with status 3", taskId },
    { reason: "TASK_FAILED_ON_STARTUP", message: "exited with status 4", taskId },
    { reason: "UNKNOWN" },
  ];
  const message = "1 task(s) failed. Instance 1 on host1: exited with status 3";
  const end = {
    kind: "ended",
    result: { deployState: "FAILED", message, deployFailures },
  } as const;
  assert.deepEqual(outcomeOf(end), {
    deployState: "FAILED",
    message: `${message}; instance 1 on host1: exited with status 4; UNKNOWN`,
  });
});

test("outcomeOf() says what goes on", () => {
  assert.deepEqual(outcomeOf(undefined), { deployState: "WAITING", message: "" });
  assert.equal(outcomeOf({ kind: "patience" }).message, "still going on");
});
