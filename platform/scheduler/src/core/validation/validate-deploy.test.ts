/** Every rule of deploys, with the sentence that its breach is answered with. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  config,
  deployOf,
  type Json,
  now,
  random,
  requestOf,
  sentenceOf,
} from "./testing/judged-bodies.ts";
import { validateDeploy } from "./validate-deploy.ts";

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
