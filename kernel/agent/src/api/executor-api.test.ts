import assert from "node:assert/strict";
import { test } from "node:test";
import { asId, type ContainerId } from "@tavola/base";
import {
  createMetrics,
  ServedFiles,
  type StreamSink,
  silentLogger,
  systemClock,
} from "@tavola/host";
import { decodeMessage, encodeMessage, executor, RecordDecoder } from "@tavola/protocol";
import type { AgentEvent } from "../core/events.ts";
import { ExecutorStreams } from "../shell/executor-streams.ts";
import { recordedExchanges } from "../testing/recordings.ts";
import { type Answer, ask } from "../testing/requests.ts";
import {
  agentId,
  commandTask,
  customTask,
  frameworkId,
  frameworkInfo,
  SteppedAgent,
} from "../testing/stepped-agent.ts";
import { createAgentRoutes } from "./routes.ts";

/** The API over a core, whose effects on streams are carried out. */
class Api {
  readonly agent = new SteppedAgent();
  readonly streams = new ExecutorStreams((containerId) =>
    this.dispatch({ kind: "executorDisconnected", containerId }),
  );
  readonly handle = createAgentRoutes({
    state: this.agent.state,
    dispatch: (event) => this.dispatch(event),
    streams: this.streams,
    containerizer: {} as never,
    metrics: createMetrics(),
    clock: systemClock(),
    logger: silentLogger,
    files: new ServedFiles(),
    flagsShown: {},
  }).handle;

  constructor() {
    this.agent.register();
  }

  dispatch(event: AgentEvent): void {
    for (const effect of this.agent.feed(event)) {
      if (effect.kind === "sendEvent") this.streams.send(effect.containerId, effect.event);
      if (effect.kind === "closeStream") this.streams.close(effect.containerId);
      if (effect.kind === "resizeContainer") {
        const { containerId, afterwards } = effect;
        this.dispatch({ kind: "containerResized", containerId, afterwards, failure: undefined });
      }
    }
  }

  async call(call: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await ask(this.handle, "/slave(1)/api/v1/executor", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof call === "string" ? call : JSON.stringify(call),
    });
  }

  /** Launches a task's executor; returns its container. */
  launch(task = commandTask("one")): ContainerId {
    const [launch] = this.agent
      .run(task, { framework: frameworkInfo({ failover_timeout: 60, checkpoint: false }) })
      .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
    assert.ok(launch !== undefined);
    return launch.run.containerId;
  }
}

class Sink implements StreamSink {
  readonly records: Uint8Array[] = [];
  readonly #decoder = new RecordDecoder();
  readonly #listeners: (() => void)[] = [];
  closed = false;

  write(chunk: Uint8Array | string): "written" {
    this.records.push(...(this.#decoder.push(Buffer.from(chunk)).value ?? []));
    return "written";
  }

  end(): void {
    if (this.closed) return;
    this.closed = true;
    for (const run of this.#listeners) run();
  }

  onClose(run: () => void): void {
    this.#listeners.push(run);
  }

  texts(): string[] {
    return this.records.map((each) => Buffer.from(each).toString());
  }
}

const ids = { framework_id: { value: frameworkId }, executor_id: { value: "one" } };
const uuid = Buffer.from("00112233445546778899aabbccddeeff", "hex").toString("base64");
const status = {
  task_id: { value: "one" },
  state: "TASK_RUNNING",
  source: "SOURCE_EXECUTOR",
  uuid,
};

test("requests that are none are refused, in Mesos's words", async () => {
  const api = new Api();
  const get = await ask(api.handle, "/api/v1/executor");
  assert.equal(get.status, 405);
  assert.equal(get.headers["Allow"], "POST");
  const path = "/api/v1/executor";
  const untyped = await ask(api.handle, path, { method: "POST" });
  assert.deepEqual([untyped.status, untyped.text], [400, "Expecting 'Content-Type' to be present"]);
  const headers = { "content-type": "application/json; charset=utf-8" };
  const other = await ask(api.handle, path, { method: "POST", headers });
  assert.deepEqual(
    [other.status, other.text],
    [415, "Expecting 'Content-Type' of application/json or application/x-protobuf"],
  );
});

const refusals: readonly (readonly [what: string, call: unknown, text: RegExp | string])[] = [
  ["no JSON", "{", /^Failed to parse body into JSON: /],
  [
    "no executor id",
    { framework_id: ids.framework_id, type: "SUBSCRIBE" },
    /^Failed to convert JSON into Call protobuf: .*executor_id/,
  ],
  ["no type", ids, "Failed to validate Executor::Call: Expecting 'type' to be present"],
  [
    "a type that nobody knows",
    { ...ids, type: "DANCE" },
    "Failed to validate Executor::Call: Expecting 'type' to be present",
  ],
  [
    "SUBSCRIBE without its part",
    { ...ids, type: "SUBSCRIBE" },
    "Failed to validate Executor::Call: Expecting 'subscribe' to be present",
  ],
  [
    "MESSAGE without its part",
    { ...ids, type: "MESSAGE" },
    "Failed to validate Executor::Call: Expecting 'message' to be present",
  ],
  [
    "an update without uuid",
    { ...ids, type: "UPDATE", update: { status: { ...status, uuid: undefined } } },
    "Failed to validate Executor::Call: Expecting 'uuid' to be present",
  ],
  [
    "an update with a short uuid",
    { ...ids, type: "UPDATE", update: { status: { ...status, uuid: "AAAA" } } },
    "Failed to validate Executor::Call: Not a valid UUID",
  ],
  [
    "an update of another executor",
    { ...ids, type: "UPDATE", update: { status: { ...status, executor_id: { value: "x" } } } },
    "Failed to validate Executor::Call: ExecutorID in Call: one does not match ExecutorID in TaskStatus: x",
  ],
  [
    "an update that is not from an executor",
    { ...ids, type: "UPDATE", update: { status: { ...status, source: "SOURCE_AGENT" } } },
    /with invalid source, expecting 'SOURCE_EXECUTOR'$/,
  ],
  [
    "TASK_STAGING",
    { ...ids, type: "UPDATE", update: { status: { ...status, state: "TASK_STAGING" } } },
    /^Failed to validate Executor::Call: Received TASK_STAGING from executor one .* which is not allowed$/,
  ],
];

for (const [what, call, text] of refusals) {
  test(`${what} is refused with 400`, async () => {
    const api = new Api();
    api.launch();
    const answer = await api.call(call);
    assert.equal(answer.status, 400);
    if (typeof text === "string") assert.equal(answer.text, text);
    else assert.match(answer.text, text);
  });
}

test("what is looked up: framework, executor, subscription, in this order", async () => {
  const api = new Api();
  const update = { ...ids, type: "UPDATE", update: { status } };
  const heartbeat = await api.call({ ...ids, type: "HEARTBEAT" });
  assert.equal(heartbeat.status, 202, "before anything is looked up");
  const first = await api.call(update);
  assert.deepEqual([first.status, first.text], [400, "Framework cannot be found"]);
  api.launch(commandTask("other"));
  const second = await api.call(update);
  assert.deepEqual([second.status, second.text], [400, "Executor cannot be found"]);
  api.launch();
  const third = await api.call(update);
  assert.deepEqual([third.status, third.text], [403, "Executor is not subscribed"]);
  const subscribe = { ...ids, type: "SUBSCRIBE", subscribe: {} };
  const fourth = await api.call(subscribe, { accept: "text/html" });
  assert.deepEqual(
    [fourth.status, fourth.text],
    [406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'"],
  );
  const subscribed = await api.call(subscribe);
  assert.equal(subscribed.status, 200);
  subscribed.stream?.(new Sink());
  assert.equal((await api.call(update)).status, 202);
  assert.equal((await api.call({ ...ids, type: "UNKNOWN" })).status, 501);
  assert.equal(api.agent.taskState("one", "one"), "TASK_RUNNING");
});

test("until recovered everything is 503", async () => {
  const api = new Api();
  api.agent.state.phase = "recovering";
  for (const path of ["/api/v1/executor", "/api/v1", "/state"]) {
    const answer = await ask(api.handle, path, { method: path === "/state" ? "GET" : "POST" });
    assert.deepEqual([answer.status, answer.text], [503, "Agent has not finished recovery"]);
  }
  assert.equal((await ask(api.handle, "/health")).status, 200);
});

/** Every path in a JSON text, with the kind of what is there. */
function shapeOf(text: string): string[] {
  const paths = new Set<string>();
  const visit = (value: unknown, path: string): void => {
    const isContainer = typeof value === "object" && value !== null;
    paths.add(
      `${path}: ${isContainer ? (Array.isArray(value) ? "list" : "object") : typeof value}`,
    );
    if (!isContainer) return;
    for (const [name, each] of Object.entries(value)) {
      visit(each, `${path}.${Array.isArray(value) ? "" : name}`);
    }
  };
  visit(JSON.parse(text), "");
  return [...paths].sort();
}

test("the events of a custom executor have the keys of the recorded ones", async () => {
  const api = new Api();
  // As in the recording, but for what differs between the tests' frameworks.
  const containerId = api.launch(customTask("echoed", "one"));
  const subscribed = await api.call({ ...ids, type: "SUBSCRIBE", subscribe: {} });
  assert.equal(subscribed.headers["Content-Type"], "application/json");
  const sink = new Sink();
  subscribed.stream?.(sink);
  const update = { status: { ...status, task_id: { value: "echoed" } } };
  await api.call({ ...ids, type: "UPDATE", update });
  api.dispatch({
    kind: "frameworkToExecutor",
    from: "master@10.0.0.1:5050",
    message: {
      slave_id: { value: agentId },
      framework_id: ids.framework_id,
      executor_id: ids.executor_id,
      data: new Uint8Array([1]),
    },
  });
  api.dispatch({
    kind: "shutdownExecutor",
    from: "master@10.0.0.1:5050",
    message: { framework_id: ids.framework_id, executor_id: ids.executor_id },
  });
  assert.ok(containerId !== undefined);
  const ours = byType(sink.texts());
  const recorded = byType(
    recordedExchanges("custom-json").flatMap(({ record }) =>
      record === undefined ? [] : [Buffer.from(record).toString()],
    ),
  );
  assert.deepEqual([...ours.keys()], [...recorded.keys()]);
  // The recorded framework has labels, and its agent attributes and ports.
  const notHere = /labels|attributes|ranges/;
  for (const [type, text] of ours) {
    const expected = shapeOf(recorded.get(type) ?? "").filter((each) => !notHere.test(each));
    assert.deepEqual(shapeOf(text), expected, type);
  }
});

function byType(texts: readonly string[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const text of texts) types.set((JSON.parse(text) as { type: string }).type, text);
  return types;
}

test("the recorded calls of command executors are taken as they are, in protobuf", async () => {
  const api = new Api();
  const containers = new Map<string, Sink>();
  const framework = { value: "5cdac84c-d5d1-41cd-8e11-010988a58e1a-0000" };
  for (const id of ["long", "short"]) {
    api.agent.run(commandTask(id), { framework: frameworkInfo({ id: framework }) });
  }
  let taken = 0;
  for (const { dir, body } of recordedExchanges("command")) {
    if (dir !== "request" || body === undefined) continue;
    const answer = await ask(api.handle, "/slave(1)/api/v1/executor", {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", accept: "application/x-protobuf" },
      body,
    });
    const call = decodeMessage(executor.Call, body).value as executor.Call;
    assert.equal(answer.status, call.type === "SUBSCRIBE" ? 200 : 202);
    taken += 1;
    if (answer.stream === undefined) continue;
    const sink = new Sink();
    containers.set(call.executor_id.value, sink);
    answer.stream(sink);
  }
  assert.equal(taken, 10);
  const eventsOf = (id: string): (string | undefined)[] =>
    containers.get(id)?.records.map((each) => decodeMessage(executor.Event, each).value?.type) ??
    [];
  // The second stream of `long`: subscribed anew, its two last updates accepted.
  assert.deepEqual(eventsOf("long"), ["SUBSCRIBED", "ACKNOWLEDGED", "ACKNOWLEDGED"]);
  assert.deepEqual(eventsOf("short"), [
    "SUBSCRIBED",
    "LAUNCH",
    "ACKNOWLEDGED",
    "ACKNOWLEDGED",
    "ACKNOWLEDGED",
  ]);
});

test("a second subscription takes over from the first", async () => {
  const api = new Api();
  api.launch();
  const [first, second] = [new Sink(), new Sink()];
  for (const sink of [first, second]) {
    const answer = await api.call({ ...ids, type: "SUBSCRIBE", subscribe: {} });
    answer.stream?.(sink);
  }
  assert.equal(first.closed, true);
  assert.equal(second.closed, false);
  assert.equal(api.agent.executor("one")?.isConnected, true);
});

test("an executor that went away between its call and its stream is told to go", async () => {
  const api = new Api();
  const containerId = api.launch();
  const answer = await api.call({ ...ids, type: "SUBSCRIBE", subscribe: {} });
  api.dispatch({ kind: "executorTerminated", containerId: asId(containerId), end: {} });
  const sink = new Sink();
  answer.stream?.(sink);
  assert.deepEqual(sink.texts(), ['{"type":"SHUTDOWN"}']);
  assert.equal(sink.closed, true);
});

test("bytes that are no call are refused, whatever they are", async () => {
  const api = new Api();
  const whole = encodeMessage(executor.Call, { ...ids, type: "SUBSCRIBE", subscribe: {} });
  for (let cut = 1; cut < whole.length; cut += 1) {
    const answer = await ask(api.handle, "/api/v1/executor", {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: whole.subarray(0, cut),
    });
    assert.equal(answer.status, 400);
  }
});
