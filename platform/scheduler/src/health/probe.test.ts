import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { type TestContext, test } from "node:test";
import { systemClock } from "@tavola/host";
import type { HealthcheckProtocol } from "../core/model/enums.ts";
import { makeSelfSigned } from "../testing/self-signed.ts";
import { createProbe, type ProbeAnswer } from "./probe.ts";

interface Asked {
  readonly protocol?: HealthcheckProtocol;
  readonly method?: "GET" | "POST";
  readonly timeoutMs?: number;
  readonly verifiesCertificates?: boolean;
  readonly signal?: AbortSignal;
}

async function ask(context: TestContext, url: string, asked: Asked = {}): Promise<ProbeAnswer> {
  const { protocol = "HTTP", method = "GET", timeoutMs = 5000 } = asked;
  const { verifiesCertificates = false, signal = new AbortController().signal } = asked;
  const probe = createProbe({
    clock: systemClock(),
    verifiesCertificates,
    bodyBytesMax: 8192,
  });
  context.after(() => probe.close());
  return probe.ask({ url, method, protocol, timeoutMs }, signal);
}

/** Its port on loopback; it ends with the test, and so do its connections. */
async function listen(context: TestContext, server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(context, createServer(listener))}`;
}

test("a probe gives the status and the body, and says GET or POST", async (context) => {
  const url = await serve(context, (request, response) => {
    response
      .writeHead(request.method === "POST" ? 201 : 503)
      .end(`${request.method} ${request.url}`);
  });
  assert.deepEqual(await ask(context, `${url}/h?x=1`), {
    kind: "answered",
    statusCode: 503,
    body: "GET /h?x=1",
  });
  const posted = await ask(context, `${url}/h`, { method: "POST" });
  assert.deepEqual(posted, { kind: "answered", statusCode: 201, body: "POST /h" });
});

test("a probe keeps 8 KiB of a body without end, and lets go of the connection", async (context) => {
  const closed = Promise.withResolvers<void>();
  const url = await serve(context, (_, response) => {
    const write = () => {
      while (response.write("x".repeat(60_000)));
    };
    response.on("drain", write).on("close", () => closed.resolve());
    write();
  });
  const answer = await ask(context, url);
  assert.equal(answer.kind === "answered" && answer.statusCode, 200);
  assert.equal(answer.kind === "answered" && answer.body?.length, 8192);
  await closed.promise;
});

test("a probe of a port where nobody listens says that it was refused", async (context) => {
  const server = createTcpServer();
  const port = await listen(context, server);
  await new Promise((resolve) => server.close(resolve));
  for (const protocol of ["HTTP", "HTTP2"] as const) {
    const answer = await ask(context, `http://127.0.0.1:${port}/`, { protocol });
    assert.equal(answer.kind === "failed" && answer.isRefused, true, protocol);
    assert.match(
      answer.kind === "failed" ? answer.error : "",
      /^Healthcheck \(http:.*ECONNREFUSED/,
    );
  }
});

test("a probe of a task that accepts and never answers ends with its time", async (context) => {
  const port = await listen(context, createTcpServer());
  for (const protocol of ["HTTP", "HTTP2"] as const) {
    const answer = await ask(context, `http://127.0.0.1:${port}/`, { protocol, timeoutMs: 50 });
    assert.equal(answer.kind === "failed" && answer.isRefused, false);
    assert.match(answer.kind === "failed" ? answer.error : "", /no answer within 0.05 s/);
  }
});

test("a probe's time covers a body that trickles", async (context) => {
  const url = await serve(context, (_, response) => {
    response.writeHead(200).write("first");
  });
  const answer = await ask(context, url, { timeoutMs: 100 });
  assert.match(answer.kind === "failed" ? answer.error : "", /no answer within/);
});

test("a probe of a task that breaks off is a failure, not a refusal", async (context) => {
  const server = createTcpServer((socket) => socket.once("data", () => socket.destroy()));
  const port = await listen(context, server);
  const answer = await ask(context, `http://127.0.0.1:${port}/`);
  assert.equal(answer.kind === "failed" && answer.isRefused, false);
});

test("a probe follows redirects, even with a body that does not end, five of them", async (context) => {
  const url = await serve(context, (request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end(`${request.method} arrived`);
    else response.writeHead(left === 1 ? 303 : 307, { Location: `/${left - 1}` }).write("moved");
  });
  const method = "POST";
  const arrived = { kind: "answered", statusCode: 200, body: "GET arrived" };
  assert.deepEqual(await ask(context, `${url}/5`, { method }), arrived);
  assert.deepEqual(await ask(context, `${url}/6`, { method }), {
    kind: "answered",
    statusCode: 303,
  });
});

test("a probe does not follow a redirect to what is no HTTP", async (context) => {
  const url = await serve(context, (_, response) => {
    response.writeHead(302, { Location: "file:///etc/passwd" }).end();
  });
  const answer = await ask(context, url);
  assert.match(answer.kind === "failed" ? answer.error : "", /redirects to "file:/);
});

test("a probe that is given up resolves", async (context) => {
  const controller = new AbortController();
  const url = await serve(context, () => controller.abort());
  const answer = await ask(context, url, { signal: controller.signal });
  assert.equal(answer.kind, "failed");
  assert.equal((await ask(context, url, { signal: controller.signal })).kind, "failed");
});

test("a probe speaks HTTP/2 without TLS, follows its redirects and reads its bodies", async (context) => {
  const server = createHttp2Server((request, response) => {
    if (request.url === "/moved") response.writeHead(302, { location: "/h" }).end();
    else response.writeHead(200).end(`${request.httpVersion} ${"x".repeat(20_000)}`);
  });
  const port = await listen(context, server as unknown as Server);
  const url = `http://127.0.0.1:${port}/moved`;
  const answer = await ask(context, url, { protocol: "HTTP2" });
  assert.equal(answer.kind === "answered" && answer.statusCode, 200);
  assert.equal(answer.kind === "answered" && answer.body?.slice(0, 5), "2.0 x");
  assert.equal(answer.kind === "answered" && answer.body?.length, 8192);
});

test("a probe with HTTP2 asks a server in HTTP/1.1 that speaks only that", async (context) => {
  const url = await serve(context, (request, response) => {
    response.writeHead(204, { "X-Version": request.httpVersion }).end();
  });
  const answer = await ask(context, url, { protocol: "HTTP2" });
  assert.deepEqual(answer, { kind: "answered", statusCode: 204 });
});

test("a probe with HTTP2 of a peer that speaks neither tells both", async (context) => {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.end("220 mail.example ESMTP\r\n");
  });
  const port = await listen(context, server);
  const answer = await ask(context, `http://127.0.0.1:${port}/`, { protocol: "HTTP2" });
  assert.match(
    answer.kind === "failed" ? answer.error : "",
    /over HTTP\/2: .*; and over HTTP\/1.1/,
  );
});

test("a probe asks a task whose certificate nobody vouches for, unless told to verify", async (context) => {
  const pair = await makeSelfSigned();
  if (pair === undefined) return context.skip("no openssl here to make a certificate");
  const older = await listen(
    context,
    createHttpsServer(pair, (_, response) => response.end("1")),
  );
  const secure = createSecureServer({ ...pair, allowHTTP1: false }, (request, response) => {
    response.end(request.httpVersion);
  });
  const newer = await listen(context, secure as unknown as Server);
  const urls = { older: `https://127.0.0.1:${older}/`, newer: `https://127.0.0.1:${newer}/` };
  const ok = (body: string) => ({ kind: "answered", statusCode: 200, body });
  assert.deepEqual(await ask(context, urls.older, { protocol: "HTTPS" }), ok("1"));
  assert.deepEqual(await ask(context, urls.newer, { protocol: "HTTPS2" }), ok("2.0"));
  assert.deepEqual(await ask(context, urls.older, { protocol: "HTTPS2" }), ok("1"));
  for (const [url, protocol] of [
    [urls.older, "HTTPS"],
    [urls.newer, "HTTPS2"],
  ] as const) {
    const answer = await ask(context, url, { protocol, verifiesCertificates: true });
    assert.equal(answer.kind === "failed" && answer.isRefused, false);
    assert.match(answer.kind === "failed" ? answer.error : "", /self-signed/);
  }
});
