import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import type { HttpClientRequest } from "@tavola/host";
import { encodeMessage, formatMessageJson, master } from "@tavola/protocol";
import { decodeAs } from "../api-request.ts";
import { readRecording } from "../testing/recording.ts";
import {
  connectionRefused,
  type Script,
  type ScriptedAnswer,
  ScriptedHttp,
  ScriptedStream,
} from "../testing/scripted-http.ts";
import { settle, steppedClock } from "../testing/settle.ts";
import {
  createOperatorClient,
  type OperatorEvent,
  type OperatorOptions,
} from "./operator-client.ts";

function callOf(request: HttpClientRequest | undefined): master.Call {
  assert.ok(request?.body !== undefined, "no such request was made");
  const format = request.headers?.["content-type"] === "application/json" ? "json" : "protobuf";
  return decodeAs(format, master.Call, Buffer.from(request.body)).value as master.Call;
}

function answer(response: master.Response): ScriptedAnswer {
  return { status: 200, body: formatMessageJson(master.Response, response) };
}

function stage(script: Script, options: Partial<OperatorOptions> = {}) {
  const clock = steppedClock();
  const http = new ScriptedHttp(script);
  const world = { clock, http, random: seededRandom(1) };
  const masters = "127.0.0.1:5050";
  return {
    clock,
    http,
    operator: createOperatorClient({ masters, format: "json", world, ...options }),
  };
}

test("call() sends the call and takes the answer apart, in JSON and in protobuf", async () => {
  const response: master.Response = { type: "GET_HEALTH", get_health: { healthy: true } };
  const json = stage(() => answer(response));
  assert.deepEqual(await json.operator.call("GET_HEALTH"), { healthy: true });
  assert.equal(json.http.requests[0]?.url, "http://127.0.0.1:5050/api/v1");
  assert.deepEqual(callOf(json.http.requests[0]), { type: "GET_HEALTH" });
  const protobuf = stage(() => ({ status: 200, body: encodeMessage(master.Response, response) }), {
    format: "protobuf",
  });
  assert.deepEqual(await protobuf.operator.call("GET_HEALTH"), { healthy: true });
  assert.equal(protobuf.http.requests[0]?.headers?.["accept"], "application/x-protobuf");
});

test("call() sends the part that belongs to the call; a success without a body is undefined", async () => {
  const { operator, http } = stage(() => ({ status: 200 }));
  const nothing = await operator.call("TEARDOWN", { framework_id: { value: "f" } });
  assert.equal(nothing, undefined);
  assert.deepEqual(callOf(http.requests[0]), {
    type: "TEARDOWN",
    teardown: { framework_id: { value: "f" } },
  });
});

test("call() takes a missing part for an empty one where it may be empty, else for an error", async () => {
  const weights = stage(() => answer({ type: "GET_WEIGHTS" }));
  assert.deepEqual(await weights.operator.call("GET_WEIGHTS"), {});
  const version = stage(() => answer({ type: "GET_VERSION" }));
  await assert.rejects(version.operator.call("GET_VERSION"), { code: "ANSWER_MALFORMED" });
  const garbage = stage(() => ({ status: 200, body: "<html>" }));
  await assert.rejects(garbage.operator.call("GET_VERSION"), { code: "ANSWER_MALFORMED" });
});

test("call() rejects with the master's reason", async () => {
  const { operator } = stage(() => ({ status: 400, body: "Framework not found" }));
  await assert.rejects(operator.call("TEARDOWN", { framework_id: { value: "f" } }), {
    code: "CALL_REFUSED",
    details: { status: 400, call: "TEARDOWN", reason: "Framework not found" },
  });
});

test("call() follows a 307 with the same body, and stays with the leader", async () => {
  const { operator, http } = stage((request) =>
    request.url.startsWith("http://b:2")
      ? answer({ type: "GET_HEALTH", get_health: { healthy: true } })
      : { status: 307, headers: { location: "//b:2/api/v1" } },
  );
  await operator.call("GET_HEALTH");
  await operator.call("GET_HEALTH");
  assert.deepEqual(
    http.requests.map(({ url }) => url),
    ["http://127.0.0.1:5050/api/v1", "http://b:2/api/v1", "http://b:2/api/v1"],
  );
  assert.deepEqual(callOf(http.requests[1]), { type: "GET_HEALTH" });
});

test("call() gives up on masters that redirect in a circle", async () => {
  const { operator, http } = stage(() => ({ status: 307, headers: { location: "//b:2/api/v1" } }));
  await assert.rejects(operator.call("GET_HEALTH"), { code: "REDIRECT_LOOP" });
  assert.equal(http.requests.length, 6);
});

test("call() waits for a leader, and not for ever", async () => {
  let elected = false;
  const { operator, clock, http } = stage(() =>
    elected
      ? answer({ type: "GET_HEALTH", get_health: { healthy: true } })
      : { status: 503, body: "No leader elected" },
  );
  const healthy = operator.call("GET_HEALTH");
  await clock.step(1000);
  elected = true;
  await clock.step(1000);
  assert.deepEqual(await healthy, { healthy: true });
  assert.ok(http.requests.length > 3);
  elected = false;
  const never = operator.call("GET_HEALTH");
  never.catch(() => undefined);
  await clock.step(7000);
  await assert.rejects(never, { code: "UNAVAILABLE", message: /No leader elected/ });
});

test("call() asks each master of the list once before it says that none answers", async () => {
  const { operator, http } = stage(
    (request) => {
      throw connectionRefused(request.url);
    },
    { masters: "a:1,b:2,c:3" },
  );
  await assert.rejects(operator.call("GET_HEALTH"), { code: "CONNECTION_REFUSED" });
  assert.deepEqual(
    http.requests.map(({ url }) => new URL(url).host),
    ["a:1", "b:2", "c:3"],
  );
});

test("events() gives a recorded stream whole and cut at every byte alike", async () => {
  const bytes = Buffer.concat(readRecording("operator-events.jsonl").streams.get(0) ?? []);
  const outcomes: OperatorEvent[][] = [];
  for (const deliver of ["send", "trickle"] as const) {
    const stream = new ScriptedStream();
    stream[deliver](bytes);
    stream.end();
    const { operator } = stage((_, index) =>
      index === 0 ? { status: 200, stream } : { status: 503 },
    );
    const events: OperatorEvent[] = [];
    for await (const event of operator.events()) {
      if (event.type === "DISCONNECTED") break;
      events.push(event);
    }
    outcomes.push(events);
  }
  const [whole, cut] = outcomes;
  assert.deepEqual(cut, whole);
  const counts: Record<string, number> = {};
  for (const { type } of whole ?? []) counts[type] = (counts[type] ?? 0) + 1;
  assert.deepEqual(counts, {
    SUBSCRIBED: 1,
    TASK_ADDED: 3,
    TASK_UPDATED: 10,
    FRAMEWORK_ADDED: 1,
    FRAMEWORK_UPDATED: 1,
    FRAMEWORK_REMOVED: 2,
    AGENT_ADDED: 1,
  });
});

test("events() subscribes again after a break, and ends with its signal", async () => {
  const streams = [new ScriptedStream(), new ScriptedStream()];
  let opened = 0;
  const { operator, clock } = stage(() => {
    const stream = streams[opened] as ScriptedStream;
    opened += 1;
    return { status: 200, stream };
  });
  const ending = new AbortController();
  const events = operator.events(ending.signal);
  const first = events.next();
  await settle();
  streams[0]?.break();
  const lost = await first;
  assert.equal(lost.value?.type, "DISCONNECTED");
  const second = events.next();
  await clock.step(1000);
  assert.equal(opened, 2);
  ending.abort();
  assert.deepEqual(await second, { done: true, value: undefined });
  assert.equal(clock.waiting, 0);
});
