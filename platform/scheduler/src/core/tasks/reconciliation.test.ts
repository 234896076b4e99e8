import assert from "node:assert/strict";
import { test } from "node:test";
import { createTaskId } from "../model/task-id.ts";
import { Fixture } from "../testing/fixture.ts";
import { reconcileNowAndThen, subscribed } from "./reconciliation.ts";
import { statusUpdated } from "./status-updated.ts";

test("now and then the master is asked about all that it knows, for what nobody here knows any more", () => {
  const fixture = new Fixture();
  fixture.turn((turn) => subscribed(turn, { frameworkId: "f" }));
  const asked = fixture.take("reconcile").filter(({ tasks }) => tasks.length === 0);
  assert.deepEqual(asked, [], "not before the tasks of its own are answered for");
  fixture.advance(fixture.config.reconciliationPatienceMs);
  fixture.turn((turn) => reconcileNowAndThen(turn));
  assert.ok(fixture.take("reconcile").some(({ tasks }) => tasks.length === 0));
});

test("a task that was written off and runs again is told to stop", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "r" });
  const { id: taskId } = createTaskId({
    requestId: "r",
    deployId: "d1",
    startedAt: fixture.now,
    instanceNo: 1,
    host: "host",
    rackId: "rack",
  });
  const report = { taskId, state: "TASK_RUNNING", timestamp: 2000, agentId: "a" } as const;
  const fate = fixture.turn((turn) => statusUpdated(turn, report));
  assert.equal(fate, "unknown");
  assert.deepEqual(
    fixture.take("kill").map((kill) => kill.taskId),
    [taskId],
  );
});
