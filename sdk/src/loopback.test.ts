import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type HttpRequest,
  type HttpResponse,
  openEndpoint,
  type StreamSink,
  silentLogger,
} from "@tavola/host";
import { encodeMessage, encodeRecord, scheduler } from "@tavola/protocol";
import { decodeAs } from "./api-request.ts";
import { connectScheduler } from "./scheduler/scheduler-client.ts";

/** A real server, which sends its stream in pieces of one byte and then breaks off. */
test("a scheduler over real sockets subscribes, is cut off, comes back and tears down", async () => {
  const calls: scheduler.Call[] = [];
  const sinks: StreamSink[] = [];
  const subscribed = encodeRecord(
    encodeMessage(scheduler.Event, {
      type: "SUBSCRIBED",
      subscribed: { framework_id: { value: "f" }, heartbeat_interval_seconds: 15 },
    }),
  );
  const onRequest = async (request: HttpRequest): Promise<HttpResponse> => {
    const call = decodeAs("protobuf", scheduler.Call, await request.body()).value;
    assert.ok(call !== undefined);
    calls.push(call);
    if (call.type !== "SUBSCRIBE") {
      assert.equal(request.headers["mesos-stream-id"], `s-${sinks.length}`);
      return { status: 202 };
    }
    return {
      status: 200,
      headers: {
        "Mesos-Stream-Id": `s-${sinks.length + 1}`,
        "Content-Type": "application/x-protobuf",
      },
      stream(sink) {
        sinks.push(sink);
        for (const byte of subscribed) sink.write(Uint8Array.of(byte));
      },
    };
  };
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    onRequest,
    logger: silentLogger,
  });
  const client = connectScheduler({
    masters: `127.0.0.1:${endpoint.port}`,
    framework: { user: "root", name: "loopback" },
  });
  const seen: string[] = [];
  for await (const event of client) {
    seen.push(event.type);
    if (event.type !== "SUBSCRIBED") continue;
    if (sinks.length === 1) sinks[0]?.end();
    else await client.teardown();
  }
  await endpoint.close();
  assert.deepEqual(seen, ["SUBSCRIBED", "DISCONNECTED", "SUBSCRIBED"]);
  assert.deepEqual(
    calls.map(({ type, framework_id }) => [type, framework_id?.value]),
    [
      ["SUBSCRIBE", undefined],
      ["SUBSCRIBE", "f"],
      ["TEARDOWN", "f"],
    ],
  );
});
