import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "@tavola/harness";
import type { master } from "@tavola/protocol";
import {
  connectScheduler,
  createOperatorClient,
  type OperatorClient,
  type OperatorEvent,
  type Scheduler,
} from "@tavola/sdk";
import { type MasterProcess, startMasterProcess } from "./master-process.ts";
import { type ScriptedAgent, startScriptedAgent } from "./scripted-agent.ts";

// One master, one agent, one framework with one task; the tests below read it, and the last ones
// take it apart.
let process: MasterProcess;
let agent: ScriptedAgent;
let scheduler: Scheduler;
let inJson: OperatorClient;
let inProtobuf: OperatorClient;
const events: OperatorEvent[] = [];
const stopListening = new AbortController();

before(async () => {
  process = await startMasterProcess(["--cluster=e2e"]);
  const masters = new URL(process.url).host;
  inJson = createOperatorClient({ masters, format: "json" });
  inProtobuf = createOperatorClient({ masters, format: "protobuf" });
  listen();
  await eventually("SUBSCRIBED", () => events.find(({ type }) => type === "SUBSCRIBED"));
  agent = await startScriptedAgent(process.url, {
    hostname: "127.0.0.1",
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 4 } },
      { name: "mem", type: "SCALAR", scalar: { value: 1024 } },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31000, end: 31009 }] } },
    ],
    attributes: [{ name: "rack", type: "TEXT", text: { value: "r1" } }],
  });
  scheduler = connectScheduler({
    masters,
    framework: {
      user: "nobody",
      name: "e2e",
      roles: ["web"],
      capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
    },
  });
  void launchOne();
  await eventually("the task's update to be acknowledged", () => agent.acknowledged[0]);
});

after(async () => {
  stopListening.abort();
  await scheduler?.close();
  await agent?.close();
  await inJson?.close();
  await inProtobuf?.close();
  assert.equal(await process?.stop(), 0);
});

async function listen(): Promise<void> {
  for await (const event of inProtobuf.events(stopListening.signal)) events.push(event);
}

/** Takes the first offer for one task; whatever else comes is only heard. */
async function launchOne(): Promise<void> {
  let launched = false;
  for await (const event of scheduler) {
    const [offer] = event.type === "OFFERS" ? (event.offers ?? []) : [];
    if (offer === undefined || launched) continue;
    launched = true;
    const resources = [
      { name: "cpus", type: "SCALAR", scalar: { value: 0.5 } },
      { name: "mem", type: "SCALAR", scalar: { value: 64 } },
    ] as const;
    const task = { name: "one", task_id: { value: "task-1" }, agent_id: offer.agent_id };
    await scheduler.launch(offer, [{ ...task, command: { value: "sleep 1" }, resources }]);
  }
}

type Json = Readonly<Record<string, unknown>>;

async function getJson(path: string): Promise<Json> {
  const response = await fetch(process.url + path);
  assert.equal(response.status, 200, path);
  assert.equal(response.headers.get("content-type"), "application/json", path);
  return (await response.json()) as Json;
}

/** What the endpoints say of this cluster, told from their answers. */
const readings: readonly (readonly [path: string, read: (json: Json) => unknown, is: unknown])[] = [
  ["/state", ({ slaves, frameworks, cluster }) => [idsOf(slaves), idsOf(frameworks), cluster], []],
  ["/state.json", ({ activated_slaves }) => activated_slaves, 1],
  ["/state-summary", ({ frameworks }) => first(frameworks)["TASK_RUNNING"], 1],
  ["/slaves", ({ slaves }) => first(slaves)["attributes"], { rack: "r1" }],
  ["/frameworks", ({ frameworks }) => first(frameworks)["name"], "e2e"],
  ["/tasks", ({ tasks }) => idsOf(tasks), ["task-1"]],
  ["/roles", ({ roles }) => first(roles)["allocated"], { cpus: 0.5, mem: 64 }],
  ["/metrics/snapshot", (metrics) => metrics["master/tasks_running"], 1],
  ["/version", ({ version }) => version, "1.12.0"],
  ["/flags", ({ flags }) => (flags as Json)["cluster"], "e2e"],
  ["/maintenance/schedule", (json) => json, {}],
  ["/maintenance/status", (json) => json, {}],
  ["/quota", (json) => json, {}],
  ["/weights", (json) => json, []],
  ["/files/debug", (json) => json, {}],
  ["/system/stats.json", ({ cpus_total }) => Number(cpus_total) > 0, true],
];

function first(list: unknown): Json {
  const [item] = list as Json[];
  assert.ok(item);
  return item;
}

function idsOf(list: unknown): unknown[] {
  return (list as Json[]).map(({ id }) => id);
}

for (const [path, read, is] of readings) {
  test(`a real master answers ${path}, also below /master`, async () => {
    const wanted = path === "/state" ? [[agent.id], [scheduler.frameworkId?.value], "e2e"] : is;
    assert.deepEqual(read(await getJson(path)), wanted);
    assert.deepEqual(read(await getJson(`/master${path}`)), wanted);
  });
}

test("a real master counts what happened", async () => {
  const metrics = await getJson("/metrics/snapshot");
  const ofFramework = `master/frameworks/e2e/${scheduler.frameworkId?.value}`;
  const counted = Object.fromEntries(
    [
      "master/slave_registrations",
      "master/messages_launch_tasks",
      "master/valid_status_updates",
      "master/valid_status_update_acknowledgements",
      "master/operator_event_stream_subscribers",
      "master/cpus_used",
      `${ofFramework}/calls/accept`,
      `${ofFramework}/offers/accepted`,
      `${ofFramework}/tasks/active/task_running`,
      "allocator/mesos/resources/cpus/total",
    ].map((name) => [name.replace(ofFramework, "framework"), metrics[name]]),
  );
  assert.ok(Number(metrics["allocator/mesos/allocation_runs"]) > 0);
  assert.deepEqual(counted, {
    "master/slave_registrations": 1,
    "master/messages_launch_tasks": 1,
    "master/valid_status_updates": 1,
    "master/valid_status_update_acknowledgements": 1,
    "master/operator_event_stream_subscribers": 1,
    "master/cpus_used": 0.5,
    "framework/calls/accept": 1,
    "framework/offers/accepted": 1,
    "framework/tasks/active/task_running": 1,
    "allocator/mesos/resources/cpus/total": 4,
  });
});

test("a real master answers /health, /redirect, /metrics, /help and / without JSON", async () => {
  const health = await fetch(`${process.url}/health`);
  assert.deepEqual([health.status, await health.text()], [200, ""]);
  const redirect = await fetch(`${process.url}/redirect`, { redirect: "manual" });
  assert.equal(redirect.status, 307);
  assert.match(redirect.headers.get("location") ?? "", /^\/\/[^/]+:\d+$/);
  const metrics = await (await fetch(`${process.url}/metrics`)).text();
  assert.match(metrics, /^tavola_master_tasks_running 1$/m);
  for (const path of ["/", "/help"]) {
    assert.match(await (await fetch(process.url + path)).text(), /\/state-summary/);
  }
});

test("a real master packs a large answer when the client admits it, and only then", async () => {
  const ask = (encoding: string): Promise<Response> =>
    fetch(`${process.url}/metrics/snapshot`, { headers: { "Accept-Encoding": encoding } });
  assert.equal((await ask("gzip")).headers.get("content-encoding"), "gzip");
  assert.equal((await ask("identity")).headers.get("content-encoding"), null);
});

test("every read call is answered in JSON and in protobuf, with the same content", async () => {
  const calls = [
    "GET_HEALTH",
    "GET_FLAGS",
    "GET_VERSION",
    "GET_LOGGING_LEVEL",
    "GET_STATE",
    "GET_AGENTS",
    "GET_FRAMEWORKS",
    "GET_EXECUTORS",
    "GET_OPERATIONS",
    "GET_TASKS",
    "GET_ROLES",
    "GET_WEIGHTS",
    "GET_MASTER",
    "GET_MAINTENANCE_STATUS",
    "GET_MAINTENANCE_SCHEDULE",
    "GET_QUOTA",
  ] as const satisfies readonly master.Call_Type[];
  for (const type of calls) {
    const [json, protobuf] = [await inJson.call(type), await inProtobuf.call(type)];
    assert.deepEqual(withoutDefaults(json), withoutDefaults(protobuf), type);
  }
  const { metrics = [] } = await inProtobuf.call("GET_METRICS", {});
  assert.ok(metrics.some(({ name, value }) => name === "master/tasks_running" && value === 1));
});

/** JSON writes defaults and empty lists out; protobuf leaves them away. */
function withoutDefaults(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => hasContent(each));
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutDefaults(each)]));
}

function hasContent(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

test("the event stream told of the agent, the framework and the task, in order", async () => {
  const types = events.map(({ type }) => type);
  assert.deepEqual(types.slice(0, 1), ["SUBSCRIBED"]);
  assert.deepEqual([...types.slice(1, 3)].sort(), ["AGENT_ADDED", "FRAMEWORK_ADDED"]);
  assert.deepEqual(types.slice(3), ["TASK_ADDED", "TASK_UPDATED"]);
  const updated = events.find((event) => event.type === "TASK_UPDATED");
  assert.equal(updated?.status.state, "TASK_RUNNING");
});

test("a client that goes away leaves the number of subscribers as it was", async () => {
  const leaving = new AbortController();
  const response = await fetch(`${process.url}/api/v1`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"type":"SUBSCRIBE"}',
    signal: leaving.signal,
  });
  assert.equal(response.status, 200);
  const subscribers = async (): Promise<unknown> =>
    (await getJson("/metrics/snapshot"))["master/operator_event_stream_subscribers"];
  assert.equal(await subscribers(), 2);
  leaving.abort();
  await response.text().catch(() => undefined);
  await eventually("the subscriber to be forgotten", async () =>
    (await subscribers()) === 1 ? true : undefined,
  );
});

test("requests that are none of these are refused, and the master lives on", async () => {
  const post = (body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${process.url}/api/v1`, { method: "POST", body, headers });
  const json = { "Content-Type": "application/json" };
  const statuses = [
    (await fetch(`${process.url}/nonsense`)).status,
    (await fetch(`${process.url}/api/v1`)).status,
    (await fetch(`${process.url}/state`, { method: "POST" })).status,
    (await post("{", json)).status,
    (await post("{}", { "Content-Type": "text/xml" })).status,
    (await post('{"type":"GET_STATE"}', { ...json, Accept: "image/png" })).status,
    (await post('{"type":"UNKNOWN"}', json)).status,
    (await post('{"type":"DRAIN_AGENT","drain_agent":{"agent_id":{"value":"x"}}}', json)).status,
    (await fetch(`${process.url}/files/read`)).status,
    (await fetch(`${process.url}/files/read?path=/etc/passwd`)).status,
  ];
  assert.deepEqual(statuses, [404, 405, 405, 400, 415, 406, 501, 501, 400, 404]);
  assert.equal((await fetch(`${process.url}/health`)).status, 200);
});

test("SET_LOGGING_LEVEL makes a real master say more", async () => {
  await inJson.call("SET_LOGGING_LEVEL", { level: 1, duration: { nanoseconds: 60e9 } });
  assert.deepEqual(await inProtobuf.call("GET_LOGGING_LEVEL"), { level: 1 });
  await inJson.call("SET_LOGGING_LEVEL", { level: 0, duration: { nanoseconds: 0 } });
  assert.equal((await inProtobuf.call("GET_LOGGING_LEVEL")).level, 0);
});

test("TEARDOWN completes the framework and has its agents shut it down", async () => {
  const id = scheduler.frameworkId;
  assert.ok(id);
  await inProtobuf.call("TEARDOWN", { framework_id: id });
  const { frameworks, completed_frameworks } = await getJson("/frameworks");
  assert.deepEqual([idsOf(frameworks), idsOf(completed_frameworks)], [[], [id.value]]);
  await eventually("FRAMEWORK_REMOVED", () =>
    events.find(({ type }) => type === "FRAMEWORK_REMOVED"),
  );
  const shutDown = await eventually("the agent to be told", () => agent.frameworksShutDown[0]);
  assert.equal(shutDown, id.value);
  const again = await fetch(`${process.url}/teardown`, {
    method: "POST",
    body: `frameworkId=${id.value}`,
  });
  assert.equal(again.status, 400);
});

test("MARK_AGENT_GONE takes the agent off, once and for all", async () => {
  const agent_id = { value: agent.id ?? "" };
  await inJson.call("MARK_AGENT_GONE", { agent_id });
  assert.deepEqual(await getJson("/slaves"), { slaves: [], recovered_slaves: [] });
  await inProtobuf.call("MARK_AGENT_GONE", { agent_id });
  await assert.rejects(
    inProtobuf.call("MARK_AGENT_GONE", { agent_id: { value: "nobody" } }),
    (error: { details?: { status?: number } }) => error.details?.status === 404,
  );
  await eventually("the agent to be told to go", () => agent.shutdownReason);
});
