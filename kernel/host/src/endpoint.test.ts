/** One port for both protocols, over real sockets on loopback. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { encodeLibprocessMessage, type LibprocessMessage } from "@tavola/protocol";
import { type Endpoint, type EndpointOptions, openEndpoint } from "./endpoint.ts";
import { silentLogger } from "./logger.ts";
import { connectRaw, occurrences } from "./testing/raw-connection.ts";
import { waitUntil } from "./testing/wait-until.ts";

async function endpointFor(
  context: TestContext,
  options: Partial<EndpointOptions> = {},
): Promise<Endpoint & { readonly messages: LibprocessMessage[] }> {
  const messages: LibprocessMessage[] = [];
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest: (request) => ({ status: 200, body: `${request.method} ${request.path}` }),
    onMessage: (message) => {
      if (message.to !== "master") return "unknown";
      messages.push(message);
      return "accepted";
    },
    ...options,
  });
  context.after(() => endpoint.close());
  return Object.assign(endpoint, { messages });
}

const sender = { id: "slave(1)", host: "127.0.0.1", port: 9 };
const master = { id: "master", host: "127.0.0.1", port: 9 };

function message(name: string, body = "", to = master): Uint8Array {
  return encodeLibprocessMessage(sender, to, name, Buffer.from(body));
}

test("openEndpoint() tells its port and serves HTTP on it", async (context) => {
  const endpoint = await endpointFor(context);
  assert.equal(endpoint.ip, "127.0.0.1");
  assert.equal(endpoint.port, endpoint.boundPort);
  const answer = await fetch(`http://127.0.0.1:${endpoint.port}/state?x=1`);
  assert.equal(await answer.text(), "GET /state");
});

test("openEndpoint() rejects with CANNOT_LISTEN when the port is taken", async (context) => {
  const endpoint = await endpointFor(context);
  await assert.rejects(
    openEndpoint({
      ip: "127.0.0.1",
      port: endpoint.port,
      logger: silentLogger,
      onRequest: () => ({ status: 200 }),
    }),
    { code: "CANNOT_LISTEN" },
  );
});

test("openEndpoint() tells peers the advertised address", async (context) => {
  const endpoint = await endpointFor(context, { advertiseIp: "10.1.2.3", advertisePort: 5050 });
  assert.deepEqual([endpoint.ip, endpoint.port], ["10.1.2.3", 5050]);
  assert.notEqual(endpoint.boundPort, 5050);
});

test("openEndpoint() hands messages over in order and answers 202 or 404 each", async (context) => {
  const endpoint = await endpointFor(context);
  const connection = connectRaw(endpoint.port);
  connection.write(
    Buffer.concat([
      message("A", "one"),
      message("B", "", { ...master, id: "nobody" }),
      message("C"),
    ]),
  );
  const replies = await connection.until((text) => occurrences(text, "\r\n\r\n") === 3);
  assert.deepEqual(replies.match(/HTTP\/1\.1 \d+ [^\r]+/g), [
    "HTTP/1.1 202 Accepted",
    "HTTP/1.1 404 Not Found",
    "HTTP/1.1 202 Accepted",
  ]);
  assert.equal(occurrences(replies, "Date: "), 3);
  assert.deepEqual(
    endpoint.messages.map(({ from, name, body }) => [from, name, Buffer.from(body).toString()]),
    [
      ["slave(1)@127.0.0.1:9", "A", "one"],
      ["slave(1)@127.0.0.1:9", "C", ""],
    ],
  );
  assert.equal(endpoint.droppedMessages, 1);
  connection.socket.destroy();
});

test("openEndpoint() takes a message whose bytes come one by one", async (context) => {
  const endpoint = await endpointFor(context);
  const connection = connectRaw(endpoint.port);
  connection.socket.setNoDelay(true);
  for (const byte of message("Slow", "body")) {
    connection.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await connection.until((text) => text.includes("202 Accepted"));
  assert.equal(endpoint.messages[0]?.name, "Slow");
  connection.socket.destroy();
});

test("openEndpoint() closes only the connection whose framing is broken", async (context) => {
  const endpoint = await endpointFor(context);
  const good = connectRaw(endpoint.port);
  good.write(message("Before"));
  await good.until((text) => occurrences(text, "202 Accepted") === 1);
  const bad = connectRaw(endpoint.port);
  bad.write(Buffer.concat([message("Whole"), Buffer.from("GARBAGE\r\n\r\n")]));
  assert.match(await bad.ended(), /^HTTP\/1\.1 202/);
  assert.equal(endpoint.droppedMessages, 1);
  good.write(message("After"));
  await good.until((text) => occurrences(text, "202 Accepted") === 2);
  assert.deepEqual(
    endpoint.messages.map(({ name }) => name),
    ["Before", "Whole", "After"],
  );
  good.socket.destroy();
});

test("openEndpoint() takes a message on a connection that was used for HTTP before", async (context) => {
  const endpoint = await endpointFor(context);
  const connection = connectRaw(endpoint.port);
  connection.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  await connection.until((text) => text.includes("GET /health"));
  connection.write(message("Late", "body"));
  await connection.until((text) => text.includes("202 Accepted"));
  connection.write(message("Lost", "", { ...master, id: "nobody" }));
  await connection.until((text) => text.includes("404 Not Found"));
  assert.deepEqual(
    endpoint.messages.map(({ name, from }) => [name, from]),
    [["Late", "slave(1)@127.0.0.1:9"]],
  );
  assert.equal(Buffer.from(endpoint.messages[0]?.body ?? []).toString(), "body");
  connection.socket.destroy();
});

test("openEndpoint() takes a large message in many pieces", async (context) => {
  const endpoint = await endpointFor(context);
  const connection = connectRaw(endpoint.port);
  connection.write(message("Large", "x".repeat(3_000_000)));
  await connection.until((text) => text.includes("202 Accepted"));
  assert.equal(endpoint.messages[0]?.body.length, 3_000_000);
  connection.socket.destroy();
});

test("openEndpoint() refuses a message body over the limit and ends that connection", async (context) => {
  const endpoint = await endpointFor(context, { bodyBytesMax: 1000 });
  const connection = connectRaw(endpoint.port);
  connection.write(message("Large", "x".repeat(1001)));
  assert.equal(await connection.ended(), "");
  assert.equal(endpoint.messages.length, 0);
  assert.equal(endpoint.droppedMessages, 1);
});

test("close() ends every connection, idle, streaming and libprocess", async () => {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest: () => ({ status: 200, stream: (sink) => void sink.write("first") }),
    onMessage: () => "accepted",
  });
  const idle = connectRaw(endpoint.port);
  const streaming = connectRaw(endpoint.port);
  streaming.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await streaming.until((text) => text.includes("first"));
  const peer = connectRaw(endpoint.port);
  peer.write(message("A"));
  await peer.until((text) => text.includes("202"));
  await endpoint.close();
  await Promise.all([idle.ended(), streaming.ended(), peer.ended()]);
  const late = connectRaw(endpoint.port);
  await late.ended();
});

test("openEndpoint() lives on after connections that come and go without a word", async (context) => {
  const endpoint = await endpointFor(context);
  let gone = 0;
  for (let i = 0; i < 20; i += 1) {
    const connection = connectRaw(endpoint.port);
    connection.socket.on("connect", () => {
      if (i % 2 === 0) connection.socket.resetAndDestroy();
      else connection.socket.end("POST /half");
    });
    connection.socket.on("close", () => {
      gone += 1;
    });
  }
  await waitUntil(() => gone === 20, "all connections to be over");
  assert.equal((await fetch(`http://127.0.0.1:${endpoint.port}/`)).status, 200);
});
