import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskState, TaskStatus } from "@tavola/protocol";
import { formatStateLine } from "./state-line.ts";

function line(state: TaskState, isWatched: boolean, more: Partial<TaskStatus> = {}) {
  return formatStateLine({ task_id: { value: "t" }, state, ...more }, "127.0.0.1:5051", isWatched);
}

test("formatStateLine() tells a person who watches every state", () => {
  assert.equal(line("TASK_RUNNING", true), "t: TASK_RUNNING on 127.0.0.1:5051\n");
  const message = "Command exited with status 3";
  assert.equal(line("TASK_FAILED", true, { message }), `t: TASK_FAILED: ${message}\n`);
  assert.equal(line("TASK_FINISHED", true), "t: TASK_FINISHED\n");
});

test("formatStateLine() tells others only what the exit status does not say", () => {
  assert.equal(line("TASK_RUNNING", false), undefined);
  assert.equal(line("TASK_FINISHED", false), undefined);
  assert.equal(line("TASK_FAILED", false, { message: "Command exited with status 3" }), undefined);
  const more = {
    message: "\nMemory limit exceeded: 96MB\nMEMORY STATISTICS:\ncache 1\n",
    reason: "REASON_CONTAINER_LIMITATION_MEMORY" as const,
  };
  assert.equal(
    line("TASK_FAILED", false, more),
    "t: TASK_FAILED: Memory limit exceeded: 96MB (REASON_CONTAINER_LIMITATION_MEMORY)\n",
  );
});
