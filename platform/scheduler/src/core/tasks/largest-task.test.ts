/** However much is said of a task, its records are such as the store takes: it could only end the scheduler. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskStatus } from "@tavola/protocol";
import { deployBytesMax, requestBytesMax } from "../../api/size-limits.ts";
import { shellCommandUpdateOf } from "../../framework/executor-message.ts";
import { taskReportOf } from "../../framework/task-report.ts";
import { encodeWrites } from "../../store/encoded-write.ts";
import { defaultMailSettings } from "../mail/mail-settings.ts";
import { recordKinds } from "../records.ts";
import { Fixture } from "../testing/fixture.ts";
import { shellCommandAsked, shellCommandUpdated } from "./shell-command-asked.ts";
import { statusUpdated } from "./status-updated.ts";
import { healthcheckAnswered } from "./task-health.ts";
import { taskMetadataAdded } from "./task-metadata-added.ts";

/** Six bytes each, as JSON. */
const worst = (characters: number): string => "\u0001".repeat(characters);

test("a task of which everything is said that may be said is kept, mailed, and history", () => {
  const fixture = new Fixture({ mail: defaultMailSettings, shellCommands: [{ name: "jstack" }] });
  fixture.addService(
    { id: "web", owners: ["owner@example.com"], group: "g".repeat(requestBytesMax) },
    { env: { A: "e".repeat(deployBytesMax) } },
  );
  const { taskId } = fixture.addTask("web", 1);
  const { id } = taskId;
  const noteWords = { title: worst(2000), message: worst(8000), type: "note" };
  for (let n = 0; n < 120; n += 1) {
    fixture.advance(1);
    fixture.turn((turn) => {
      assert.equal(taskMetadataAdded(turn, id, noteWords, undefined).refusal, undefined);
      const message = `${n}${worst(1_000_000)}`;
      const status = { task_id: { value: id }, state: "TASK_RUNNING", message } as TaskStatus;
      statusUpdated(turn, taskReportOf(status));
      const body = worst(fixture.config.maxHealthcheckResponseBodyBytes);
      const result = { statusCode: 200, timestamp: fixture.now, taskId, responseBody: body };
      healthcheckAnswered(turn, { taskId: id, result, verdict: { kind: "healthy" } } as never);
    });
  }
  const shellCommand = { name: "jstack", logfileName: "l".repeat(60_000) };
  for (let n = 0; n < 60; n += 1) {
    fixture.advance(1);
    fixture.turn((turn) => {
      const { timestamp } = shellCommandAsked(turn, { taskId: id, shellCommand }).value ?? {};
      const told = {
        shellRequestId: { taskId: id, name: "jstack", timestamp },
        updateType: "STARTED",
        message: worst(5000),
        outputFilename: worst(5000),
      };
      const update = shellCommandUpdateOf(Buffer.from(JSON.stringify(told)));
      assert.ok(update !== undefined);
      for (let again = 0; again < 12; again += 1) shellCommandUpdated(turn, update);
    });
  }
  const assertKept = (): void => {
    for (const kind of recordKinds) {
      const records = [...fixture.state.records[kind]];
      encodeWrites(records.map(([key, value]) => ({ kind, key, value })));
    }
  };
  assertKept();
  fixture.turn((turn) =>
    statusUpdated(turn, { taskId: id, state: "TASK_FAILED", timestamp: fixture.now }),
  );
  assert.deepEqual(
    [fixture.state.records.outboxTask.size, fixture.state.records.outboxMail.size],
    [1, 1],
  );
  assertKept();
});
