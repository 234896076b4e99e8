/** What every HTTP response and connection has in common, over real sockets on loopback. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Endpoint, type EndpointOptions, openEndpoint } from "./endpoint.ts";
import type { HttpHandler, HttpRequest, StreamSink } from "./http.ts";
import { silentLogger } from "./logger.ts";
import { connectRaw, occurrences } from "./testing/raw-connection.ts";
import { waitUntil } from "./testing/wait-until.ts";

async function serve(
  context: TestContext,
  onRequest: HttpHandler,
  options: Partial<EndpointOptions> = {},
): Promise<Endpoint> {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest,
    ...options,
  });
  context.after(() => endpoint.close());
  return endpoint;
}

const echo: HttpHandler = async (request) => ({ status: 200, body: await request.body() });

/** One request on a connection of its own, which the server then ends. */
async function ask(
  endpoint: Endpoint,
  head: string,
  body: string | Uint8Array = "",
): Promise<string> {
  const connection = connectRaw(endpoint.port);
  connection.write(`${head}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  if (body.length > 0) connection.write(body);
  return await connection.ended();
}

test("a response has Date and Content-Length, and text its type", async (context) => {
  const endpoint = await serve(context, () => ({ status: 200, body: "héllo" }));
  const answer = await ask(endpoint, "GET / HTTP/1.1");
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(answer, /\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
  assert.match(answer, /\r\nContent-Length: 6\r\n/);
  assert.match(answer, /\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
});

test("a response without a body says that its length is 0", async (context) => {
  const endpoint = await serve(context, () => ({ status: 202 }));
  const answer = await ask(endpoint, "POST / HTTP/1.1\r\nContent-Length: 0");
  assert.match(answer, /^HTTP\/1\.1 202 Accepted\r\n/);
  assert.match(answer, /\r\nContent-Length: 0\r\n/);
  assert.doesNotMatch(answer, /Content-Type/);
});

test("a handler sees method, path, query, headers and body", async (context) => {
  let seen: HttpRequest | undefined;
  let from = "";
  const endpoint = await serve(context, async (request) => {
    seen = request;
    from = request.remoteAddress;
    return { status: 200, body: await request.body() };
  });
  const answer = await ask(
    endpoint,
    "PUT /a%2Fb/c?x=1&y=a+b%21#frag HTTP/1.1\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: 4",
    "body",
  );
  assert.match(answer, /\r\n\r\nbody$/);
  assert.equal(seen?.method, "PUT");
  assert.equal(seen?.path, "/a%2Fb/c");
  assert.deepEqual(
    [...(seen?.query ?? [])],
    [
      ["x", "1"],
      ["y", "a b!"],
    ],
  );
  assert.equal(seen?.headers["x-twice"], "1, 2");
  assert.equal(from, "127.0.0.1");
});

test("a target may be an absolute URL, and nothing else but a path", async (context) => {
  const endpoint = await serve(context, (request) => ({ status: 200, body: request.path }));
  assert.match(await ask(endpoint, "GET http://elsewhere:1/p?q HTTP/1.1"), /\r\n\r\n\/p$/);
  assert.match(await ask(endpoint, "GET http://elsewhere HTTP/1.1"), /\r\n\r\n\/$/);
  assert.match(await ask(endpoint, "OPTIONS * HTTP/1.1"), /^HTTP\/1\.1 400 /);
});

test("pipelined requests are answered in their order, though the first takes longest", async (context) => {
  const release: (() => void)[] = [];
  const endpoint = await serve(context, async (request) => {
    if (request.path === "/slow") await new Promise<void>((resolve) => release.push(resolve));
    return { status: 200, body: `[${request.path}]` };
  });
  const connection = connectRaw(endpoint.port);
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  connection.write(get("/slow") + get("/b") + get("/c"));
  await waitUntil(() => release.length === 1, "the slow request");
  connection.write(get("/d"));
  release[0]?.();
  const answers = await connection.until((text) => text.includes("[/d]"));
  assert.deepEqual(answers.match(/\[.*?\]/g), ["[/slow]", "[/b]", "[/c]", "[/d]"]);
  connection.socket.destroy();
});

test("gzip is used when it is admitted and the body is long enough, and only then", async (context) => {
  const long = "x".repeat(1024);
  const endpoint = await serve(context, (request) => ({
    status: 200,
    body: request.path === "/long" ? long : long.slice(1),
  }));
  const url = `http://127.0.0.1:${endpoint.port}`;
  const zipped = await ask(endpoint, "GET /long HTTP/1.1\r\nAccept-Encoding: deflate, gzip;q=0.5");
  assert.match(zipped, /\r\nContent-Encoding: gzip\r\n/);
  const body = Buffer.from(zipped.slice(zipped.indexOf("\r\n\r\n") + 4), "latin1");
  assert.equal(gunzipSync(body).toString(), long);
  assert.match(zipped, new RegExp(`\r\nContent-Length: ${body.length}\r\n`));
  for (const [path, accept] of [
    ["/short", "gzip"],
    ["/long", "gzip;q=0"],
    ["/long", "deflate"],
    ["/long", "*;q=0, br"],
  ]) {
    const answer = await fetch(url + path, { headers: { "Accept-Encoding": accept ?? "" } });
    assert.equal(answer.headers.get("content-encoding"), null, `${path} ${accept}`);
  }
});

test("a gzip request body is inflated", async (context) => {
  const endpoint = await serve(context, echo);
  const body = gzipSync("hello ".repeat(100));
  const answer = await ask(
    endpoint,
    `POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}`,
    body,
  );
  assert.ok(answer.endsWith("hello ".repeat(100)));
});

test("a request body that is no gzip although it says so is a 400", async (context) => {
  const endpoint = await serve(context, echo);
  const answer = await ask(
    endpoint,
    "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 5",
    "hello",
  );
  assert.match(answer, /^HTTP\/1\.1 400 .*Failed to inflate/s);
});

test("a body over the limit is a 413, whether announced, chunked or inflated", async (context) => {
  const endpoint = await serve(context, echo, { bodyBytesMax: 10_000 });
  const announced = await ask(endpoint, "POST / HTTP/1.1\r\nContent-Length: 10001");
  assert.match(announced, /^HTTP\/1\.1 413 .*larger than the limit of 10000 bytes$/s);
  const chunk = `1000\r\n${"x".repeat(4096)}\r\n`;
  const chunked = await ask(
    endpoint,
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
    `${chunk.repeat(3)}0\r\n\r\n`,
  );
  assert.match(chunked, /^HTTP\/1\.1 413 /);
  const bomb = gzipSync("x".repeat(10_000_000));
  assert.ok(bomb.length < 10_000);
  const inflated = await ask(
    endpoint,
    `POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}`,
    bomb,
  );
  assert.match(inflated, /^HTTP\/1\.1 413 /);
  const atLimit = await ask(
    endpoint,
    "POST / HTTP/1.1\r\nContent-Length: 10000",
    "y".repeat(10_000),
  );
  assert.match(atLimit, /^HTTP\/1\.1 200 /);
});

test("a handler's failure is a 500 with its text, and the server lives on", async (context) => {
  const endpoint = await serve(context, (request) => {
    if (request.path === "/bad") throw new Error("outer", { cause: new Error("inner") });
    return { status: 200 };
  });
  const url = `http://127.0.0.1:${endpoint.port}`;
  const failed = await fetch(`${url}/bad`);
  assert.equal(failed.status, 500);
  assert.equal(await failed.text(), "outer: inner");
  assert.equal((await fetch(`${url}/good`)).status, 200);
});

test("a header with a line break in it never reaches the wire", async (context) => {
  const endpoint = await serve(context, (request) => ({
    status: 200,
    headers: { "X-Echo": request.query.get("v") ?? "" },
    ...(request.path === "/stream" ? { stream: (sink: StreamSink) => sink.end() } : { body: "ok" }),
  }));
  for (const path of ["/plain", "/stream"]) {
    const answer = await ask(endpoint, `GET ${path}?v=a%0d%0aSet-Cookie:%20x HTTP/1.1`);
    assert.match(answer, /^HTTP\/1\.1 500 /, path);
    assert.doesNotMatch(answer, /\r\nSet-Cookie/i, path);
  }
});

test("HEAD has the length of the body and not the body", async (context) => {
  const endpoint = await serve(context, (request) =>
    request.path === "/stream"
      ? { status: 200, stream: () => assert.fail("a HEAD has no stream") }
      : { status: 200, body: "12345" },
  );
  const answer = await ask(endpoint, "HEAD / HTTP/1.1");
  assert.match(answer, /\r\nContent-Length: 5\r\n/);
  assert.ok(answer.endsWith("\r\n\r\n"));
  assert.ok((await ask(endpoint, "HEAD /stream HTTP/1.1")).endsWith("\r\n\r\n"));
});

test("every write to a stream is one HTTP chunk, never gzipped", async (context) => {
  const long = "z".repeat(2000);
  const endpoint = await serve(context, () => ({
    status: 200,
    headers: { "Content-Type": "application/json" },
    stream(sink) {
      assert.equal(sink.write("1\na"), "written");
      assert.equal(sink.write(""), "written");
      assert.equal(sink.write(Buffer.from(long)), "written");
      sink.end();
      assert.equal(sink.write("late"), "closed");
    },
  }));
  const answer = await ask(endpoint, "GET / HTTP/1.1\r\nAccept-Encoding: gzip");
  const [head = "", body] = answer.split(/\r\n\r\n(.*)/s);
  assert.match(head, /\r\nTransfer-Encoding: chunked/);
  assert.doesNotMatch(head, /Content-Encoding|Content-Length/);
  assert.equal(body, `3\r\n1\na\r\n7d0\r\n${long}\r\n0\r\n\r\n`);
});

test("a stream's headers are sent before its first write", async (context) => {
  const endpoint = await serve(context, () => ({ status: 200, stream: () => {} }));
  const connection = connectRaw(endpoint.port);
  connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.match(await connection.until((text) => text.includes("\r\n\r\n")), /^HTTP\/1\.1 200 OK/);
  connection.socket.destroy();
});

test("a reader that is too slow for its stream is cut off", async (context) => {
  const closed: string[] = [];
  const endpoint = await serve(
    context,
    () => ({
      status: 200,
      stream(sink) {
        sink.onClose(() => closed.push("closed"));
        const chunk = Buffer.alloc(64 * 1024);
        // More than any socket buffer takes, and a client that never reads.
        let outcome: string = "written";
        for (let i = 0; i < 1000 && outcome === "written"; i += 1) outcome = sink.write(chunk);
        closed.push(outcome, String(sink.closed), sink.write("x"));
      },
    }),
    { streamBufferBytesMax: 1024 * 1024 },
  );
  const connection = connectRaw(endpoint.port);
  connection.socket.pause();
  connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await waitUntil(() => closed.length >= 4, "the stream to be cut");
  assert.deepEqual(closed, ["closed", "overflow", "true", "closed"]);
  connection.socket.destroy();
});

test("one chunk may be larger than the limit, and others may follow it", async (context) => {
  const snapshot = "s".repeat(8 * 1024 * 1024);
  const endpoint = await serve(
    context,
    () => ({
      status: 200,
      stream(sink) {
        assert.equal(sink.write(snapshot), "written");
        assert.equal(sink.write("then"), "written");
        sink.end();
      },
    }),
    { streamBufferBytesMax: 1024 },
  );
  const answer = await ask(endpoint, "GET / HTTP/1.1");
  assert.ok(answer.includes(snapshot));
  assert.match(answer, /\r\n4\r\nthen\r\n0\r\n\r\n$/);
});

test("a client that goes away closes its sink and aborts its request's signal", async (context) => {
  const events: string[] = [];
  const endpoint = await serve(context, (request) => {
    request.signal.addEventListener("abort", () => events.push("aborted"));
    return {
      status: 200,
      stream(sink) {
        sink.onClose(() => events.push("closed"));
        sink.write("x");
      },
    };
  });
  const connection = connectRaw(endpoint.port);
  connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await connection.until((text) => text.includes("\r\n1\r\nx\r\n"));
  connection.socket.destroy();
  await waitUntil(() => events.length === 2, "both events");
  assert.deepEqual(events.sort(), ["aborted", "closed"]);
});

test("a client that goes away closes the streams that wait behind an earlier response, too", async (context) => {
  const closed: string[] = [];
  const opened: string[] = [];
  const endpoint = await serve(context, (request) => {
    request.signal.addEventListener("abort", () => closed.push(`signal ${request.path}`));
    return {
      status: 200,
      stream(sink) {
        opened.push(request.path);
        sink.onClose(() => closed.push(`sink ${request.path}`));
      },
    };
  });
  const connection = connectRaw(endpoint.port);
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  connection.write(get("/a") + get("/b"));
  await waitUntil(() => opened.length === 2, "both streams");
  connection.socket.destroy();
  await waitUntil(() => closed.length === 4, "the end of both");
  assert.deepEqual(closed.sort(), ["signal /a", "signal /b", "sink /a", "sink /b"]);
});

test("a refused body that is large does not hide the refusal from its sender", async (context) => {
  const endpoint = await serve(context, echo, { bodyBytesMax: 1000 });
  const large = Buffer.alloc(5_000_000);
  const connection = connectRaw(endpoint.port);
  connection.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${large.length}\r\n\r\n`);
  connection.write(large);
  connection.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const answers = await connection.ended();
  assert.deepEqual(answers.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 413", "HTTP/1.1 200"]);
});

test("the signal is not aborted by an ordinary end, also when it is asked for late", async (context) => {
  let seen: HttpRequest | undefined;
  const endpoint = await serve(context, (request) => {
    seen = request;
    return { status: 200, body: "x" };
  });
  await ask(endpoint, "GET / HTTP/1.1");
  assert.equal(seen?.signal.aborted, false);
});

test("a client that goes away in the middle of its body fails that body", async (context) => {
  const failures: string[] = [];
  const endpoint = await serve(context, async (request) => {
    await request.body().catch((error) => failures.push(error.code));
    return { status: 200 };
  });
  const connection = connectRaw(endpoint.port);
  connection.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  connection.socket.on("connect", () => connection.socket.end());
  await waitUntil(() => failures.length === 1, "the body to fail");
  assert.deepEqual(failures, ["CONNECTION_LOST"]);
});

test("malformed HTTP is a 400 on that connection and no other", async (context) => {
  const endpoint = await serve(context, echo);
  const other = connectRaw(endpoint.port);
  other.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
  for (const bytes of [
    "NONSENSE\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "\x16\x03\x01\x02\x00",
    "GET / HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
  ]) {
    const connection = connectRaw(endpoint.port);
    connection.write(Buffer.from(bytes, "latin1"));
    assert.match(await connection.ended(), /^HTTP\/1\.1 400 Bad Request\r\nDate: /, bytes);
  }
  other.write("cd");
  await other.until((text) => text.endsWith("abcd"));
  other.socket.destroy();
});

test("headers beyond the limit are a 431", async (context) => {
  const endpoint = await serve(context, echo);
  const answer = await ask(endpoint, `GET / HTTP/1.1\r\nX: ${"y".repeat(70_000)}`);
  assert.match(answer, /^HTTP\/1\.1 431 /);
});

test("garbage after a good request ends the connection once that is answered", async (context) => {
  const endpoint = await serve(context, () => ({ status: 200, body: "good" }));
  const connection = connectRaw(endpoint.port);
  connection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await connection.until((text) => text.includes("good"));
  connection.write("GARBAGE\r\n\r\n");
  const answers = await connection.ended();
  assert.equal(occurrences(answers, "HTTP/1.1 200"), 1);
  assert.equal(occurrences(answers, "HTTP/1.1 400"), 1);
});

test("a pulled body is sent whole, and let go of when the client leaves or asks only for its head", async (context) => {
  const ended: string[] = [];
  const endpoint = await serve(context, (request) => ({
    status: 200,
    headers: { "Content-Length": "300000" },
    pull: (async function* () {
      try {
        for (let i = 0; i < 3; i += 1) yield Buffer.alloc(100_000, "p");
        if (request.path === "/endless")
          await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      } finally {
        ended.push(request.method + request.path);
      }
    })(),
  }));
  const whole = await ask(endpoint, "GET /whole HTTP/1.1");
  assert.equal(whole.split("\r\n\r\n")[1]?.length, 300_000);
  assert.ok((await ask(endpoint, "HEAD /whole HTTP/1.1")).endsWith("\r\n\r\n"));
  const connection = connectRaw(endpoint.port);
  connection.write("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  await connection.until((text) => text.length > 100_000);
  connection.socket.destroy();
  await waitUntil(() => ended.length === 3, "the source to be let go of");
  assert.deepEqual(ended, ["GET/whole", "HEAD/whole", "GET/endless"]);
});
