import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import type { HttpClientRequest } from "@tavola/host";
import {
  encodeRecord,
  executor,
  formatMessageJson,
  type MessageFormat,
  type TaskInfo,
} from "@tavola/protocol";
import { decodeAs } from "../api-request.ts";
import { readRecording } from "../testing/recording.ts";
import { type Script, ScriptedHttp, ScriptedStream } from "../testing/scripted-http.ts";
import { settle, steppedClock } from "../testing/settle.ts";
import { connectExecutor } from "./executor-client.ts";
import type { ExecutorEvent } from "./executor-events.ts";

const environment = {
  MESOS_FRAMEWORK_ID: "f",
  MESOS_EXECUTOR_ID: "e",
  MESOS_AGENT_ENDPOINT: "127.0.0.1:5051",
};
const checkpointing = { ...environment, MESOS_CHECKPOINT: "1", MESOS_RECOVERY_TIMEOUT: "10secs" };

function callOf(request: HttpClientRequest | undefined): executor.Call {
  assert.ok(request?.body !== undefined, "no such request was made");
  const format = request.headers?.["content-type"] === "application/json" ? "json" : "protobuf";
  const decoded = decodeAs(format, executor.Call, Buffer.from(request.body));
  assert.equal(decoded.error, undefined);
  return decoded.value as executor.Call;
}

function record(event: executor.Event): Uint8Array {
  return encodeRecord(formatMessageJson(executor.Event, event));
}

const subscribed: executor.Event = {
  type: "SUBSCRIBED",
  subscribed: {
    executor_info: { executor_id: { value: "e" } },
    framework_info: { user: "root", name: "f" },
    agent_info: { hostname: "h" },
  },
};

const task: TaskInfo = { name: "t", task_id: { value: "t" }, agent_id: { value: "a" } };
const launch: executor.Event = { type: "LAUNCH", launch: { task } };

function acknowledgement(call: executor.Call): executor.Event {
  assert.ok(call.update?.status.uuid !== undefined);
  const { task_id, uuid } = call.update.status;
  return { type: "ACKNOWLEDGED", acknowledged: { task_id, uuid } };
}

function stage(variables: Readonly<Record<string, string>> = environment, script?: Script) {
  const clock = steppedClock();
  const streams: ScriptedStream[] = [];
  const http = new ScriptedHttp(async (request, index) => {
    const answer = await script?.(request, index);
    if (answer !== undefined && answer.status !== 200) return answer;
    if (callOf(request).type !== "SUBSCRIBE") return answer ?? { status: 202 };
    const stream = new ScriptedStream();
    streams.push(stream);
    return { status: 200, stream };
  });
  const world = { clock, http, random: seededRandom(1) };
  const client = connectExecutor({ environment: variables, format: "json", world });
  const events = client[Symbol.asyncIterator]();
  return {
    clock,
    http,
    streams,
    executor: client,
    events,
    calls: () => http.requests.map((request) => callOf(request).type),
    async next(): Promise<ExecutorEvent> {
      const { value, done } = await events.next();
      assert.ok(done !== true, "the loop ended");
      return value;
    },
  };
}

async function launchedStage(variables?: Readonly<Record<string, string>>, script?: Script) {
  const set = stage(variables, script);
  await settle();
  set.streams[0]?.send(record(subscribed));
  set.streams[0]?.send(record(launch));
  assert.equal((await set.next()).type, "SUBSCRIBED");
  assert.equal((await set.next()).type, "LAUNCH");
  return set;
}

async function replay(
  format: MessageFormat,
  deliver: (stream: ScriptedStream, bytes: Uint8Array) => void,
): Promise<ExecutorEvent[]> {
  const recording = readRecording(`executor-${format}.jsonl`);
  const stream = new ScriptedStream();
  const http = new ScriptedHttp(() => ({ status: 200, stream }));
  deliver(stream, Buffer.concat(recording.streams.get(0) ?? []));
  stream.end();
  const world = { clock: steppedClock(), http, random: seededRandom(1) };
  const events: ExecutorEvent[] = [];
  for await (const event of connectExecutor({ environment, format, world })) events.push(event);
  return events;
}

test("recorded streams give the same events whole and cut at every byte", async () => {
  const expected = {
    json: ["SUBSCRIBED", "LAUNCH", "MESSAGE", "SHUTDOWN"],
    protobuf: ["SUBSCRIBED", "LAUNCH", "SHUTDOWN"],
  };
  for (const format of ["json", "protobuf"] as const) {
    const whole = await replay(format, (stream, bytes) => stream.send(bytes));
    const cut = await replay(format, (stream, bytes) => stream.trickle(bytes));
    assert.deepEqual(cut, whole);
    assert.deepEqual(
      whole.map(({ type }) => type),
      expected[format],
    );
  }
});

test("update() resolves when the agent acknowledges, not when it takes the call", async () => {
  const set = await launchedStage();
  let done = false;
  const updated = set.executor
    .update({ task_id: { value: "t" }, state: "TASK_RUNNING", message: "here" })
    .then(() => {
      done = true;
    });
  await settle();
  const call = callOf(set.http.requests[1]);
  assert.equal(done, false);
  const { uuid, ...rest } = call.update?.status ?? { uuid: undefined };
  assert.equal(uuid?.length, 16);
  assert.deepEqual(rest, {
    task_id: { value: "t" },
    state: "TASK_RUNNING",
    message: "here",
    source: "SOURCE_EXECUTOR",
    executor_id: { value: "e" },
    timestamp: set.clock.now() / 1000,
  });
  assert.deepEqual(
    [call.framework_id, call.executor_id, set.http.requests[1]?.url],
    [{ value: "f" }, { value: "e" }, "http://127.0.0.1:5051/api/v1/executor"],
  );
  set.streams[0]?.send(record(acknowledgement(call)));
  await updated;
  await set.executor.close();
});

test("updates are sent in order, one after the other", async () => {
  const answers: (() => void)[] = [];
  const set = await launchedStage(environment, async (request) => {
    if (callOf(request).type === "SUBSCRIBE") return { status: 200 };
    await new Promise<void>((resolve) => answers.push(resolve));
    return { status: 202 };
  });
  const updates = (["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"] as const).map((state) =>
    set.executor.update({ task_id: { value: "t" }, state }),
  );
  for (let sent = 1; sent <= 3; sent += 1) {
    await settle();
    assert.equal(set.http.requests.length, 1 + sent);
    answers.shift()?.();
  }
  await settle();
  const calls = set.http.requests.slice(1).map(callOf);
  assert.deepEqual(
    calls.map(({ update }) => update?.status.state),
    ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"],
  );
  for (const call of calls) set.streams[0]?.send(record(acknowledgement(call)));
  await Promise.all(updates);
  await set.executor.close();
});

test("after a break SUBSCRIBE tells what was not acknowledged, and update() still resolves", async () => {
  const set = await launchedStage(checkpointing);
  const updated = set.executor.update({ task_id: { value: "t" }, state: "TASK_RUNNING" });
  await settle();
  set.streams[0]?.break();
  await settle();
  const later = set.executor.update({ task_id: { value: "t" }, state: "TASK_FINISHED" });
  await set.clock.step(1000);
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "UPDATE", "SUBSCRIBE"]);
  const { subscribe } = callOf(set.http.requests[2]);
  assert.deepEqual(subscribe?.unacknowledged_tasks, [task]);
  const told = subscribe?.unacknowledged_updates ?? [];
  assert.deepEqual(
    told.map(({ status }) => status.state),
    ["TASK_RUNNING", "TASK_FINISHED"],
  );
  const meanwhile = set.executor.update({ task_id: { value: "u" }, state: "TASK_RUNNING" });
  await settle();
  assert.equal(set.http.requests.length, 3, "nothing is sent before SUBSCRIBED");
  set.streams[1]?.send(record(subscribed));
  await settle();
  assert.deepEqual(callOf(set.http.requests[3]).update?.status.task_id, { value: "u" });
  for (const update of [...told, callOf(set.http.requests[3]).update]) {
    set.streams[1]?.send(
      record(acknowledgement({ ...callOf(set.http.requests[3]), update } as executor.Call)),
    );
  }
  await Promise.all([updated, later, meanwhile]);
  assert.deepEqual((await set.next()).type, "SUBSCRIBED");
  set.streams[1]?.break();
  await set.clock.step(1000);
  assert.deepEqual(callOf(set.http.requests[4]).subscribe?.unacknowledged_tasks ?? [], []);
  await set.executor.close();
});

test("an update that the agent refuses rejects with its reason; later ones go on", async () => {
  const set = await launchedStage(environment, (request) =>
    callOf(request).update?.status.state === "TASK_STAGING"
      ? { status: 400, body: "Failed to validate executor::Call" }
      : { status: 200 },
  );
  await assert.rejects(set.executor.update({ task_id: { value: "t" }, state: "TASK_STAGING" }), {
    code: "CALL_REFUSED",
    message: /Failed to validate/,
  });
  const good = set.executor.update({ task_id: { value: "t" }, state: "TASK_RUNNING" });
  await settle();
  set.streams[0]?.send(record(acknowledgement(callOf(set.http.requests[2]))));
  await good;
  await set.executor.close();
});

test("an update that meets a 503 is sent again", async () => {
  const set = await launchedStage(environment, (_, index) => ({ status: index === 1 ? 503 : 200 }));
  const updated = set.executor.update({ task_id: { value: "t" }, state: "TASK_RUNNING" });
  await set.clock.step(1000);
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "UPDATE", "UPDATE"]);
  assert.deepEqual(callOf(set.http.requests[2]), callOf(set.http.requests[1]));
  set.streams[0]?.send(record(acknowledgement(callOf(set.http.requests[2]))));
  await updated;
  await set.executor.close();
});

test("without checkpointing a lost agent means SHUTDOWN, and the loop ends", async () => {
  const set = await launchedStage();
  set.streams[0]?.break();
  const event = await set.next();
  assert.ok(event.type === "SHUTDOWN");
  assert.match(event.reason ?? "", /does not checkpoint/);
  assert.deepEqual(await set.events.next(), { done: true, value: undefined });
});

test("with checkpointing it waits for the agent as long as it is told to, then shuts down", async () => {
  let away = false;
  const set = await launchedStage(checkpointing, () => ({ status: away ? 503 : 200 }));
  away = true;
  set.streams[0]?.break();
  const event = set.next();
  await set.clock.step(7000);
  assert.ok(set.http.requests.length > 5, "it tried only now and then");
  assert.equal(await Promise.race([event, settle().then(() => "waiting")]), "waiting");
  await set.clock.step(4000);
  const shutdown = await event;
  assert.ok(shutdown.type === "SHUTDOWN");
  assert.match(shutdown.reason ?? "", /not come back within 10 s/);
  assert.deepEqual(await set.events.next(), { done: true, value: undefined });
});

test("after SHUTDOWN updates still go out, until the loop asks for more", async () => {
  const set = await launchedStage();
  set.streams[0]?.send(record({ type: "SHUTDOWN" }));
  assert.deepEqual(await set.next(), { type: "SHUTDOWN" });
  const killed = set.executor.update({ task_id: { value: "t" }, state: "TASK_KILLED" });
  await settle();
  set.streams[0]?.send(record(acknowledgement(callOf(set.http.requests[1]))));
  await killed;
  assert.deepEqual(await set.events.next(), { done: true, value: undefined });
  await assert.rejects(set.executor.update({ task_id: { value: "t" }, state: "TASK_KILLED" }), {
    code: "EXECUTOR_CLOSED",
  });
});

test("an ERROR ends the loop with the agent's words", async () => {
  const set = await launchedStage();
  set.streams[0]?.send(record({ type: "ERROR", error: { message: "no such executor" } }));
  await assert.rejects(set.next(), { code: "EXECUTOR_REFUSED", message: /no such executor/ });
});

test("connectExecutor() outside an agent says which variables it misses", () => {
  assert.throws(() => connectExecutor({ environment: {} }), {
    code: "EXECUTOR_ENVIRONMENT_INVALID",
    message: /MESOS_AGENT_ENDPOINT/,
  });
});
