import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskCleanup } from "../model/task.ts";
import { Fixture } from "../testing/fixture.ts";
import type { Outcome } from "../turn.ts";
import { type KillAsked, taskKillAsked } from "./task-kill-asked.ts";

function kills(): (asked?: Partial<KillAsked>) => string {
  const fixture = new Fixture();
  fixture.addService({ id: "web" });
  const { taskId } = fixture.addTask("web", 1);
  return (asked = {}) => {
    let outcome: Outcome<TaskCleanup> | undefined;
    fixture.turn((turn) => {
      outcome = taskKillAsked(turn, { taskId: taskId.id, ...asked });
    });
    return outcome?.refusal?.message.replace(taskId.id, "T") ?? outcome?.value?.cleanupType ?? "";
  };
}

test("taskKillAsked() answers what is asked for again with what stands", () => {
  const kill = kills();
  assert.equal(kill({ waitForReplacementTask: true }), "USER_REQUESTED_TASK_BOUNCE");
  assert.equal(kill({ waitForReplacementTask: true }), "USER_REQUESTED_TASK_BOUNCE");
  assert.equal(kill(), "USER_REQUESTED");
  assert.equal(kill(), "USER_REQUESTED");
});

test("taskKillAsked() refuses what would only wait for what is to go, and kills after a destroy", () => {
  const kill = kills();
  kill();
  const refusal = "Task T already has a cleanup of type";
  assert.equal(kill({ waitForReplacementTask: true }), `${refusal} USER_REQUESTED`);
  assert.equal(kill({ override: true }), "USER_REQUESTED_DESTROY");
  assert.equal(kill({ override: true }), "USER_REQUESTED_DESTROY");
  assert.equal(kill(), `${refusal} USER_REQUESTED_DESTROY`);
});
