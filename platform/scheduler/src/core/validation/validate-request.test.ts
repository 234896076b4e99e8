/** Every rule of requests, with the sentence that its breach is answered with. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  config,
  deployOf,
  type Json,
  now,
  requestOf,
  sentenceOf,
} from "./testing/judged-bodies.ts";
import { validateRequest } from "./validate-request.ts";

const judgeRequest = (json: Json, settings = config, extra: object = {}) =>
  validateRequest(requestOf(json), { config: settings, now, activeAgents: 3, ...extra });

const badRequests: readonly (readonly [Json, string])[] = [
  [{ id: "" }, "Request must have an id"],
  [{ id: "a b" }, "Id cannot be null or contain characters other than [a-zA-Z0-9_]"],
  [
    { id: "a".repeat(101) },
    `Request id must be less 100 characters or less, it is 101 (${"a".repeat(101)})`,
  ],
  [{ instances: 0 }, "Instances must be greater than 0"],
  [
    { instances: 26 },
    "Instances (26) be greater than 25 (maxInstancesPerRequest in mesos configuration)",
  ],
  [{ instances: 5, maxScale: 4 }, "Instances (5) cannot be greater than 4 (maxScale in request)"],
  [
    { taskPriorityLevel: 1.5 },
    "Request taskPriorityLevel 1.5 is invalid, must be between 0 and 1 (inclusive).",
  ],
  [{ maxTasksPerOffer: 0 }, "maxTasksPerOffer must be positive"],
  [{ schedule: "* * * * *" }, "Non-scheduled requests can not specify a schedule"],
  [{ scheduleType: "CRON" }, "ScheduleType can only be set for scheduled requests"],
  [
    { scheduleTimeZone: "Mars/Olympus" },
    "scheduleTimeZone Mars/Olympus does not map to a valid Java TimeZone object (e.g. 'US/Eastern' or 'GMT')",
  ],
  [{ numRetriesOnFailure: 1 }, "longRunning requests can not define a NumRetriesOnFailure value"],
  [
    { killOldNonLongRunningTasksAfterMillis: 1 },
    "longRunning requests can not define a killOldNonLongRunningTasksAfterMillis value",
  ],
  [
    { taskExecutionTimeLimitMillis: 1 },
    "longRunning requests can not define a taskExecutionTimeLimitMillis value",
  ],
  [
    { requestType: "ON_DEMAND", loadBalanced: true },
    "non-longRunning (scheduled/oneoff) requests can not be load balanced",
  ],
  [
    { requestType: "RUN_ONCE", rackSensitive: true },
    "non-longRunning (scheduled/oneoff) requests can not be rack sensitive",
  ],
  [{ requestType: "SCHEDULED" }, "Specify at least one of schedule or quartzSchedule"],
  [
    { requestType: "SCHEDULED", quartzSchedule: "0 0 * * * ?", scheduleType: "CRON" },
    "If using quartzSchedule specify scheduleType QUARTZ or leave it blank",
  ],
  [
    { requestType: "SCHEDULED", schedule: "* *" },
    "Schedule * * is invalid because it contained only 2 splits (looking for at least 5)",
  ],
  [
    { requestType: "SCHEDULED", schedule: "* * * * 9" },
    "Schedule * * * * 9 is invalid, day of week (9) is not 0-7",
  ],
  [
    { requestType: "SCHEDULED", schedule: "0 0 30 2 *" },
    "Schedule 0 0 30 2 * never comes round; give one with a run in the future",
  ],
  [
    { requestType: "SCHEDULED", schedule: "* * * * *", instances: 2 },
    "Scheduler requests can not be ran on more than one instance",
  ],
  [
    { requestType: "ON_DEMAND", numRetriesOnFailure: -1 },
    "numRetriesOnFailure must not be negative",
  ],
  [
    { agentAttributeMinimums: { zone: { a: 101 } } },
    "agentAttributeMinimums must be percentages between 0 and 100",
  ],
  [{ taskLogErrorRegex: "(" }, "taskLogErrorRegex ( is not a regular expression"],
  [
    { agentPlacement: "SPREAD_ALL_AGENTS" },
    "You must enabled spread to all agents in order to use the SPREAD_ALL_AGENTS request type",
  ],
];

for (const [json, sentence] of badRequests) {
  test(`validateRequest() refuses ${JSON.stringify(json).slice(0, 80)}`, () => {
    assert.equal(sentenceOf(judgeRequest(json)), sentence);
  });
}

test("validateRequest() names a type of mail that there is not, and what is wrong with a schedule", () => {
  const mail = judgeRequest({ emailConfigurationOverrides: { TASK_SLOW: ["OWNERS"] } });
  assert.match(sentenceOf(mail) ?? "", /^emailConfigurationOverrides names TASK_SLOW/);
  const quartz = judgeRequest({ requestType: "SCHEDULED", quartzSchedule: "nonsense" });
  assert.match(sentenceOf(quartz) ?? "", /^Schedule nonsense \(from: nonsense\) is not valid/);
  const rule = { requestType: "SCHEDULED", schedule: "FREQ=OFTEN", scheduleType: "RFC5545" };
  assert.match(
    sentenceOf(judgeRequest(rule)) ?? "",
    /^Schedule FREQ=OFTEN is not a valid RFC5545 schedule, error is: /,
  );
});

test("validateRequest() demands owners where an operator does", () => {
  const settings = { ...config, allowRequestsWithoutOwners: false };
  const sentence =
    "Request must have owners defined (this can be turned off in Singularity configuration)";
  assert.equal(sentenceOf(judgeRequest({}, settings)), sentence);
  assert.equal(sentenceOf(judgeRequest({ owners: ["a@b"] }, settings)), undefined);
});

test("validateRequest() lets an update change neither type nor load balancing", () => {
  const over = (existing: Json, json: Json) =>
    sentenceOf(judgeRequest(json, config, { existing: requestOf(existing) }));
  assert.equal(
    over({}, { requestType: "RUN_ONCE" }),
    "Request can not change requestType from SERVICE to RUN_ONCE",
  );
  assert.equal(
    over({ loadBalanced: true }, { requestType: "WORKER", loadBalanced: true }),
    "Request can not change requestType from SERVICE to WORKER",
  );
  assert.equal(over({}, { requestType: "WORKER" }), undefined);
  assert.equal(
    over({}, { loadBalanced: true }),
    "Request can not change whether it is load balanced",
  );
});

test("validateRequest() counts its deploys' resources times its instances", () => {
  const activeDeploy = deployOf({ resources: { cpus: 50, memoryMb: 64 } });
  assert.equal(
    sentenceOf(judgeRequest({ instances: 20 }, config, { activeDeploy })),
    "Deploy v1 uses too many cpus 1000 (50*20) (cpusPerRequest 900 in mesos configuration)",
  );
});

test("validateRequest() fills in the Quartz form, also when both forms are posted back", () => {
  const first = judgeRequest({ requestType: "SCHEDULED", schedule: "30 7 * * 1" });
  assert.equal(first.value?.quartzSchedule, "0 30 7 ? * MON");
  const existing = first.value;
  const again = judgeRequest({ ...existing, schedule: "31 7 * * 1" }, config, { existing });
  assert.equal(again.value?.quartzSchedule, "0 31 7 ? * MON");
});

test("validateRequest() keeps instances that an update does not name, where an operator wants it", () => {
  const settings = { ...config, allowEmptyRequestInstances: true };
  const existing = requestOf({ instances: 4 });
  assert.equal(judgeRequest({}, settings, { existing }).value?.instances, 4);
  assert.equal(judgeRequest({}, config, { existing }).value?.instances, undefined);
});

test("validateRequest() gives a request on all agents as many instances as there are agents", () => {
  const settings = { ...config, spreadAllAgentsEnabled: true };
  const spread = judgeRequest({ slavePlacement: "SPREAD_ALL_SLAVES" }, settings, {
    activeAgents: 40,
  });
  assert.equal(spread.value?.instances, 40);
});
