import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskStatus } from "@tavola/protocol";
import { clipText, wordsCharactersMax } from "./clip-text.ts";
import { shellCommandUpdateOf } from "./executor-message.ts";
import { taskReportOf } from "./task-report.ts";

test("clipText() keeps the beginning of what is long, and says that it did", () => {
  assert.equal(clipText("short"), "short");
  assert.equal(clipText("abcdef", 6), "abcdef");
  assert.equal(clipText("abcdefg", 6), "abcde…");
  assert.equal(clipText("abcd🙂g", 6), "abcd\ufffd…");
});

test("what a task or an executor says is kept in part, however much it is", () => {
  const long = "x".repeat(1_000_000);
  const status = { task_id: { value: "t" }, state: "TASK_FAILED", message: long } as TaskStatus;
  assert.equal(taskReportOf(status).message?.length, wordsCharactersMax);
  const told = {
    shellRequestId: { taskId: "r-d-1-1-h-k", name: "jstack", timestamp: 1 },
    updateType: "FAILED",
    message: long,
    outputFilename: long,
  };
  const update = shellCommandUpdateOf(Buffer.from(JSON.stringify(told)));
  assert.equal(update?.message?.length, wordsCharactersMax);
  assert.equal(update?.outputFilename?.length, wordsCharactersMax);
});
