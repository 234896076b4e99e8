/** Messages to executors, letter by letter as Singularity's own classes (SingularityBase 1.5.0) write and read them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createTaskId } from "../core/model/task-id.ts";
import { destroyMessage, shellCommandMessage, shellCommandUpdateOf } from "./executor-message.ts";

const taskId = createTaskId({
  ...{ requestId: "my-web", deployId: "d1", startedAt: 1_767_225_600_000 },
  ...{ instanceNo: 1, host: "host-1", rackId: "r1" },
});
const asJson =
  '{"requestId":"my-web","deployId":"d1","startedAt":1767225600000,"instanceNo":1,"host":"host_1",' +
  '"sanitizedHost":"host_1","rackId":"r1","sanitizedRackId":"r1",' +
  '"id":"my-web-d1-1767225600000-1-host_1-r1"}';

test("a shell command and a destruction say their class, and their fields beside it", () => {
  const shellCommand = { name: "jstack", options: ["-l"] };
  assert.equal(
    shellCommandMessage({ taskId, user: "ann", timestamp: 17, shellCommand }).toString(),
    `{"@class":".SingularityTaskShellCommandRequest","taskId":${asJson},"user":"ann","timestamp":17,` +
      '"shellCommand":{"name":"jstack","options":["-l"]}}',
  );
  assert.equal(
    destroyMessage({ taskId }).toString(),
    `{"@class":".SingularityTaskDestroyFrameworkMessage","taskId":${asJson}}`,
  );
});

test("how far a command is is understood; what else an executor says is not", () => {
  const id = `{"taskId":${asJson},"name":"jstack","timestamp":17}`;
  const told = `{"shellRequestId":${id},"timestamp":18,"message":"started","outputFilename":"jstack-17","updateType":"STARTED"}`;
  assert.deepEqual(shellCommandUpdateOf(Buffer.from(told)), {
    shellRequestId: { taskId, name: "jstack", timestamp: 17 },
    timestamp: 18,
    updateType: "STARTED",
    message: "started",
    outputFilename: "jstack-17",
  });
  for (const other of ["", "{}", "null", told.replace("STARTED", "GOING"), told.slice(1)]) {
    assert.equal(shellCommandUpdateOf(Buffer.from(other)), undefined, other);
  }
});
