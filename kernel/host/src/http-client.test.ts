/** The HTTP client against our own server and against ones that misbehave. */

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { openEndpoint } from "./endpoint.ts";
import type { HttpClient, HttpHandler, StreamSink } from "./http.ts";
import { createHttpClient, type HttpClientOptions } from "./http-client.ts";
import { silentLogger } from "./logger.ts";
import { waitUntil } from "./testing/wait-until.ts";

async function pair(
  context: TestContext,
  onRequest: HttpHandler,
  options?: HttpClientOptions,
): Promise<{ client: HttpClient; url: string; close: () => Promise<void> }> {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest,
  });
  const client = createHttpClient(options);
  context.after(async () => {
    await client.close();
    await endpoint.close();
  });
  return { client, url: `http://127.0.0.1:${endpoint.port}`, close: () => endpoint.close() };
}

/** A server that answers every connection's first bytes with `reply`, and tells its connections. */
async function scripted(
  context: TestContext,
  reply: (socket: Socket) => void,
): Promise<{ url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.once("data", () => reply(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, sockets };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test("request() sends method, headers and body, and gives status, headers and body", async (context) => {
  const { client, url } = await pair(context, async (request) => ({
    status: 418,
    headers: { "X-Answer": `${request.method} ${request.headers["x-question"]}` },
    body: await request.body(),
  }));
  for (const body of ["héllo", Buffer.from("héllo")]) {
    const answer = await client.request({
      method: "POST",
      url: `${url}/x`,
      headers: { "X-Question": "why" },
      body,
    });
    assert.equal(answer.status, 418);
    assert.equal(answer.headers["x-answer"], "POST why");
    assert.equal(text(await answer.body()), "héllo");
  }
});

test("request() reuses its connection, also when nobody reads an empty answer", async (context) => {
  const ports = new Set<number>();
  const server = await scripted(context, (socket) => {
    ports.add(socket.remotePort ?? 0);
    const reply = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    socket.write(reply);
    socket.on("data", () => socket.write(reply));
  });
  const client = createHttpClient();
  context.after(() => client.close());
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await client.request({ method: "POST", url: server.url })).status, 202);
    // The connection is free once the end of the answer was read, a turn later.
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(ports.size, 1);
});

test("request() does not follow redirects", async (context) => {
  const { client, url } = await pair(context, () => ({
    status: 307,
    headers: { Location: "//elsewhere:5050" },
  }));
  const answer = await client.request({ method: "GET", url });
  assert.equal(answer.status, 307);
  assert.equal(answer.headers["location"], "//elsewhere:5050");
});

test("chunks() gives a stream as it comes", async (context) => {
  let sink: StreamSink | undefined;
  const { client, url } = await pair(context, () => ({
    status: 200,
    stream: (opened) => {
      sink = opened;
    },
  }));
  const answer = await client.request({ method: "POST", url, body: "x" });
  await waitUntil(() => sink !== undefined, "the stream to open");
  const chunks = answer.chunks()[Symbol.asyncIterator]();
  sink?.write("one");
  assert.equal(text((await chunks.next()).value), "one");
  sink?.write("two");
  assert.equal(text((await chunks.next()).value), "two");
  sink?.end();
  assert.equal((await chunks.next()).done, true);
});

test("chunks() throws CONNECTION_LOST when the peer breaks off", async (context) => {
  const server = await scripted(context, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  });
  const client = createHttpClient();
  context.after(() => client.close());
  const answer = await client.request({ method: "GET", url: server.url });
  const chunks = answer.chunks()[Symbol.asyncIterator]();
  assert.equal(text((await chunks.next()).value), "abc");
  server.sockets[0]?.destroy();
  await assert.rejects(chunks.next(), { code: "CONNECTION_LOST", transient: true });
});

test("body() rejects with CONNECTION_LOST when the peer breaks off before the announced end", async (context) => {
  const server = await scripted(context, (socket) => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  });
  const client = createHttpClient();
  context.after(() => client.close());
  const answer = await client.request({ method: "GET", url: server.url });
  await assert.rejects(answer.body(), { code: "CONNECTION_LOST" });
});

test("an answer that nobody reads may break without harm", async (context) => {
  const server = await scripted(context, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  });
  const client = createHttpClient();
  context.after(() => client.close());
  await client.request({ method: "GET", url: server.url });
  let closed = false;
  server.sockets[0]?.on("close", () => {
    closed = true;
  });
  server.sockets[0]?.destroy();
  await waitUntil(() => closed, "the end of the connection");
});

test("request() rejects with CONNECTION_REFUSED where nobody listens", async (context) => {
  const { client, url, close } = await pair(context, () => ({ status: 200 }));
  await close();
  await assert.rejects(client.request({ method: "GET", url }), {
    code: "CONNECTION_REFUSED",
    transient: true,
  });
  await assert.rejects(
    client.request({ method: "GET", url: "http://localhost/", socketPath: "/nowhere/socket" }),
    { code: "CONNECTION_REFUSED" },
  );
});

test("request() rejects with CONNECTION_LOST when the peer hangs up or speaks no HTTP", async (context) => {
  const silent = await scripted(context, (socket) => socket.destroy());
  const babbling = await scripted(context, (socket) => socket.write("SSH-2.0-x\r\n"));
  const client = createHttpClient();
  context.after(() => client.close());
  for (const { url } of [silent, babbling]) {
    await assert.rejects(client.request({ method: "POST", url, body: "x" }), {
      code: "CONNECTION_LOST",
    });
  }
});

test("an aborted signal rejects with ABORTED before, during and after the answer's head", async (context) => {
  const { client, url } = await pair(context, (request) =>
    request.path === "/stream"
      ? { status: 200, stream: (sink) => void sink.write("x") }
      : new Promise(() => {}),
  );
  await assert.rejects(client.request({ method: "GET", url, signal: AbortSignal.abort() }), {
    code: "ABORTED",
  });
  const during = new AbortController();
  const waiting = client.request({ method: "GET", url, signal: during.signal });
  during.abort();
  await assert.rejects(waiting, { code: "ABORTED" });
  const after = new AbortController();
  const answer = await client.request({
    method: "GET",
    url: `${url}/stream`,
    signal: after.signal,
  });
  const chunks = answer.chunks()[Symbol.asyncIterator]();
  await chunks.next();
  after.abort();
  await assert.rejects(chunks.next(), { code: "ABORTED" });
});

test("body() holds no more than its limit", async (context) => {
  const { client, url } = await pair(context, () => ({ status: 200, body: "x".repeat(101) }), {
    bodyBytesMax: 100,
  });
  const answer = await client.request({ method: "GET", url });
  await assert.rejects(answer.body(), { code: "BODY_TOO_LARGE" });
});

test("request() rejects what cannot be asked, naming the URL", async (context) => {
  const { client, url } = await pair(context, () => ({ status: 200 }));
  await assert.rejects(client.request({ method: "GET", url: "no url" }), { code: "BAD_REQUEST" });
  await assert.rejects(client.request({ method: "GET", url, headers: { "X-Bad": "a\r\nb" } }), {
    code: "BAD_REQUEST",
  });
});

test("after close() every request is ABORTED", async (context) => {
  const { client, url } = await pair(context, () => ({ status: 200 }));
  await client.close();
  await assert.rejects(client.request({ method: "GET", url }), { code: "ABORTED" });
});

/** Answers the first request of each connection, and hangs up at the second. */
function tired(socket: Socket): void {
  socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  socket.once("data", () => socket.destroy());
}

test("request() sends an idempotent request again when a kept connection closes unanswered", async (context) => {
  const { url, sockets } = await scripted(context, tired);
  const client = createHttpClient();
  context.after(() => client.close());
  const asks = [
    { method: "GET", url },
    { method: "GET", url },
    { method: "POST", url, body: "again", isIdempotent: true },
  ];
  for (const ask of asks) assert.equal(text(await (await client.request(ask)).body()), "ok");
  assert.equal(sockets.length, 3, "one connection for each that was answered");
});

test("request() sends nothing twice that may not be, nor on a fresh connection", async (context) => {
  const { url, sockets } = await scripted(context, tired);
  const client = createHttpClient();
  context.after(() => client.close());
  await (await client.request({ method: "GET", url })).body();
  const lost = { code: "CONNECTION_LOST" };
  await assert.rejects(client.request({ method: "POST", url, body: "once" }), lost);
  const deaf = await scripted(context, (socket) => socket.destroy());
  await assert.rejects(client.request({ method: "GET", url: deaf.url }), lost);
  assert.deepEqual([sockets.length, deaf.sockets.length], [1, 1]);
});
