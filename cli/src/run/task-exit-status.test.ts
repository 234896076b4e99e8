import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskState, TaskStatus } from "@tavola/protocol";
import { isTelling, taskExitStatus } from "./task-exit-status.ts";

function status(state: TaskState, message?: string, more: Partial<TaskStatus> = {}): TaskStatus {
  const task: TaskStatus = { task_id: { value: "t" }, state, ...more };
  return message === undefined ? task : { ...task, message };
}

test("taskExitStatus() is that of the command, as its executor words it", () => {
  const cases: readonly (readonly [TaskStatus, number])[] = [
    [status("TASK_FINISHED", "Command exited with status 0"), 0],
    [status("TASK_FINISHED"), 0],
    [status("TASK_FAILED", "Command exited with status 3"), 3],
    [status("TASK_FAILED", "Command exited with status 137"), 137],
    [status("TASK_FAILED", "Command terminated with signal Killed"), 137],
    [status("TASK_FAILED", "Command terminated with signal Segmentation fault (core dumped)"), 139],
    [status("TASK_KILLED", "Command terminated with signal Terminated"), 143],
    [status("TASK_FAILED", "Command terminated with signal Real-time signal 1"), 129],
    [status("TASK_KILLED"), 143],
  ];
  for (const [input, expected] of cases) {
    assert.equal(taskExitStatus(input), expected, `${input.state} ${input.message}`);
  }
});

test("taskExitStatus() is 137 for a memory limit and 125 for what did not run", () => {
  const reason = "REASON_CONTAINER_LIMITATION_MEMORY";
  assert.equal(taskExitStatus(status("TASK_FAILED", "Memory limit exceeded", { reason })), 137);
  for (const state of ["TASK_ERROR", "TASK_LOST", "TASK_DROPPED", "TASK_GONE"] as const) {
    assert.equal(taskExitStatus(status(state, "Agent removed")), 125);
  }
  assert.equal(taskExitStatus(status("TASK_FAILED", "Failed to fetch http://a/b")), 125);
});

test("isTelling() is for messages that say more than the exit status", () => {
  assert.equal(isTelling(status("TASK_FAILED", "Command exited with status 3")), false);
  assert.equal(isTelling(status("TASK_FAILED")), false);
  assert.equal(isTelling(status("TASK_FAILED", "Failed to fetch http://a/b")), true);
});
