import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import type { HttpClientRequest } from "@tavola/host";
import {
  encodeRecord,
  formatMessageJson,
  type MessageFormat,
  scheduler,
  type TaskStatus,
} from "@tavola/protocol";
import { decodeAs } from "../api-request.ts";
import { readRecording } from "../testing/recording.ts";
import {
  connectionRefused,
  type Script,
  ScriptedHttp,
  ScriptedStream,
} from "../testing/scripted-http.ts";
import { type SteppedClock, settle, steppedClock } from "../testing/settle.ts";
import { connectScheduler, type Scheduler, type SchedulerOptions } from "./scheduler-client.ts";
import type { SchedulerEvent } from "./scheduler-events.ts";

const framework = { user: "root", name: "test", roles: ["web"] };

function callOf(request: HttpClientRequest | undefined): scheduler.Call {
  assert.ok(request?.body !== undefined, "no such request was made");
  const format = request.headers?.["content-type"] === "application/json" ? "json" : "protobuf";
  const decoded = decodeAs(format, scheduler.Call, Buffer.from(request.body));
  assert.equal(decoded.error, undefined);
  return decoded.value as scheduler.Call;
}

function record(event: scheduler.Event): Uint8Array {
  return encodeRecord(formatMessageJson(scheduler.Event, event));
}

const subscribed: scheduler.Event = {
  type: "SUBSCRIBED",
  subscribed: { framework_id: { value: "f-1" }, heartbeat_interval_seconds: 15 },
};

function update(state: TaskStatus["state"], uuid?: string): scheduler.Event {
  const status: TaskStatus = { task_id: { value: "t" }, agent_id: { value: "a" }, state };
  return {
    type: "UPDATE",
    update: { status: uuid === undefined ? status : { ...status, uuid: Buffer.from(uuid) } },
  };
}

interface Stage {
  readonly clock: SteppedClock;
  readonly http: ScriptedHttp;
  readonly streams: ScriptedStream[];
  readonly scheduler: Scheduler;
  readonly events: AsyncIterator<SchedulerEvent>;
  /** Types of the calls so far, in order. */
  calls(): readonly (string | undefined)[];
  next(): Promise<SchedulerEvent>;
}

/** A scheduler in JSON, and a script for every request; without one, SUBSCRIBE is taken and so is every call. */
function stage(options: Partial<SchedulerOptions> = {}, script?: Script): Stage {
  const clock = steppedClock();
  const streams: ScriptedStream[] = [];
  const http = new ScriptedHttp(async (request, index) => {
    const answer = await script?.(request, index);
    if (answer !== undefined && answer.status !== 200) return answer;
    if (callOf(request).type !== "SUBSCRIBE") return answer ?? { status: 202 };
    const stream = new ScriptedStream();
    streams.push(stream);
    return { status: 200, headers: { "mesos-stream-id": `s-${streams.length}` }, stream };
  });
  const world = { clock, http, random: seededRandom(1) };
  const masters = "127.0.0.1:5050";
  const client = connectScheduler({ masters, framework, format: "json", world, ...options });
  const events = client[Symbol.asyncIterator]();
  return {
    clock,
    http,
    streams,
    scheduler: client,
    events,
    calls: () => http.requests.map((request) => callOf(request).type),
    async next() {
      const { value, done } = await events.next();
      assert.ok(done !== true, "the loop ended");
      return value;
    },
  };
}

/** As `stage`, subscribed, with the SUBSCRIBED event taken. */
async function subscribedStage(options: Partial<SchedulerOptions> = {}, script?: Script) {
  const set = stage(options, script);
  await settle();
  set.streams[0]?.send(record(subscribed));
  assert.equal((await set.next()).type, "SUBSCRIBED");
  return set;
}

async function replay(
  format: MessageFormat,
  deliver: (stream: ScriptedStream, bytes: Uint8Array) => void,
): Promise<SchedulerEvent[]> {
  const chunks = readRecording(`scheduler-${format}.jsonl`).streams.get(0) ?? [];
  const stream = new ScriptedStream();
  const http = new ScriptedHttp((request) =>
    callOf(request).type === "SUBSCRIBE" ? { status: 200, stream } : { status: 202 },
  );
  deliver(stream, Buffer.concat(chunks));
  const world = { clock: steppedClock(), http, random: seededRandom(1) };
  const events: SchedulerEvent[] = [];
  const client = connectScheduler({ masters: "127.0.0.1:5050", framework, format, world });
  await assert.rejects(
    async () => {
      for await (const event of client) events.push(event);
    },
    { code: "FRAMEWORK_REFUSED", details: { reason: "Framework failed over" } },
  );
  const acknowledged = http.requests.filter((r) => callOf(r).type === "ACKNOWLEDGE").length;
  const acknowledgeable = events.filter((e) => e.type === "UPDATE" && e.status.uuid !== undefined);
  assert.equal(acknowledged, acknowledgeable.length);
  return events;
}

for (const format of ["json", "protobuf"] as const) {
  test(`a recorded ${format} stream gives the same events whole and cut at every byte`, async () => {
    const whole = await replay(format, (stream, bytes) => stream.send(bytes));
    const cut = await replay(format, (stream, bytes) => stream.trickle(bytes));
    assert.deepEqual(cut, whole);
    const counts: Record<string, number> = {};
    for (const { type } of whole) counts[type] = (counts[type] ?? 0) + 1;
    const expected =
      format === "json"
        ? { SUBSCRIBED: 1, OFFERS: 7, UPDATE: 19, MESSAGE: 1, FAILURE: 1 }
        : { SUBSCRIBED: 1, OFFERS: 7, UPDATE: 19, MESSAGE: 1, FAILURE: 1 };
    assert.deepEqual(counts, expected);
  });
}

test("an update is acknowledged when the loop asks for the next event, not before", async () => {
  const set = await subscribedStage();
  set.streams[0]?.send(record(update("TASK_RUNNING", "u-1")));
  const event = await set.next();
  assert.equal(event.type === "UPDATE" && event.status.state, "TASK_RUNNING");
  await settle();
  assert.deepEqual(set.calls(), ["SUBSCRIBE"]);
  const following = set.next();
  await settle();
  assert.deepEqual(callOf(set.http.requests[1]), {
    type: "ACKNOWLEDGE",
    framework_id: { value: "f-1" },
    acknowledge: {
      agent_id: { value: "a" },
      task_id: { value: "t" },
      uuid: new Uint8Array(Buffer.from("u-1")),
    },
  });
  assert.equal(set.http.requests[1]?.headers?.["mesos-stream-id"], "s-1");
  set.streams[0]?.send(record(update("TASK_LOST")));
  await following;
  const last = set.next();
  await settle();
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "ACKNOWLEDGE"], "no uuid, no acknowledgement");
  await set.scheduler.close();
  await assert.rejects(last, /the loop ended/);
});

test('acknowledgements: "manual" leaves them to the author', async () => {
  const set = await subscribedStage({ acknowledgements: "manual" });
  set.streams[0]?.send(record(update("TASK_RUNNING", "u-1")));
  set.streams[0]?.send(record(update("TASK_FINISHED")));
  const first = await set.next();
  const second = await set.next();
  await settle();
  assert.deepEqual(set.calls(), ["SUBSCRIBE"]);
  assert.ok(first.type === "UPDATE" && second.type === "UPDATE");
  await set.scheduler.acknowledge(first.status);
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "ACKNOWLEDGE"]);
  await assert.rejects(set.scheduler.acknowledge(second.status), {
    code: "STATUS_NOT_ACKNOWLEDGEABLE",
  });
  await set.scheduler.close();
});

test("a follower's 307 is followed, with the same SUBSCRIBE", async () => {
  const set = await subscribedStage({}, (request) =>
    request.url.startsWith("http://127.0.0.1:5050/")
      ? { status: 307, headers: { location: "//10.0.0.2:5050/api/v1/scheduler" } }
      : { status: 200 },
  );
  const [first, second] = set.http.requests;
  assert.equal(second?.url, "http://10.0.0.2:5050/api/v1/scheduler");
  assert.deepEqual(second?.body, first?.body);
  await set.scheduler.decline([{ value: "o" }]);
  assert.equal(set.http.requests[2]?.url, "http://10.0.0.2:5050/api/v1/scheduler");
  await set.scheduler.close();
});

test("503 is waited out with a growing back-off", async () => {
  const set = stage({}, (_, index) =>
    index < 3 ? { status: 503, body: "No leader elected" } : { status: 200 },
  );
  const pauses: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const event = await set.next();
    assert.ok(event.type === "DISCONNECTED");
    assert.equal(event.error.code, "UNAVAILABLE");
    assert.match(event.error.message, /No leader elected/);
    pauses.push(event.retry_in_ms);
    await set.clock.step(event.retry_in_ms);
  }
  set.streams[0]?.send(record(subscribed));
  assert.equal((await set.next()).type, "SUBSCRIBED");
  const [a = 0, b = 0, c = 0] = pauses;
  assert.ok(a >= 50 && a <= 100 && b >= 100 && b <= 200 && c >= 200 && c <= 400, String(pauses));
  await set.scheduler.close();
});

test("a master that cannot be reached is passed over for the next of the list", async () => {
  const set = stage({ masters: "a:1,b:2" }, (request) => {
    if (request.url.startsWith("http://a:1/")) throw connectionRefused(request.url);
    return { status: 200 };
  });
  const event = await set.next();
  assert.ok(event.type === "DISCONNECTED");
  assert.equal(event.error.code, "CONNECTION_REFUSED");
  await set.clock.step(event.retry_in_ms);
  set.streams[0]?.send(record(subscribed));
  assert.equal((await set.next()).type, "SUBSCRIBED");
  assert.match(set.http.requests[1]?.url ?? "", /^http:\/\/b:2\//);
  await set.scheduler.close();
});

test("a refused SUBSCRIBE ends the loop with the master's words", async () => {
  const set = stage({}, () => ({ status: 400, body: "Failed to validate scheduler::Call" }));
  await assert.rejects(set.next(), {
    code: "CALL_REFUSED",
    details: { status: 400, call: "SUBSCRIBE", reason: "Failed to validate scheduler::Call" },
  });
  assert.deepEqual(await set.events.next(), { done: true, value: undefined });
});

test("five missed heartbeats make it come back with its framework id", async () => {
  const set = await subscribedStage();
  await set.clock.step(60_000);
  set.streams[0]?.send(record({ type: "HEARTBEAT" }));
  await set.clock.step(75_000);
  assert.equal(set.http.requests.length, 1, "75 s of silence are borne");
  const lost = set.next();
  await set.clock.step(16_000);
  const event = await lost;
  assert.ok(event.type === "DISCONNECTED");
  assert.equal(event.error.code, "HEARTBEATS_MISSED");
  assert.equal(set.streams[0]?.isAbandoned, true);
  await set.clock.step(event.retry_in_ms);
  const again = callOf(set.http.requests[1]);
  assert.deepEqual(again.framework_id, { value: "f-1" });
  assert.deepEqual(again.subscribe?.framework_info.id, { value: "f-1" });
  set.streams[1]?.send(record(subscribed));
  assert.equal((await set.next()).type, "SUBSCRIBED");
  await set.scheduler.close();
});

test("a loop that takes its time is not taken for a silent master", async () => {
  const set = await subscribedStage();
  for (let i = 0; i < 1100; i += 1) set.streams[0]?.send(record(update("TASK_RUNNING")));
  await set.clock.step(600_000);
  assert.equal(set.http.requests.length, 1);
  for (let i = 0; i < 1100; i += 1) assert.equal((await set.next()).type, "UPDATE");
  await set.scheduler.close();
});

test("a stream that breaks or is malformed is opened again", async () => {
  const breakers: readonly ((stream: ScriptedStream) => void)[] = [
    (stream) => stream.break(),
    (stream) => stream.end(),
    (stream) => stream.send(Buffer.from("x\n")),
    (stream) => stream.send(encodeRecord('{"type":"UPDATE","update":{"status":{}}}')),
  ];
  const codes = ["CONNECTION_LOST", "STREAM_ENDED", "STREAM_MALFORMED", "STREAM_MALFORMED"];
  for (const [index, breaks] of breakers.entries()) {
    const set = await subscribedStage();
    const stream = set.streams[0];
    assert.ok(stream !== undefined);
    breaks(stream);
    const event = await set.next();
    assert.equal(event.type === "DISCONNECTED" && event.error.code, codes[index]);
    await assert.rejects(set.scheduler.reconcile(), { code: "NOT_SUBSCRIBED", transient: true });
    await set.clock.step(1000);
    assert.equal(set.streams.length, 2);
    await set.scheduler.close();
  }
});

test("calls are sent in order, one after the other; acknowledgements do not wait for them", async () => {
  const answers: (() => void)[] = [];
  const set = await subscribedStage({ acknowledgements: "manual" }, async (request) => {
    if (callOf(request).type === "SUBSCRIBE") return { status: 200 };
    await new Promise<void>((resolve) => answers.push(resolve));
    return { status: 202 };
  });
  const declined = set.scheduler.decline([{ value: "o" }]);
  const revived = set.scheduler.revive();
  const acknowledged = set.scheduler.acknowledge(
    update("TASK_RUNNING", "u").update?.status as TaskStatus,
  );
  await settle();
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "ACKNOWLEDGE", "DECLINE"]);
  for (const answer of answers.splice(0)) answer();
  await declined;
  await acknowledged;
  await settle();
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "ACKNOWLEDGE", "DECLINE", "REVIVE"]);
  for (const answer of answers.splice(0)) answer();
  await revived;
  await set.scheduler.close();
});

test("a refused call rejects with the master's reason, and the next one is sent", async () => {
  const set = await subscribedStage({}, (request) =>
    callOf(request).type === "REVIVE" ? { status: 400, body: "no such role\n" } : { status: 200 },
  );
  const refused = set.scheduler.revive(["nope"]);
  const taken = set.scheduler.suppress();
  await assert.rejects(refused, {
    code: "CALL_REFUSED",
    message: "REVIVE was answered 400: no such role",
    transient: false,
  });
  await taken;
  await set.scheduler.close();
});

test("a call that a former leader redirects is not repeated; the framework comes back", async () => {
  const set = await subscribedStage({}, (request) =>
    callOf(request).type === "SUBSCRIBE"
      ? { status: 200 }
      : { status: 307, headers: { location: "//b:2/api/v1/scheduler" } },
  );
  await assert.rejects(set.scheduler.reconcile(), { code: "LEADERSHIP_LOST", transient: true });
  const event = await set.next();
  assert.equal(event.type === "DISCONNECTED" && event.error.code, "LEADERSHIP_LOST");
  await set.clock.step(1000);
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "RECONCILE", "SUBSCRIBE"]);
  await set.scheduler.close();
});

test("suppressed roles and an updated framework are what SUBSCRIBE says on the way back", async () => {
  const set = await subscribedStage();
  await set.scheduler.suppress();
  await set.scheduler.updateFramework(
    { ...framework, roles: ["web", "db"] },
    { suppressedRoles: ["web"] },
  );
  await set.scheduler.suppress();
  await set.scheduler.revive(["db"]);
  set.streams[0]?.break();
  await set.next();
  await set.clock.step(1000);
  const { subscribe } = callOf(set.http.requests.at(-1));
  assert.deepEqual(subscribe?.suppressed_roles, ["web"]);
  assert.deepEqual(subscribe?.framework_info.roles, ["web", "db"]);
  await set.scheduler.close();
});

test("the signal ends the loop, closes the stream and leaves no timer", async () => {
  const controller = new AbortController();
  const set = await subscribedStage({ signal: controller.signal });
  const next = set.events.next();
  controller.abort();
  assert.deepEqual(await next, { done: true, value: undefined });
  await settle();
  assert.equal(set.streams[0]?.isAbandoned, true);
  assert.equal(set.clock.waiting, 0);
});

test("leaving the loop closes the stream", async () => {
  const set = await subscribedStage();
  await set.events.return?.();
  assert.equal(set.streams[0]?.isAbandoned, true);
  assert.equal(set.clock.waiting, 0);
  await assert.rejects(set.scheduler.kill({ value: "t" }), { code: "NOT_SUBSCRIBED" });
});

test("events that wait are not given out after close(), and teardown() closes", async () => {
  for (const end of ["close", "teardown"] as const) {
    const set = await subscribedStage();
    set.streams[0]?.send(record(update("TASK_RUNNING")));
    set.streams[0]?.send(record(update("TASK_RUNNING")));
    await settle();
    await set.scheduler[end]();
    assert.deepEqual(await set.events.next(), { done: true, value: undefined });
  }
});

test("while the connection is lost, what is moot resolves, and is remembered", async () => {
  const set = await subscribedStage();
  set.streams[0]?.break();
  await set.next();
  await set.scheduler.decline([{ value: "o" }]);
  await set.scheduler.suppress(["web"]);
  await assert.rejects(set.scheduler.accept([{ value: "o" }], []), { code: "NOT_SUBSCRIBED" });
  await set.clock.step(1000);
  assert.deepEqual(callOf(set.http.requests.at(-1)).subscribe?.suppressed_roles, ["web"]);
  await set.scheduler.close();
});

test("teardown() ends the framework and the loop", async () => {
  const set = await subscribedStage();
  const next = set.events.next();
  await set.scheduler.teardown();
  assert.deepEqual(await next, { done: true, value: undefined });
  assert.deepEqual(set.calls(), ["SUBSCRIBE", "TEARDOWN"]);
});

test("a stream that ends before TEARDOWN is answered is no disconnection", async () => {
  const set = await subscribedStage({}, async (request) => {
    if (callOf(request).type !== "TEARDOWN") return { status: 200 };
    set.streams[0]?.end();
    await settle();
    return { status: 202 };
  });
  const next = set.events.next();
  await set.scheduler.teardown();
  assert.deepEqual(await next, { done: true, value: undefined });
});

test("an event of a kind that this version does not know is passed over", async () => {
  const set = await subscribedStage();
  set.streams[0]?.send(encodeRecord('{"type":"BRAND_NEW","brand_new":{}}'));
  set.streams[0]?.send(record(update("TASK_RUNNING")));
  assert.equal((await set.next()).type, "UPDATE");
  await set.scheduler.close();
});

test("a scheduler is iterated once", async () => {
  const set = await subscribedStage();
  assert.throws(() => set.scheduler[Symbol.asyncIterator](), { code: "ITERATED_TWICE" });
  await set.scheduler.close();
});
