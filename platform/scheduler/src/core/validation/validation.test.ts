/** Every rule of requests, deploys and actions, with the sentence that its breach is answered with. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, seededRandom } from "@tavola/base";
import { deployShape } from "../model/deploy-shape.ts";
import { requestShape } from "../model/request-shape.ts";
import { runNowRequestShape } from "../model/run-shape.ts";
import { defaultSchedulerConfig, type SchedulerConfig } from "../scheduler-config.ts";
import type { Outcome } from "../turn.ts";
import {
  validateGroup,
  validatePause,
  validateStarredRequests,
  validateTaskMetadata,
  validateUserId,
  validateWebhook,
} from "./validate-action.ts";
import { validateBounce } from "./validate-bounce.ts";
import { validateDeploy } from "./validate-deploy.ts";
import {
  belowFreezeSentence,
  validatePriority,
  validatePriorityFreeze,
} from "./validate-priority.ts";
import { validateRequest } from "./validate-request.ts";
import { validateRunNow } from "./validate-run-now.ts";
import { validateScale } from "./validate-scale.ts";

type Json = Readonly<Record<string, unknown>>;

const now = instant(Date.UTC(2026, 0, 1));
const random = seededRandom(1);
const config: SchedulerConfig = {
  ...defaultSchedulerConfig,
  shellCommands: [{ name: "jstack", options: [{ name: "-l" }] }],
};

function requestOf(json: Json) {
  const parsed = requestShape.parse({ id: "web", requestType: "SERVICE", ...json }, "");
  assert.ok(parsed.value !== undefined, parsed.error);
  return parsed.value;
}

function deployOf(json: Json) {
  const parsed = deployShape.parse({ requestId: "web", id: "v1", ...json }, "");
  assert.ok(parsed.value !== undefined, parsed.error);
  return parsed.value;
}

function sentenceOf(outcome: Outcome<unknown>, status = 400): string | undefined {
  if (outcome.refusal !== undefined) assert.equal(outcome.refusal.status, status);
  return outcome.refusal?.message;
}

const judgeRequest = (json: Json, settings = config, extra: object = {}) =>
  validateRequest(requestOf(json), { config: settings, now, activeAgents: 3, ...extra });

const badRequests: readonly (readonly [Json, string])[] = [
  [{ id: "" }, "Id cannot be null or contain characters other than [a-zA-Z0-9_]"],
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

const judgeDeploy = (json: Json, settings = config, request = requestOf({})) =>
  validateDeploy(deployOf({ command: "run", ...json }), {
    config: settings,
    now,
    random,
    request,
    isKnown: (id) => id === "old",
  });

const badDeploys: readonly (readonly [Json, string])[] = [
  [{ id: undefined }, "Id must not be null"],
  [{ id: "a-b" }, "Id cannot be null or contain characters other than [a-zA-Z0-9_.]"],
  [{ id: "a".repeat(51) }, `Deploy id must be 50 characters or less, it is 51 (${"a".repeat(51)})`],
  [{ requestId: "other" }, "Deploy id must match request id"],
  [{ id: "old" }, "Can not deploy a deploy that has already been deployed"],
  [{ env: { STARTED_BY_USER: "me" } }, "Cannot override STARTED_BY_USER in env"],
  [{ env: { A: "$STARTED_BY_USER" } }, "Cannot override STARTED_BY_USER in env"],
  [{ command: "STARTED_BY_USER=x run" }, "Cannot override STARTED_BY_USER in command"],
  [{ arguments: ["$STARTED_BY_USER"] }, "Cannot override STARTED_BY_USER in arguments"],
  [{ resources: { cpus: 0, memoryMb: 1 } }, "Request must have more than 0 cpus"],
  [{ resources: { cpus: 1, memoryMb: 0 } }, "Request must have more than 0 memoryMb"],
  [{ resources: { cpus: 1, memoryMb: 1, diskMb: -1 } }, "Request must have non-negative diskMb"],
  [
    { resources: { cpus: 51, memoryMb: 1 } },
    "Deploy v1 uses too many cpus 51 (maxCpusPerInstance 50 in mesos configuration)",
  ],
  [
    { resources: { cpus: 1, memoryMb: 24001 } },
    "Deploy v1 uses too much memoryMb 24001 (maxMemoryMbPerInstance 24000 in mesos configuration)",
  ],
  [
    { resources: { cpus: 1, memoryMb: 1, diskMb: 60001 } },
    "Deploy v1 uses too much diskMb 60001 (maxDiskMbPerInstance 60000 in mesos configuration)",
  ],
  [
    { healthcheck: { uri: "/", portIndex: 0, portNumber: 80 } },
    "Can only specify one of portIndex or portNumber for healthchecks",
  ],
  [{ healthcheck: { uri: "/", portIndex: -1 } }, "healthcheckPortIndex cannot be negative"],
  [
    { healthcheck: { uri: "/", portIndex: 1 }, resources: { cpus: 1, memoryMb: 1, numPorts: 1 } },
    "Must request 2 ports for healthcheckPortIndex 1, only requested 1",
  ],
  [{ loadBalancerPortIndex: -1 }, "loadBalancerPortIndex must be greater than 0"],
  [
    { loadBalancerPortIndex: 0, resources: { cpus: 1, memoryMb: 1 } },
    "Must request 1 ports for loadBalancerPortIndex 0, only requested 0",
  ],
  [
    { healthcheck: {} },
    "Must specify a uri or a healthcheck result file pathh when specifying health check parameters",
  ],
  [
    { healthcheck: { uri: "/" } },
    "Either an explicit port number, or port resources and port index must be specified to run healthchecks against a uri",
  ],
  [
    { healthcheck: { uri: "/", portNumber: 80, startupDelaySeconds: 600 } },
    "Health check startup delay time must be less than max health check run time 600 (was 600)",
  ],
  [
    { healthcheck: { uri: "/", portNumber: 80, intervalSeconds: 0 } },
    "healthcheck intervalSeconds must be greater than 0",
  ],
  [
    { healthcheck: { uri: "/", portNumber: 80, maxUnhealthyRestartShare: 2 } },
    "healthcheck maxUnhealthyRestartShare must be between 0 and 1, not 2",
  ],
  [
    { command: undefined },
    "If not using custom executor, specify a command or containerInfo. If using custom executor, specify executorData and customExecutorCmd and no command.",
  ],
  [
    { executorData: { cmd: "x" } },
    "If not using custom executor, specify a command or containerInfo. If using custom executor, specify executorData and customExecutorCmd and no command.",
  ],
  [
    {
      resources: { cpus: 1, memoryMb: 1, numPorts: 1 },
      containerInfo: {
        type: "DOCKER",
        docker: {
          image: "i",
          portMappings: [{ containerPortType: "FROM_OFFER", containerPort: 1 }],
        },
      },
    },
    "Index of port resource for containerPort must be between 0 and 0 (inclusive)",
  ],
  [
    {
      resources: { cpus: 1, memoryMb: 1, numPorts: 1 },
      containerInfo: {
        type: "DOCKER",
        docker: { image: "i", portMappings: [{ hostPortType: "FROM_OFFER", hostPort: 2 }] },
      },
    },
    "Index of port resource for hostPort must be between 0 and 0 (inclusive)",
  ],
  [
    { deployInstanceCountPerStep: 0 },
    "canaryDeploySettings instanceGroupSize must be greater than 0",
  ],
  [
    { canaryDeploySettings: { waitMillisBetweenGroups: -1 } },
    "canaryDeploySettings waitMillisBetweenGroups cannot be negative",
  ],
  [{ watchAfterSuccessSeconds: -1 }, "watchAfterSuccessSeconds cannot be negative"],
  [{ minimumHealthyShare: 1.5 }, "minimumHealthyShare must be between 0 and 1, not 1.5"],
  [
    { healthcheck: { uri: "/", portNumber: 65_536 } },
    "healthcheck portNumber must be between 1 and 65535",
  ],
  [
    { healthcheck: { uri: "/", portNumber: 80, startupDelaySeconds: -1 } },
    "healthcheck startupDelaySeconds cannot be negative",
  ],
  [
    { healthcheck: { uri: "/", portNumber: 80, maxRetries: -1 } },
    "healthcheck maxRetries cannot be negative",
  ],
  [{ deployHealthTimeoutSeconds: 0 }, "deployHealthTimeoutSeconds must be greater than 0"],
  [
    { considerHealthyAfterRunningForSeconds: -1 },
    "considerHealthyAfterRunningForSeconds cannot be negative",
  ],
  [
    { resources: { cpus: 1, memoryMb: 1, numPorts: -1 } },
    "Request must have a non-negative numPorts",
  ],
  [
    { runImmediately: {} },
    "Can not request an immediate run of a non-scheduled / always running request (web)",
  ],
];

for (const [json, sentence] of badDeploys) {
  test(`validateDeploy() refuses ${JSON.stringify(json).slice(0, 80)}`, () => {
    assert.equal(sentenceOf(judgeDeploy(json)), sentence);
  });
}

test("validateDeploy() makes up an id where an operator wants it, and a run id for a run", () => {
  const settings = { ...config, createDeployIds: true };
  const job = requestOf({ requestType: "ON_DEMAND" });
  const deploy = judgeDeploy({ id: undefined, runImmediately: {} }, settings, job).value;
  assert.match(deploy?.id ?? "", /^[0-9a-f]{8}$/);
  assert.match(deploy?.runImmediately?.runId ?? "", /^[0-9a-f-]{36}$/);
});

test("validateDeploy() keeps to signed artifacts, known registries and total check times", () => {
  const signed = { ...config, enforceSignedArtifacts: true };
  assert.equal(
    sentenceOf(judgeDeploy({ uris: ["http://x"] }, signed)),
    "Only signed artifacts are allowed, cannot specify artifact uri",
  );
  const executor = { command: undefined, customExecutorCmd: "run", requestId: "web", id: "v1" };
  const unsigned = (data: Json) =>
    sentenceOf(judgeDeploy({ ...executor, executorData: { cmd: "x", ...data } }, signed));
  const artifact = { name: "n", filename: "f" };
  assert.equal(
    unsigned({ embeddedArtifacts: [{ ...artifact, content: "" }] }),
    "Only signed artifacts are allowed, cannot specify embedded artifacts",
  );
  assert.equal(
    unsigned({ externalArtifacts: [{ ...artifact, url: "http://x" }] }),
    "Only signed artifacts are allowed, cannot specify external artifacts",
  );
  const s3Artifacts = [{ ...artifact, s3Bucket: "b", s3ObjectKey: "k" }];
  assert.equal(
    unsigned({ s3Artifacts }),
    "Only signed artifacts are allowed. unsigned artifacts provided: [n]",
  );
  const s3ArtifactSignatures = [{ ...artifact, artifactFilename: "f" }];
  assert.equal(unsigned({ s3Artifacts, s3ArtifactSignatures }), undefined);
  const registries = { ...config, validDockerRegistries: ["reg.example:5000"] };
  const image = (name: string) => ({ containerInfo: { type: "DOCKER", docker: { image: name } } });
  assert.equal(
    sentenceOf(judgeDeploy(image("busybox"), registries)),
    "busybox does not point to an allowed docker registry. Must be one of: [reg.example:5000]",
  );
  assert.equal(sentenceOf(judgeDeploy(image("reg.example:5000/a/b:1"), registries)), undefined);
  const timed = { ...config, healthcheckMaxTotalTimeoutSeconds: 60 };
  assert.equal(
    sentenceOf(judgeDeploy({ healthcheck: { uri: "/", portNumber: 80, maxRetries: 2 } }, timed)),
    "Max healthcheck time cannot be greater than 60, (was startup timeout: 45, interval: 5, attempts: 3)",
  );
});

test("validateDeploy() wants a group and a path where there is a load balancer", () => {
  const balanced = { ...config, loadBalancerUri: "http://balancer" };
  const request = requestOf({ loadBalanced: true });
  assert.equal(
    sentenceOf(judgeDeploy({}, balanced, request)),
    "Deploy for a loadBalanced request must include at least one load balancer group",
  );
  assert.equal(
    sentenceOf(judgeDeploy({ loadBalancerGroups: ["g"] }, balanced, request)),
    "Deploy for a loadBalanced request must include a service base path",
  );
  assert.equal(sentenceOf(judgeDeploy({}, config, request)), undefined);
});

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

test("validateScale() guards against scaling far down, and counts agents", () => {
  const judge = (json: Json, instances: number, isLargeScaleDownAcknowledged = false) =>
    validateScale({ instances }, requestOf(json), {
      config,
      activeAgents: 3,
      isLargeScaleDownAcknowledged,
    });
  assert.equal(
    sentenceOf(judge({ instances: 2 }, 2)),
    "Scale request has no affect on the # of instances (2)",
  );
  assert.equal(sentenceOf(judge({}, 0)), "Instances must be greater than 0");
  assert.equal(
    sentenceOf(judge({ instances: 20 }, 5)),
    "Cannot scale down by more than 10 instances at a time without explicit acknowledgement (set the largeScaleDownAcknowledged field in the request)",
  );
  assert.equal(
    sentenceOf(judge({ instances: 14 }, 6)),
    "Cannot scale down by more than half of current instances without explicit acknowledgement (set the largeScaleDownAcknowledged field in the request)",
  );
  assert.equal(judge({ instances: 20 }, 5, true).value?.instances, 5);
  assert.equal(
    sentenceOf(judge({ slavePlacement: "SEPARATE" }, 4)),
    "Not enough active agents to successfully scale request web to 4 instances (minimum required: 4, current: 3).",
  );
  assert.equal(
    sentenceOf(judge({ maxScale: 2 }, 3)),
    "Instances (3) cannot be greater than 2 (maxScale in request)",
  );
});

test("validateBounce() wants agents for old and new, and fills in when it ends", () => {
  const judge = (json: Json, bounce: object = {}) =>
    validateBounce(bounce, requestOf(json), { config, activeAgents: 3, random });
  assert.equal(
    sentenceOf(judge({ requestType: "ON_DEMAND" })),
    "Can not bounce a ON_DEMAND request (web)",
  );
  assert.match(
    sentenceOf(judge({ slavePlacement: "SEPARATE", instances: 2 })) ?? "",
    /^Not enough active agents to successfully complete a bounce .*minimum required: 4, current: 3/,
  );
  const incremental = judge({ slavePlacement: "SEPARATE", instances: 2 }, { incremental: true });
  assert.equal(incremental.value?.durationMillis, 3_600_000);
  assert.match(incremental.value?.actionId ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(
    sentenceOf(judge({}, { durationMillis: -1 })),
    "durationMillis must be greater than 0, not -1",
  );
});

test("validatePause() knows the commands that may be run before", () => {
  const judge = (name: string, options: readonly string[] = []) =>
    sentenceOf(validatePause({ runShellCommandBeforeKill: { name, options } }, config));
  assert.equal(judge("rm"), "Shell command rm not in [jstack]");
  assert.equal(judge("jstack", ["-x"]), "Shell command jstack does not have option -x ([-l])");
  assert.equal(judge("jstack", ["-l"]), undefined);
});

test("validatePriorityFreeze() and validatePriority() want a level in range; a freeze has an id", () => {
  assert.equal(
    sentenceOf(validatePriorityFreeze({ minimumPriorityLevel: 0, killTasks: false }, random)),
    "minimumPriorityLevel 0 is invalid, must be greater than 0 and less than or equal to 1.",
  );
  const freeze = validatePriorityFreeze({ minimumPriorityLevel: 0.6, killTasks: false }, random);
  assert.ok(freeze.value?.actionId !== undefined);
  const parent = { priorityFreeze: freeze.value, timestamp: 1 };
  assert.equal(
    belowFreezeSentence(requestOf({ requestType: "WORKER" }), parent, config),
    "Priority level of request web (0.5) is lower than active priority freeze (0.6)",
  );
  assert.equal(belowFreezeSentence(requestOf({}), parent, config), undefined);
  assert.equal(
    sentenceOf(validatePriority({ priority: 2 })),
    "Request taskPriorityLevel 2 is invalid, must be between 0 and 1 (inclusive).",
  );
});

test("the small bodies are refused with their sentences", () => {
  const group = (id: string) => sentenceOf(validateGroup({ id, requestIds: [] }, config));
  assert.equal(group("a b"), "Id cannot be null or contain characters other than [a-zA-Z0-9_-]");
  const long = "g".repeat(100);
  assert.equal(group(long), `Id must be less than 100 characters, it is 100 (${long})`);
  const hook = (uri: string) =>
    sentenceOf(validateWebhook({ uri, type: "TASK", timestamp: 0, id: "" }));
  assert.equal(hook("not a uri"), "Invalid URI provided");
  assert.equal(hook("http://hooks/$REQUEST_ID?t=$TASK_ID"), undefined);
  assert.equal(sentenceOf(validateUserId("", config)), "User ID must be present and non-null");
  assert.equal(
    sentenceOf(validateUserId("u".repeat(101), config)),
    "User ID cannot be more than 100 characters, it was 101",
  );
  assert.equal(
    sentenceOf(validateStarredRequests(new Array(5001).fill("r"), config)),
    "Cannot have more than 5000 starred requests",
  );
  const typed = { ...config, allowedMetadataTypes: ["note"] };
  const metadata = { type: "alert", title: "t" };
  assert.equal(
    sentenceOf(validateTaskMetadata(metadata, typed)),
    "alert is not one of the allowed metadata types [note]",
  );
  assert.equal(sentenceOf(validateTaskMetadata(metadata, config)), undefined);
  const { maxMetadataTitleLength, maxMetadataMessageLength } = config;
  const title = "t".repeat(maxMetadataTitleLength + 1);
  assert.equal(
    sentenceOf(validateTaskMetadata({ ...metadata, title }, config)),
    `Title length is ${title.length} (max allowed: ${maxMetadataTitleLength})`,
  );
  const message = "m".repeat(maxMetadataMessageLength + 1);
  assert.equal(
    sentenceOf(validateTaskMetadata({ ...metadata, message }, config)),
    `Message length is ${message.length} (max allowed: ${maxMetadataMessageLength})`,
  );
});
