import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskState, TaskStatus } from "@tavola/protocol";
import { RunInstance } from "./run-instance.ts";

function status(state: TaskState, more: Partial<TaskStatus> = {}): TaskStatus {
  return { task_id: { value: "t" }, state, ...more };
}

function launched(): RunInstance {
  const instance = new RunInstance("t", undefined);
  instance.launched("a", "127.0.0.1:5051");
  return instance;
}

test("an instance goes from launched to done, and tells its end once", () => {
  const instance = launched();
  assert.equal(instance.updated(status("TASK_RUNNING")), "changed");
  assert.equal(instance.updated(status("TASK_RUNNING")), "nothing");
  assert.equal(instance.ended.aborted, false);
  assert.equal(instance.updated(status("TASK_FINISHED")), "changed");
  assert.equal(instance.ended.aborted, true);
  assert.equal(instance.updated(status("TASK_FINISHED")), "nothing", "a repeated update");
  instance.outputShown();
  assert.equal(instance.phase, "done");
});

test("a launch that never took place is made again", () => {
  const reconciled = { reason: "REASON_RECONCILIATION" as const };
  const cases = [
    status("TASK_DROPPED", { reason: "REASON_INVALID_OFFERS" }),
    status("TASK_LOST", { reason: "REASON_INVALID_OFFERS" }),
    status("TASK_UNKNOWN", reconciled),
    status("TASK_GONE", reconciled),
  ];
  for (const each of cases) {
    const instance = launched();
    assert.equal(instance.updated(each), "again", each.state);
    assert.equal(instance.phase, "unplaced");
  }
});

test("a task that was seen is not launched again when it is lost", () => {
  const instance = launched();
  instance.updated(status("TASK_RUNNING"));
  assert.equal(
    instance.updated(status("TASK_UNKNOWN", { reason: "REASON_RECONCILIATION" })),
    "changed",
  );
  assert.equal(instance.phase, "known");
  assert.equal(
    instance.updated(status("TASK_GONE", { reason: "REASON_RECONCILIATION" })),
    "changed",
  );
  assert.equal(instance.phase, "ended");
});
