/** The connection to the master: what becomes of calls that it refuses, and of a framework that it does not take. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpClient, HttpClientRequest, HttpClientResponse } from "@tavola/host";
import { silentLogger, simulatedClock } from "@tavola/host";
import { decodeMessage, encodeMessage, encodeRecord, scheduler } from "@tavola/protocol";
import { type FrameworkEvents, FrameworkLink } from "./framework-link.ts";

const subscribedEvent: scheduler.Event = {
  type: "SUBSCRIBED",
  subscribed: { framework_id: { value: "ours" }, heartbeat_interval_seconds: 15 },
};

/** A master that says `events` to whoever subscribes, and answers every other call with `status`. */
class SmallMaster implements HttpClient {
  readonly calls: scheduler.Call[] = [];
  readonly #events: readonly scheduler.Event[];
  readonly #statusOf: (call: scheduler.Call) => number;
  readonly #closed = Promise.withResolvers<void>();

  constructor(
    events: readonly scheduler.Event[],
    statusOf: (call: scheduler.Call) => number = () => 202,
  ) {
    this.#events = events;
    this.#statusOf = statusOf;
  }

  async request({ body, signal }: HttpClientRequest): Promise<HttpClientResponse> {
    const { value: call } = decodeMessage(scheduler.Call, body as Uint8Array);
    assert.ok(call !== undefined);
    signal?.addEventListener("abort", () => this.#closed.resolve());
    this.calls.push(call);
    const isSubscribe = call.type === "SUBSCRIBE";
    const text = Buffer.from("it is not to the master's taste");
    return {
      status: isSubscribe ? 200 : this.#statusOf(call),
      headers: { "mesos-stream-id": "s" },
      body: async () => text,
      chunks: () => (isSubscribe ? this.#stream() : emptyChunks()),
    };
  }

  async close(): Promise<void> {
    this.#closed.resolve();
  }

  async *#stream(): AsyncIterable<Uint8Array> {
    for (const event of this.#events) {
      yield encodeRecord(encodeMessage(scheduler.Event, event));
    }
    await this.#closed.promise;
  }
}

async function* emptyChunks(): AsyncIterable<Uint8Array> {}

function linkTo(http: HttpClient, events: Partial<FrameworkEvents> = {}): FrameworkLink {
  const nothing = async () => undefined;
  return new FrameworkLink({
    masters: "127.0.0.1:5050",
    framework: { id: { value: "ours" }, user: "nobody", name: "test" },
    logger: silentLogger,
    world: { http, clock: simulatedClock() },
    taskInfos: () => [],
    events: {
      ...{ subscribed: nothing, disconnected: nothing, offers: nothing, rescinded: nothing },
      ...{ updated: nothing, agentLost: nothing, message: nothing, launchRefused: nothing },
      heartbeat: () => undefined,
      ...events,
    },
  });
}

test("a framework that the master ends is told, with the master's reason", async () => {
  const master = new SmallMaster([
    { type: "ERROR", error: { message: "Framework has been removed" } },
  ]);
  const link = linkTo(master);
  await assert.rejects(link.ended, { code: "FRAMEWORK_REFUSED", message: /has been removed/ });
  await master.close();
});

test("a launch that the master refuses is told, and its offers are given back", async () => {
  const master = new SmallMaster([subscribedEvent], ({ type }) => (type === "ACCEPT" ? 400 : 202));
  const ready = Promise.withResolvers<void>();
  const told = Promise.withResolvers<readonly [readonly string[], string]>();
  const link = linkTo(master, {
    subscribed: async () => ready.resolve(),
    launchRefused: async (taskIds, reason) => told.resolve([taskIds, reason]),
  });
  await ready.promise;
  link.perform({ kind: "launch", agentId: "a", offerIds: ["o"], taskIds: ["t1", "t2"] });
  const [taskIds, reason] = await told.promise;
  assert.deepEqual(taskIds, ["t1", "t2"]);
  assert.match(reason, /not to the master's taste/);
  await new Promise((resolve) => setImmediate(resolve));
  const declined = master.calls.find(({ type }) => type === "DECLINE");
  assert.deepEqual(declined?.decline?.offer_ids, [{ value: "o" }]);
  await master.close();
  await link.close();
});

test("heartbeats are heard", async () => {
  let beats = 0;
  const heard = Promise.withResolvers<void>();
  const master = new SmallMaster([subscribedEvent, { type: "HEARTBEAT" }]);
  const link = linkTo(master, {
    heartbeat: () => {
      beats += 1;
      if (beats === 2) heard.resolve();
    },
  });
  await heard.promise;
  await master.close();
  await link.close();
});

test("a launch that got lost is nobody's refusal", async () => {
  const master = new SmallMaster([subscribedEvent], ({ type }) => (type === "ACCEPT" ? 503 : 202));
  const ready = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<void>();
  let refusals = 0;
  const link = linkTo(master, {
    subscribed: async () => ready.resolve(),
    disconnected: async () => lost.resolve(),
    launchRefused: async () => {
      refusals += 1;
    },
  });
  await ready.promise;
  link.perform({ kind: "launch", agentId: "a", offerIds: ["o"], taskIds: ["t1"] });
  await lost.promise;
  await master.close();
  await link.close();
  assert.equal(refusals, 0);
});
