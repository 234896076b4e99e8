/** The pooled client against our own server and against peers that misbehave. */

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type HttpClient, type HttpHandler, openEndpoint, silentLogger } from "@tavola/host";
import { createPooledHttp } from "./pooled-http.ts";

async function pair(
  context: TestContext,
  onRequest: HttpHandler,
): Promise<{ client: HttpClient; url: string }> {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest,
  });
  const client = createPooledHttp();
  context.after(async () => {
    await client.close();
    await endpoint.close();
  });
  return { client, url: `http://127.0.0.1:${endpoint.port}` };
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, each) => total + each, 0);
}

/** Answers whatever comes on each connection with `reply`. */
async function scripted(
  context: TestContext,
  reply: (socket: Socket, data: string, connection: number) => void,
): Promise<{ client: HttpClient; url: string; connections: () => number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => reply(socket, bytes.toString("latin1"), sockets.length));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = createPooledHttp();
  context.after(async () => {
    await client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { client, url: `http://127.0.0.1:${port}/`, connections: () => sockets.length };
}

const empty = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

test("request() sends method, headers and body, and gives status, headers and body", async (context) => {
  const { client, url } = await pair(context, async (request) => ({
    status: 418,
    headers: { "X-Answer": `${request.method} ${request.path} ${request.headers["x-question"]}` },
    body: await request.body(),
  }));
  for (const body of ["héllo", Buffer.from("héllo")]) {
    const headers = { "x-question": "why" };
    const answer = await client.request({ method: "POST", url: `${url}/a?b=c`, headers, body });
    assert.equal(answer.status, 418);
    assert.equal(answer.headers["x-answer"], "POST /a why");
    assert.equal(Buffer.from(await answer.body()).toString(), "héllo");
  }
});

test("calls share few connections, also when nobody reads their empty answers", async (context) => {
  const { client, url, connections } = await scripted(context, (socket) => socket.write(empty));
  for (let call = 0; call < 20; call += 1) {
    await (await client.request({ method: "POST", url })).body();
  }
  // The next call may be made a moment before the one before has given its connection back.
  assert.ok(connections() <= 2, `${connections()} connections for one call at a time`);
  const many = Array.from({ length: 500 }, () => client.request({ method: "POST", url }));
  assert.ok((await Promise.all(many)).every(({ status }) => status === 202));
  assert.ok(connections() <= 32, `${connections()} connections`);
});

test("calls that may be repeated wait neither for each other's answers nor behind a stream", async (context) => {
  const calls = 50;
  const asked = new Map<Socket, number>();
  const { client, url } = await scripted(context, (socket, data) => {
    if (data.startsWith("GET")) {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      return;
    }
    asked.set(socket, (asked.get(socket) ?? 0) + data.split("POST ").length - 1);
    if (sum(asked.values()) < calls) return;
    for (const [each, count] of asked) each.write(empty.repeat(count));
  });
  await client.request({ method: "GET", url });
  const request = { method: "POST", url, body: "call", isIdempotent: true };
  const answers = await Promise.all(Array.from({ length: calls }, () => client.request(request)));
  assert.ok(answers.every(({ status }) => status === 202));
  assert.ok(asked.size <= 2, `${asked.size} connections`);
});

test("chunks() gives a stream as it comes, and throws CONNECTION_LOST when the peer breaks off", async (context) => {
  let peer: Socket | undefined;
  const { client, url } = await scripted(context, (socket) => {
    peer = socket;
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  });
  const answer = await client.request({ method: "GET", url });
  const told: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const chunk of answer.chunks()) {
      told.push(Buffer.from(chunk).toString());
      if (told.length === 1) peer?.write("3\r\ntwo\r\n");
      else peer?.destroy();
    }
  };
  await assert.rejects(reading(), { code: "CONNECTION_LOST", transient: true });
  assert.deepEqual(told, ["one", "two"]);
});

test("a body that nobody reads on does not keep a connection, and a large one waits for its reader", async (context) => {
  const megabytes = 8;
  const { client, url } = await pair(context, () => ({
    status: 200,
    body: new Uint8Array(megabytes * 1024 * 1024).fill(7),
  }));
  const unread = await client.request({ method: "GET", url });
  for await (const _first of unread.chunks()) break;
  const read = await client.request({ method: "GET", url });
  assert.equal((await read.body()).byteLength, megabytes * 1024 * 1024);
});

test("request() rejects with CONNECTION_REFUSED where nobody listens", async (context) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const client = createPooledHttp();
  context.after(() => client.close());
  const url = `http://127.0.0.1:${port}/`;
  await assert.rejects(client.request({ method: "GET", url }), {
    code: "CONNECTION_REFUSED",
    transient: true,
  });
});

test("request() sends what may be sent twice again, once, and nothing else", async (context) => {
  const { client, url, connections } = await scripted(context, (socket, _data, connection) => {
    if (connection === 2) socket.write(empty);
    else socket.destroy();
  });
  assert.equal((await client.request({ method: "GET", url })).status, 202);
  assert.equal(connections(), 2);
  const other = await scripted(context, (socket) => socket.destroy());
  const lost = { code: "CONNECTION_LOST", transient: true };
  await assert.rejects(other.client.request({ method: "POST", url: other.url }), lost);
  assert.equal(other.connections(), 1);
  await assert.rejects(other.client.request({ method: "GET", url: other.url }), lost);
  assert.equal(other.connections(), 3);
});

test("request() rejects with CONNECTION_LOST when the peer speaks no HTTP", async (context) => {
  const { client, url } = await scripted(context, (socket) => socket.end("hello\r\n\r\n"));
  await assert.rejects(client.request({ method: "POST", url }), { code: "CONNECTION_LOST" });
});

test("an aborted signal rejects with ABORTED before, during and after the answer's head", async (context) => {
  let isHead = false;
  const { client, url } = await scripted(context, (socket) => {
    if (isHead) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
  });
  const over = AbortSignal.abort(new Error("over"));
  await assert.rejects(client.request({ method: "GET", url, signal: over }), { code: "ABORTED" });
  const during = new AbortController();
  const asked = client.request({ method: "GET", url, signal: during.signal });
  during.abort();
  await assert.rejects(asked, { code: "ABORTED" });
  isHead = true;
  const after = new AbortController();
  const answer = await client.request({ method: "GET", url, signal: after.signal });
  const body = answer.body();
  after.abort();
  await assert.rejects(body, { code: "ABORTED" });
});

test("what cannot be asked is BAD_REQUEST, and after close() every request is ABORTED", async (context) => {
  const { client, url } = await scripted(context, () => {});
  await assert.rejects(client.request({ method: "GET", url: "nonsense" }), { code: "BAD_REQUEST" });
  const waiting = client.request({ method: "GET", url });
  await client.close();
  await assert.rejects(waiting, { code: "ABORTED" });
  await assert.rejects(client.request({ method: "GET", url }), { code: "ABORTED" });
});
