/** Field tables: lenient reading, errors that name the field, both spellings on the way out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { deployRequestShape, killTaskRequestShape } from "./actions-shape.ts";
import { deployShape } from "./deploy-shape.ts";
import { agentShape } from "./machine-shape.ts";
import { mesosTaskObjectShape } from "./mesos-object-shape.ts";
import { requestShape } from "./request-shape.ts";
import { runNowRequestShape } from "./run-shape.ts";
import { parseText, type Shape } from "./shape.ts";
import { stateShape } from "./state-shape.ts";
import { taskIdHistoryShape, taskIdsByStatusShape } from "./task-shape.ts";

function read<T>(shape: Shape<T>, json: unknown): T {
  const parsed = shape.parse(json, "");
  if (parsed.error !== undefined) throw new Error(parsed.error);
  return parsed.value;
}

const written = <T>(shape: Shape<T>, value: T) =>
  JSON.parse(shape.format(value)) as Record<string, unknown>;

test("either spelling is understood, and both are given", () => {
  for (const json of [
    {
      id: "r",
      requestType: "SERVICE",
      slavePlacement: "SEPARATE",
      requiredSlaveAttributes: { a: "b" },
    },
    {
      id: "r",
      requestType: "SERVICE",
      agentPlacement: "SEPARATE_BY_DEPLOY",
      requiredAgentAttributes: { a: "b" },
    },
  ]) {
    const request = read(requestShape, json);
    assert.equal(request.agentPlacement, "SEPARATE_BY_DEPLOY");
    assert.deepEqual(written(requestShape, request), {
      id: "r",
      requestType: "SERVICE",
      agentPlacement: "SEPARATE_BY_DEPLOY",
      slavePlacement: "SEPARATE_BY_DEPLOY",
      requiredAgentAttributes: { a: "b" },
      requiredSlaveAttributes: { a: "b" },
    });
  }
  const spread = read(requestShape, { id: "r", slavePlacement: "SPREAD_ALL_SLAVES" });
  assert.equal(spread.agentPlacement, "SPREAD_ALL_AGENTS");
  assert.equal(written(requestShape, spread).slavePlacement, "SPREAD_ALL_SLAVES");
});

test("the newer spelling counts when both are given", () => {
  const request = read(requestShape, {
    id: "r",
    slavePlacement: "GREEDY",
    agentPlacement: "OPTIMISTIC",
  });
  assert.equal(request.agentPlacement, "OPTIMISTIC");
});

test("an agent, a state and a task's history go by their older names too", () => {
  const state = { objectId: "a1", state: "ACTIVE", timestamp: 1 };
  const agent = read(agentShape, {
    slaveId: "a1",
    host: "h",
    rackId: "r",
    firstSeenAt: 1,
    attributes: {},
    currentState: state,
  });
  assert.equal(agent.id, "a1");
  assert.equal(written(agentShape, agent).slaveId, "a1");
  const told = written(stateShape, {
    decommissioningAgents: 2,
    decommissioningRacks: 1,
    activeAgents: 3,
  });
  assert.deepEqual(told, {
    activeAgents: 3,
    activeSlaves: 3,
    decommissioningAgents: 2,
    decommissioningSlaves: 2,
    decomissioningSlaves: 2,
    decommissioningRacks: 1,
    decomissioningRacks: 1,
  });
  const taskId = {
    requestId: "r",
    deployId: "d",
    nextRunAt: 5,
    instanceNo: 1,
    sanitizedHost: "h",
    sanitizedRackId: "k",
    id: "r-d-5-1-h-k",
  };
  const history = read(taskIdHistoryShape, { taskId, updatedAt: 7, lastStatus: "TASK_FAILED" });
  assert.equal(history.taskId.startedAt, 5);
  assert.equal(history.lastTaskState, "TASK_FAILED");
  const shown = written(taskIdHistoryShape, history);
  assert.equal(shown.lastStatus, "TASK_FAILED");
  const { nextRunAt, ...rest } = taskId;
  assert.deepEqual(shown.taskId, { ...rest, startedAt: nextRunAt, host: "h", rackId: "k" });
});

test("a request without a type has the one that its older fields mean", () => {
  const typeOf = (json: object) => read(requestShape, { id: "r", ...json }).requestType;
  assert.equal(typeOf({ schedule: "* * * * *" }), "SCHEDULED");
  assert.equal(typeOf({ daemon: false }), "ON_DEMAND");
  assert.equal(typeOf({ loadBalanced: true }), "SERVICE");
  assert.equal(typeOf({}), "WORKER");
});

test("a deploy's older fields mean today's, and are kept", () => {
  const deploy = read(deployShape, {
    requestId: "r",
    id: "d",
    healthcheckUri: "/health",
    healthcheckIntervalSeconds: 3,
    healthcheckProtocol: "HTTPS",
    deployInstanceCountPerStep: 2,
    deployStepWaitTimeMs: 500,
    maxTaskRetries: 1,
    labels: { a: "b" },
    taskLabels: { 1: { c: "d" } },
    uris: ["http://x/y.tgz", { uri: "z", extract: false }],
  });
  assert.deepEqual(deploy.healthcheck, { uri: "/health", intervalSeconds: 3, protocol: "HTTPS" });
  assert.deepEqual(deploy.canaryDeploySettings, {
    enableCanaryDeploy: true,
    instanceGroupSize: 2,
    acceptanceMode: "TIMED",
    waitMillisBetweenGroups: 500,
    allowedTasksFailuresPerGroup: 1,
    canaryCycleCount: 3,
  });
  assert.deepEqual(deploy.mesosLabels, [{ key: "a", value: "b" }]);
  assert.deepEqual(deploy.mesosTaskLabels, { 1: [{ key: "c", value: "d" }] });
  assert.deepEqual(deploy.uris, [
    { uri: "http://x/y.tgz", cache: false, executable: false, extract: true },
    { uri: "z", cache: false, executable: false, extract: false },
  ]);
  const shown = written(deployShape, deploy);
  assert.equal(shown.healthcheckUri, "/health");
  assert.equal(shown.healthcheckProtocol, "HTTPS");
  assert.deepEqual(shown.labels, { a: "b" });
  assert.deepEqual(shown.taskLabels, { 1: { c: "d" } });
});

test("unknown fields are ignored, null is absent, scalars are taken as they are meant", () => {
  assert.deepEqual(read(killTaskRequestShape, { override: "true", message: null, what: 1 }), {
    override: true,
  });
  const run = read(runNowRequestShape, {
    envOverrides: { PORT: 8080 },
    resources: { cpus: "0.5", numPorts: 1.9 },
  });
  assert.deepEqual(run, {
    envOverrides: { PORT: "8080" },
    resources: { cpus: 0.5, memoryMb: 0, numPorts: 1, diskMb: 0 },
  });
  assert.deepEqual(read(taskIdsByStatusShape, {}), {});
});

test("whole numbers are written whole, though a clock gave half a millisecond", () => {
  assert.deepEqual(written(stateShape, { generatedAt: 12.75, minimumPriorityLevel: 0.5 }), {
    generatedAt: 12,
    minimumPriorityLevel: 0.5,
  });
});

test("what the tables do not name of a Mesos task is kept and given back", () => {
  const task = read(mesosTaskObjectShape, {
    taskId: { value: "t" },
    slaveId: { value: "a" },
    command: { value: "true" },
  });
  assert.deepEqual(task.otherFields, { command: { value: "true" } });
  assert.deepEqual(written(mesosTaskObjectShape, task), {
    taskId: { value: "t" },
    agentId: { value: "a" },
    slaveId: { value: "a" },
    command: { value: "true" },
  });
});

test("a wrong kind is refused with the path of its field", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ["x", 'the body must be an object, not "x"'],
    [{}, "DeployRequest must have a deploy object"],
    [{ deploy: { id: "d" } }, "DeployRequest must have a non-null requestId"],
    [
      { deploy: { requestId: "r", id: "d", resources: { cpus: "many" } } },
      'deploy.resources.cpus must be a number, not "many"',
    ],
    [{ deploy: { requestId: "r", id: "d", uris: [{}] } }, "deploy.uris[0].uri is missing"],
    [
      { deploy: { requestId: "r", id: "d", env: { A: {} } } },
      "deploy.env.A must be a text, not {}",
    ],
    [{ deploy: { requestId: "r", id: "d", containerInfo: {} } }, "Container type must not be null"],
    [
      { deploy: { requestId: "r", id: "d", containerInfo: { type: "DOCKER", docker: {} } } },
      "docker image may not be null",
    ],
    [
      { deploy: { requestId: "r", id: "d", healthcheckUri: ["/"] } },
      'deploy.healthcheckUri must be a text, not ["/"]',
    ],
    [
      { deploy: { requestId: "r", id: "d" }, updatedRequest: { id: "r", requestType: "JOB" } },
      'updatedRequest.requestType must be one of SERVICE, WORKER, SCHEDULED, ON_DEMAND, RUN_ONCE, not "JOB"',
    ],
  ];
  for (const [json, sentence] of cases) {
    assert.equal(deployRequestShape.parse(json, "").error, sentence);
  }
  assert.match(parseText(deployRequestShape, "{").error ?? "", /^the body is not JSON: /);
});

test("a key like __proto__ is a key and nothing else", () => {
  const parsed = parseText(runNowRequestShape, '{"envOverrides":{"__proto__":"x"}}');
  assert.equal(JSON.stringify(parsed.value?.envOverrides), '{"__proto__":"x"}');
  assert.equal(({} as Record<string, unknown>).x, undefined);
});

test("the text of a request is written once as long as the record lives", () => {
  const request = read(requestShape, { id: "r", requestType: "SERVICE" });
  assert.equal(requestShape.format(request), requestShape.format(request));
  assert.notEqual(requestShape.format({ ...request, instances: 2 }), requestShape.format(request));
});
