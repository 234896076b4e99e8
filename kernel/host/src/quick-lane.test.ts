/** Requests that are read without Node's HTTP server, beside the same ones that are read with it. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { openEndpoint } from "./endpoint.ts";
import type { HttpHandler, HttpRequest } from "./http.ts";
import { silentLogger } from "./logger.ts";
import { encodeAnswer } from "./quick-answer.ts";
import {
  QuickConnection,
  type QuickConnectionOwner,
  type QuickExchange,
} from "./quick-connection.ts";
import { parseQuickHead } from "./quick-head.ts";
import type { QuickHandler } from "./quick-lane.ts";
import { connectRaw, occurrences } from "./testing/raw-connection.ts";
import { waitUntil } from "./testing/wait-until.ts";

const post = (body: string, path = "/quick", more = ""): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

/** Says what it was asked. */
const echo: HttpHandler = async (request) => {
  const { method, path, query } = request;
  const body = Buffer.from(await request.body()).toString("latin1");
  return { status: 200, body: JSON.stringify([method, path, query.get("q"), body]) };
};

async function serve(
  context: TestContext,
  quick: QuickHandler | undefined,
  onRequest: HttpHandler = echo,
): Promise<number> {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest,
    bodyBytesMax: 10_000,
    ...(quick === undefined ? {} : { quick }),
  });
  context.after(() => endpoint.close());
  return endpoint.port;
}

/** Keeps what it is asked until somebody answers. */
function keeping(): QuickHandler & { readonly kept: QuickExchange[] } {
  const kept: QuickExchange[] = [];
  return {
    kept,
    takes: ({ path }) => path === "/quick",
    serve: (exchange) => kept.push(exchange) > 0,
  };
}

const atOnce: QuickHandler = {
  takes: ({ path }) => path.startsWith("/quick"),
  serve: (exchange) => {
    const { head, bytes, query } = exchange;
    if (head.path === "/quick-later") return false;
    const text = [head.method, head.path, query.get("q"), bytes.toString("latin1")];
    const type = { "Content-Type": "text/plain; charset=utf-8" };
    exchange.send(encodeAnswer(200, type, JSON.stringify(text)));
    return true;
  },
};

test("parseQuickHead() takes what can be read in one way, and leaves the rest to others", () => {
  const taken = parseQuickHead(
    "POST /a%20b/c?q=1&r HTTP/1.1\r\nHost: x:1\r\nCONTENT-length:\t12 \r\nX-Empty:\r\nConnection: Keep-Alive",
  );
  assert.equal(taken?.method, "POST");
  assert.equal(taken?.path, "/a%20b/c");
  assert.equal(taken?.query.get("q"), "1");
  assert.equal(taken?.bodyBytes, 12);
  assert.deepEqual(Object.entries(taken?.headers ?? {}), [
    ["host", "x:1"],
    ["content-length", "12"],
    ["x-empty", ""],
    ["connection", "Keep-Alive"],
  ]);
  assert.equal(parseQuickHead("GET / HTTP/1.1\r\nHost: x")?.bodyBytes, 0);
  const left = [
    "HEAD / HTTP/1.1\r\nHost: x",
    "DELETE / HTTP/1.1\r\nHost: x",
    "GET / HTTP/1.0\r\nHost: x",
    "GET / HTTP/1.1",
    "GET http://x/ HTTP/1.1\r\nHost: x",
    "GET /#f HTTP/1.1\r\nHost: x",
    "GET /a b HTTP/1.1\r\nHost: x",
    "GET  / HTTP/1.1\r\nHost: x",
    "GET /\x7f HTTP/1.1\r\nHost: x",
    "GET / HTTP/1.1\nHost: x",
    "GET / HTTP/1.1\r\nHost: x\nA: b",
    "GET / HTTP/1.1\r\nHost: x\r\n folded",
    "GET / HTTP/1.1\r\nHost: x\r\nHost: x",
    "GET / HTTP/1.1\r\nHost : x",
    "GET / HTTP/1.1\r\nHost: x\r\nA: \u00e9",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close",
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket",
    "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: libprocess/slave(1)@1.2.3.4:5",
    "POST / HTTP/1.1\r\nHost: x",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Encoding: gzip",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue",
    "",
  ];
  for (const head of left) assert.equal(parseQuickHead(head), undefined, JSON.stringify(head));
});

test("encodeAnswer() says length, date and that the connection stays; a line break ends no header", () => {
  const text = String(encodeAnswer(201, { A: "b" }, "é"));
  assert.match(
    text,
    /^HTTP\/1\.1 201 Created\r\nA: b\r\nDate: .* GMT\r\nConnection: keep-alive\r\n/,
  );
  assert.match(text, /\r\nContent-Length: 2\r\n\r\né$/);
  assert.doesNotMatch(String(encodeAnswer(204)), /Content-Length/);
  const bytes = encodeAnswer(200, {}, Buffer.from([255]));
  assert.deepEqual([...bytes.slice(-3)], [13, 10, 255]);
  assert.throws(() => encodeAnswer(200, { A: "b\r\nC: d" }), { code: "HEADER_MALFORMED" });
});

test("whatever is asked, in whatever pieces, is answered as Node's server alone would", async (context) => {
  const withLane = await serve(context, atOnce);
  const without = await serve(context, undefined);
  const request = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(get("/quick?q=1"), post("body"), post("", "/quick-later")),
    },
    { weight: 2, arbitrary: fc.constantFrom(get("/quick-later?q=%41"), post("x".repeat(5_000))) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        get("/other"),
        "HEAD /quick HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /quick HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        get("/quick", "A: 1\r\nA: 2\r\n"),
        get("/quick", `A: ${"a".repeat(6_000)}\r\n`),
        post("x".repeat(10_000)),
      ),
    },
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 });
  const ask = async (
    port: number,
    bytes: string,
    lengths: readonly number[],
  ): Promise<string[]> => {
    const connection = connectRaw(port);
    let at = 0;
    for (const length of lengths) {
      connection.write(bytes.slice(at, at + length));
      at += length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    connection.write(bytes.slice(at));
    return (await connection.ended()).split("HTTP/1.1 ").map(essence);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 6 }), cuts, async (requests, lengths) => {
      const bytes = requests.join("") + get("/end", "Connection: close\r\n");
      assert.deepEqual(await ask(withLane, bytes, lengths), await ask(without, bytes, lengths));
    }),
    { numRuns: 60 },
  );
});

/** Status, fields in order of their names, and body; not the time. */
function essence(answer: string): string {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const [status, ...fields] = head.split("\r\n");
  const told = fields.filter((field) => !field.startsWith("Date:")).sort();
  return JSON.stringify([status, told, body]);
}

test("requests that are sent ahead are served at once and answered in their order, unusual ones too", async (context) => {
  const quick = keeping();
  const port = await serve(context, quick);
  const connection = connectRaw(port);
  connection.write(get("/quick") + get("/quick") + get("/other") + get("/quick"));
  await waitUntil(() => quick.kept.length === 2, "both requests");
  const [first, second] = quick.kept as [QuickExchange, QuickExchange];
  second.send(encodeAnswer(200, {}, "second"));
  first.send(encodeAnswer(200, {}, "first"));
  // Only once: nobody else is answered by it.
  first.send(encodeAnswer(200, {}, "again"));
  // The last one comes by Node's server, and is its.
  const received = await connection.until((text) => /"\/other".*"\/quick"/s.test(text));
  assert.match(received, /first.*second.*"\/other".*"\/quick"/s);
  assert.equal(received.includes("again"), false);
  assert.equal(quick.kept.length, 2);
  connection.socket.destroy();
});

test("of what is sent far ahead only so much is served before something is answered", async (context) => {
  const quick = keeping();
  const port = await serve(context, quick);
  const connection = connectRaw(port);
  const asked = 5_000;
  connection.write(get("/quick").repeat(asked));
  const before = 256;
  await waitUntil(() => quick.kept.length === before, "as many as are served");
  for (let each = 0; each < asked; each += 1) {
    await waitUntil(() => quick.kept.length > each, "the next one");
    assert.ok(quick.kept.length <= each + before);
    quick.kept[each]?.send(encodeAnswer(200, {}, `<${each}>`));
  }
  const received = await connection.until((text) => text.includes(`<${asked - 1}>`));
  const order = [...received.matchAll(/<(\d+)>/g)].map(([, each]) => Number(each));
  assert.deepEqual(order, [...order.keys()]);
  connection.socket.destroy();
});

for (const how of ["destroy", "end"] as const) {
  test(`whoever waits is known to be gone after the client's ${how}()`, async (context) => {
    const quick = keeping();
    const port = await serve(context, quick);
    const connection = connectRaw(port);
    connection.write(get("/quick"));
    await waitUntil(() => quick.kept.length === 1, "the request");
    const [exchange] = quick.kept as [QuickExchange];
    let gone = 0;
    exchange.onGone(() => {
      gone += 1;
    });
    const { signal } = exchange;
    connection.socket[how]();
    await waitUntil(() => gone > 0, "its end");
    assert.deepEqual([gone, exchange.isClientGone, signal.aborted], [1, true, true]);
    exchange.send(encodeAnswer(200, {}, "to nobody"));
    await connection.ended();
  });
}

test("a request that does not end is handed over after a minute, an idle connection ended after ten", async (context) => {
  const handedOver: Socket[] = [];
  const connections: QuickConnection[] = [];
  const owner: QuickConnectionOwner = {
    headOf: parseQuickHead,
    serve: (exchange) => exchange.send(encodeAnswer(200, {}, exchange.path)),
    giveAway: (_connection, socket) => handedOver.push(socket),
    over: () => {},
  };
  const server = createServer((socket) => connections.push(new QuickConnection(socket, owner)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const [slow, idle] = [connectRaw(port), connectRaw(port)] as const;
  slow.write(`${get("/one")}GET /two HT`);
  idle.write(get("/one"));
  for (const each of [slow, idle]) await each.until((text) => text.includes("/one"));
  const passed = (ms: number): void => {
    const now = performance.now() + ms;
    for (const each of connections) each.timePassed(now);
  };
  passed(50_000);
  assert.equal(handedOver.length, 0);
  passed(60_000);
  assert.equal(handedOver.length, 1);
  assert.equal(String(handedOver[0]?.read()), "GET /two HT");
  handedOver[0]?.destroy();
  await slow.ended();
  passed(500_000);
  idle.write(get("/three"));
  await idle.until((text) => text.includes("/three"));
  passed(600_000);
  await idle.ended();
});

test("a failure is a 500 with its text, wherever it comes from, and the connection goes on", async (context) => {
  const failing: HttpHandler = (request: HttpRequest) => {
    if (request.query.has("stream")) return { status: 200, stream: (sink) => sink.end() };
    throw new Error("it broke");
  };
  const quick: QuickHandler = {
    takes: () => true,
    serve: ({ query }) => {
      if (query.has("here")) throw new Error("broke here");
      return false;
    },
  };
  const port = await serve(context, quick, failing);
  const connection = connectRaw(port);
  connection.write(get("/?here") + get("/?there") + get("/?stream"));
  const received = await connection.until((text) => occurrences(text, "HTTP/1.1 500 ") === 3);
  assert.match(received, /broke here.*it broke.*answered with a stream/s);
  connection.socket.destroy();
});

test("many small answers to who does not read are not begun for ever", async (context) => {
  let served = 0;
  const body = "x".repeat(1_000);
  const quick: QuickHandler = {
    takes: () => true,
    serve: (exchange) => {
      served += 1;
      exchange.send(encodeAnswer(200, {}, body));
      return true;
    },
  };
  const port = await serve(context, quick);
  const connection = connectRaw(port);
  connection.socket.pause();
  const asked = 40_000;
  const request = get("/");
  for (let each = 0; each < asked; each += 1000) connection.write(request.repeat(1000));
  let before = 0;
  let sameTurns = 0;
  await waitUntil(() => {
    sameTurns = served === before && served > 0 ? sameTurns + 1 : 0;
    before = served;
    return sameTurns > 100;
  }, "nothing more to be served");
  assert.ok(served < asked, `${served}`);
  connection.socket.resume();
  await waitUntil(() => served === asked, "all answers");
  connection.socket.destroy();
});
