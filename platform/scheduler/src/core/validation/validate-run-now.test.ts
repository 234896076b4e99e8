/** Every rule of runs that are asked for, with the sentence that its breach is answered with. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { runNowRequestShape } from "../model/run-shape.ts";
import {
  config,
  deployOf,
  type Json,
  now,
  random,
  requestOf,
  sentenceOf,
} from "./testing/judged-bodies.ts";
import { validateRunNow } from "./validate-run-now.ts";

const badRunResources: readonly (readonly [Json, string])[] = [
  [{ cpus: 0, memoryMb: 1 }, "Resource overrides must have more than 0 cpus"],
  [{ cpus: 1, memoryMb: 0 }, "Resource overrides must have more than 0 memoryMb"],
  [
    { cpus: 51, memoryMb: 1 },
    "Resource overrides use too many cpus 51 (maxCpusPerInstance 50 in mesos configuration)",
  ],
  [
    { cpus: 1, memoryMb: 24_001 },
    "Resource overrides use too much memoryMb 24001 (maxMemoryMbPerInstance 24000 in mesos configuration)",
  ],
  [
    { cpus: 1, memoryMb: 1, diskMb: 60_001 },
    "Resource overrides use too much diskMb 60001 (maxDiskMbPerInstance 60000 in mesos configuration)",
  ],
];

for (const [resources, sentence] of badRunResources) {
  test(`validateRunNow() refuses ${JSON.stringify(resources)}`, () => {
    const parsed = runNowRequestShape.parse({ resources }, "");
    assert.ok(parsed.value !== undefined, parsed.error);
    const request = requestOf({ requestType: "ON_DEMAND" });
    const context = { config, now, random, deploy: deployOf({ command: "run" }), request };
    const outcome = validateRunNow(parsed.value, { ...context, activeTasks: 0, pendingTasks: 0 });
    assert.equal(sentenceOf(outcome), sentence);
  });
}

test("validateRunNow() refuses with 400, 409 and 429", () => {
  const judge = (json: Json, run: Json, activeTasks = 0, pendingTasks = 0) => {
    const parsed = runNowRequestShape.parse(run, "");
    assert.ok(parsed.value !== undefined, parsed.error);
    const deploy = deployOf({ resources: { cpus: 1, memoryMb: 1, numPorts: 2 } });
    const context = { config, now, random, deploy, request: requestOf(json) };
    return validateRunNow(parsed.value, { ...context, activeTasks, pendingTasks });
  };
  const onDemand = { requestType: "ON_DEMAND", instances: 2 };
  assert.equal(
    sentenceOf(judge({}, {})),
    "Can not request an immediate run of a non-scheduled / always running request (web)",
  );
  const scheduled = { requestType: "SCHEDULED", schedule: "* * * * *" };
  assert.equal(
    sentenceOf(judge(scheduled, {}, 1), 409),
    "Cannot request immediate run of a scheduled job which is currently running (1)",
  );
  assert.equal(
    sentenceOf(judge(onDemand, {}, 1, 1), 429),
    "No more than 2 tasks allowed to run concurrently for request web (1 active, 1 pending)",
  );
  const long = "x".repeat(101);
  assert.equal(
    sentenceOf(judge(onDemand, { runId: long })),
    `RunId must be less than 100 characters. RunId ${long} has 101 characters`,
  );
  assert.equal(
    sentenceOf(judge(onDemand, { runAt: now + 31 * 86_400_000 })),
    "Task launch delay can be at most 30 days from now.",
  );
  assert.equal(
    sentenceOf(judge(onDemand, { resources: { cpus: 1, memoryMb: 1, numPorts: 1 } })),
    "Number of ports in resource overrides must be >= the amount specified in the Singularity deploy (deploy: 2, runNowRequest: 1)",
  );
  assert.equal(
    sentenceOf(judge(onDemand, { commandLineArgs: ["STARTED_BY_USER"] })),
    "Cannot override STARTED_BY_USER",
  );
  const valid = judge(onDemand, { runId: "mine" }).value;
  assert.deepEqual([valid?.pendingType, valid?.run.runId], ["ONEOFF", "mine"]);
});

test("validateRunNow() lets runs wait beyond an operator's cap, and refuses too many that wait", () => {
  const request = requestOf({ requestType: "ON_DEMAND" });
  const judge = (activeTasks: number, pendingTasks: number) =>
    validateRunNow(
      {},
      {
        config: { ...config, maxActiveOnDemandTasksPerRequest: 2, maxPendingRunsPerRequest: 3 },
        now,
        random,
        request,
        activeTasks,
        pendingTasks,
      },
    );
  assert.equal(judge(2, 2).value?.pendingType, "ONEOFF");
  assert.equal(
    sentenceOf(judge(2, 3), 429),
    "No more than 3 runs of request web may wait (maxPendingRunsPerRequest in configuration); 2 are running",
  );
});
