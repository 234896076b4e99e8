import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskCleanupType } from "../model/enums.ts";
import type { TaskRecord } from "../records.ts";
import { Fixture } from "../testing/fixture.ts";
import { cleanUpTask } from "./clean-up-task.ts";
import { settleCleanups } from "./task-cleanups.ts";

function clean(fixture: Fixture, task: TaskRecord, cleanupType: TaskCleanupType): void {
  fixture.turn((turn) =>
    cleanUpTask(turn, turn.get("task", task.taskId.id) ?? task, { cleanupType }),
  );
}

function killed(fixture: Fixture): readonly string[] {
  fixture.turn((turn) => settleCleanups(turn, "web"));
  return fixture.take("kill").map(({ taskId }) => taskId);
}

test("settleCleanups() kills what a user asked for at once, and not twice", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web" });
  const task = fixture.addTask("web", 1);
  clean(fixture, task, "USER_REQUESTED");
  assert.deepEqual(killed(fixture), [task.taskId.id]);
  assert.deepEqual(killed(fixture), []);
});

test("settleCleanups() repeats a kill that has had no effect for as long as it is told to wait", () => {
  const fixture = new Fixture({ killAgainAfterMs: 60_000 });
  fixture.addService({ id: "web" });
  const task = fixture.addTask("web", 1);
  clean(fixture, task, "USER_REQUESTED");
  killed(fixture);
  fixture.advance(59_999);
  assert.deepEqual(killed(fixture), []);
  fixture.advance(1);
  assert.deepEqual(killed(fixture), [task.taskId.id]);
  assert.equal(fixture.task(task.taskId.id)?.kill?.times, 2);
});

test("settleCleanups() bounces all at once, and only when every replacement is healthy", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 2 });
  const old = [1, 2].map((n) => fixture.addTask("web", n));
  for (const task of old) clean(fixture, task, "BOUNCING");
  assert.deepEqual(killed(fixture), []);
  fixture.advance(1);
  fixture.addTask("web", 1, { hostname: "new1" });
  assert.deepEqual(killed(fixture), []);
  fixture.addTask("web", 2, { hostname: "new2", health: { results: [] } });
  assert.deepEqual(killed(fixture), [], "the second does not answer yet");
  fixture.advance(1);
  fixture.addTask("web", 2, { hostname: "new3" });
  assert.deepEqual(new Set(killed(fixture)), new Set(old.map(({ taskId }) => taskId.id)));
});

test("settleCleanups() lets one task go for each healthy replacement of an incremental bounce", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 3 });
  const old = [1, 2, 3].map((n) => fixture.addTask("web", n));
  for (const task of old) clean(fixture, task, "INCREMENTAL_BOUNCE");
  assert.equal(killed(fixture).length, 0);
  fixture.addTask("web", 1, { hostname: "new1" });
  assert.equal(killed(fixture).length, 1);
  assert.equal(killed(fixture).length, 0, "the one that is being killed serves nobody any more");
  fixture.addTask("web", 2, { hostname: "new2" });
  assert.equal(killed(fixture).length, 1);
});

test("settleCleanups() does not take a deploy on trial for the replacement of the active one", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 1 });
  const task = fixture.addTask("web", 1);
  clean(fixture, task, "DECOMISSIONING");
  fixture.addTask("web", 1, { deployId: "d2", hostname: "new1" });
  assert.deepEqual(killed(fixture), []);
});

test("settleCleanups() gives jobs time to end, unless they are asked for by name", () => {
  const fixture = new Fixture();
  fixture.addService({
    id: "web",
    requestType: "SCHEDULED",
    killOldNonLongRunningTasksAfterMillis: 1000,
  });
  const task = fixture.addTask("web", 1);
  clean(fixture, task, "NEW_DEPLOY_SUCCEEDED");
  const wakeAt = fixture.turn((turn) => settleCleanups(turn, "web"));
  assert.equal(wakeAt, fixture.now + 1000);
  fixture.advance(1000);
  assert.deepEqual(killed(fixture), [task.taskId.id]);
  const other = fixture.addTask("web", 2);
  clean(fixture, other, "USER_REQUESTED");
  assert.deepEqual(killed(fixture), [other.taskId.id]);
});

test("settleCleanups() destroys what was being killed gently when that is asked for", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web" });
  const task = fixture.addTask("web", 1);
  clean(fixture, task, "USER_REQUESTED");
  killed(fixture);
  clean(fixture, task, "USER_REQUESTED_DESTROY");
  fixture.turn((turn) => settleCleanups(turn, "web"));
  assert.deepEqual(
    fixture.take("kill").map(({ gracePeriodMs }) => gracePeriodMs),
    [0],
  );
});

test("settleCleanups() never kills what may run to its end", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web" });
  clean(fixture, fixture.addTask("web", 1), "PAUSING");
  fixture.advance(10 * 86_400_000);
  assert.deepEqual(killed(fixture), []);
});
