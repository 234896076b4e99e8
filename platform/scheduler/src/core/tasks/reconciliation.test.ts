import assert from "node:assert/strict";
import { test } from "node:test";
import { createTaskId } from "../model/task-id.ts";
import { offersLost } from "../placement/offers-received.ts";
import { finishDeletion } from "../requests/finish-deletion.ts";
import { forgetDeletions } from "../requests/forget-deletions.ts";
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

test("who was offered nothing when the connection broke says that offers are wanted again", () => {
  const fixture = new Fixture();
  fixture.state.placement.offersWanted = false;
  fixture.turn((turn) => {
    offersLost(turn);
    subscribed(turn, { frameworkId: "f" });
  });
  assert.deepEqual(
    fixture.take("wantOffers").map(({ wanted }) => wanted),
    [true],
  );
});

function leftover(fixture: Fixture): string {
  const place = { requestId: "r", deployId: "d1", instanceNo: 1, host: "host", rackId: "rack" };
  return createTaskId({ ...place, startedAt: fixture.now }).id;
}

function killedWhenReported(fixture: Fixture, taskId: string): readonly string[] {
  const report = { taskId, state: "TASK_RUNNING", timestamp: 2000, agentId: "a" } as const;
  assert.equal(
    fixture.turn((turn) => statusUpdated(turn, report)),
    "unknown",
  );
  return fixture.take("kill").map((kill) => kill.taskId);
}

test("a task that was written off and runs again is told to stop", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "r" });
  const taskId = leftover(fixture);
  assert.deepEqual(killedWhenReported(fixture, taskId), [taskId]);
});

test("so is one of a request that was deleted while its agent was away, but none of a request that never was", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "r" });
  const taskId = leftover(fixture);
  fixture.turn((turn) => {
    const known = turn.get("request", "r");
    assert.ok(known !== undefined);
    turn.put("request", "r", { ...known, state: "DELETING" });
    finishDeletion(turn, "r");
  });
  fixture.advance(1000);
  assert.deepEqual(killedWhenReported(fixture, taskId), [taskId]);
  assert.deepEqual(killedWhenReported(fixture, taskId.replace(/^r/, "other")), []);
  fixture.advance(fixture.config.deleteDeadAgentsAfterMs);
  fixture.turn((turn) => forgetDeletions(turn));
  assert.equal(fixture.state.records.deletedRequest.size, 0);
  assert.deepEqual(killedWhenReported(fixture, taskId), []);
});
