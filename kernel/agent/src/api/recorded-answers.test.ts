import assert from "node:assert/strict";
import { test } from "node:test";
import { agent, decodeMessage, messageFromJson } from "@tavola/protocol";
import { jsonDifferences } from "../testing/json-differences.ts";
import { recordedApi } from "../testing/recorded-api.ts";
import { recordedBody } from "../testing/recordings.ts";
import { ask, post } from "../testing/requests.ts";

/** Nothing is built, so there is no commit and no date of a build; our own version is told. */
const version = [
  '.build_date: "", wanted "2026-11-20 20:48:57"',
  '.build_time: {"number":"0.0"}, wanted {"number":"1795207737.0"}',
  ".git_sha: missing",
  ".git_branch: missing",
  ".tavola_version: not in the recording",
];

/** We advertise what is there: no resource providers, no volumes, no operations, no draining, no limits. */
const capabilities = ".capabilities: 3 items, wanted 8";

/** Times of updates that the agent made itself. */
const ownTimes = /\.timestamp: \{"number":"[\d.]+"\}, wanted \{"number":"1795210622\.0\d+"\}$/;
const ownUuids = /\.(?:status_update_)?uuid: "[\w+/=]+", wanted "[\w+/=]+"$/;

/** Where ours differs from a recorded answer on purpose. */
const deliberate: Readonly<Record<string, readonly string[]>> = {
  "agent-state": [...version, capabilities],
  "agent-version": version,
  "agent-v1-GET_VERSION": [
    '.get_version.version_info.build_date: "", wanted "2026-11-20 20:48:57"',
    '.get_version.version_info.build_time: {"number":"0.0"}, wanted {"number":"1795207737.0"}',
    ".get_version.version_info.git_sha: missing",
    ".get_version.version_info.git_branch: missing",
  ],
};

function assertAsRecorded(text: string, name: string): void {
  const differences = jsonDifferences(text, recordedBody(name)).filter(
    (each) => !ownTimes.test(each) && !(ownUuids.test(each) && text.includes("SOURCE_AGENT")),
  );
  assert.deepEqual(differences.sort(), [...(deliberate[name] ?? [])].sort());
}

const endpoints = [
  ["/state", "agent-state"],
  ["/flags", "agent-flags"],
  ["/version", "agent-version"],
  ["/containers", "agent-containers"],
  ["/monitor/statistics", "agent-monitor-statistics"],
  ["/monitor/statistics.json", "agent-monitor-statistics"],
] as const;

for (const [path, name] of endpoints) {
  for (const prefix of ["", "/slave(1)", "/slave%281%29"]) {
    test(`${prefix}${path} answers what a Mesos agent answered in the same place`, async () => {
      const { handle } = recordedApi();
      const answer = await ask(handle, prefix + path);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["Content-Type"], "application/json");
      if (name === "agent-monitor-statistics") assertStatistics(answer.text);
      else assertAsRecorded(answer.text, name);
    });
  }
}

/** Recorded a moment before `/containers`, from which the readings are taken. */
function assertStatistics(text: string): void {
  const differences = jsonDifferences(text, recordedBody("agent-monitor-statistics"));
  assert.ok(
    differences.every((each) => /statistics\.timestamp/.test(each)),
    differences.join("\n"),
  );
}

const calls = [
  "GET_AGENT",
  "GET_EXECUTORS",
  "GET_FLAGS",
  "GET_FRAMEWORKS",
  "GET_HEALTH",
  "GET_LOGGING_LEVEL",
  "GET_OPERATIONS",
  "GET_STATE",
  "GET_TASKS",
  "GET_VERSION",
] as const;

for (const type of calls) {
  test(`${type} answers what a Mesos agent answered in the same place`, async () => {
    const { handle } = recordedApi();
    const answer = await post(handle, "/api/v1", { type });
    assert.equal(answer.status, 200);
    assertAsRecorded(withMesosExecutor(answer.text), `agent-v1-${type}`);
  });

  test(`${type} says the same in protobuf`, async () => {
    const { handle } = recordedApi();
    const json = await post(handle, "/slave(1)/api/v1", { type });
    const answer = await ask(handle, "/slave(1)/api/v1", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/x-protobuf" },
      body: JSON.stringify({ type }),
    });
    assert.equal(answer.headers["Content-Type"], "application/x-protobuf");
    const decoded = decodeMessage(agent.Response, answer.bytes);
    const expected = messageFromJson(agent.Response, JSON.parse(json.text));
    assert.deepEqual(withoutEmpties(decoded.value), withoutEmpties(expected.value));
  });
}

/** The one thing about a command executor that depends on the installation. */
function withMesosExecutor(text: string): string {
  return text.replaceAll(
    "/usr/libexec/mesos/mesos-executor",
    "/usr/local/libexec/mesos.d/mesos-executor",
  );
}

/** JSON tells empty lists, and fills defaults in; protobuf does neither. */
function withoutEmpties(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(withoutEmpties);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name, each]) => !(Array.isArray(each) && each.length === 0) && !isDefault(name, each),
      )
      .map(([name, each]) => [name, withoutEmpties(each)]),
  );
}

function isDefault(name: string, value: unknown): boolean {
  return (
    (name === "protocol" && value === "IPv4") ||
    (name === "shell" && value === true) ||
    (name === "failover_timeout" && value === 0) ||
    (name === "checkpoint" && value === false)
  );
}

test("GET_CONTAINERS answers what a Mesos agent answered", async () => {
  const { handle } = recordedApi();
  const answer = await post(handle, "/api/v1", { type: "GET_CONTAINERS" });
  const differences = jsonDifferences(answer.text, recordedBody("agent-v1-GET_CONTAINERS"));
  assert.ok(
    differences.every((each) => /resource_statistics\.timestamp/.test(each)),
    differences.join("\n"),
  );
});

/** Those of features that are not here: they would be zero for ever. */
const notOurs = [
  "containerizer/mesos/provisioner/bind/remove_rootfs_errors",
  "containerizer/mesos/provisioner/remove_container_errors",
  "resource_provider_manager/events/disconnect",
  "resource_provider_manager/events/subscribe",
  "resource_provider_manager/subscribed",
];

/** Those that the containerizer adds; see its own test. */
const ofContainerizer = /^containerizer\/(?:fetcher\/|mesos\/container_destroy_errors$)/;

test("every metric of a Mesos agent is there, but for listed exceptions", async () => {
  const { handle } = recordedApi();
  const ours = JSON.parse((await ask(handle, "/metrics/snapshot")).text) as Record<string, number>;
  const recorded = JSON.parse(recordedBody("agent-metrics-snapshot")) as Record<string, number>;
  const missing = Object.keys(recorded).filter((name) => !(name in ours));
  assert.deepEqual(
    missing.filter((name) => !ofContainerizer.test(name)),
    notOurs,
  );
  assert.deepEqual(
    Object.keys(ours).filter((name) => !(name in recorded)),
    [],
  );
});

test("metrics that tell of tasks and resources have the recorded values", async () => {
  const { handle } = recordedApi();
  const ours = JSON.parse((await ask(handle, "/metrics/snapshot")).text) as Record<string, number>;
  const recorded = JSON.parse(recordedBody("agent-metrics-snapshot")) as Record<string, number>;
  const told = Object.keys(ours).filter(
    (name) => /^(?:slave|gc)\//.test(name) && !/uptime|recovery_time/.test(name),
  );
  assert.ok(told.length > 40);
  // Ours counts only what an executor or the agent reported of a framework that is there: the same.
  for (const name of told) assert.equal(ours[name], recorded[name], name);
});
