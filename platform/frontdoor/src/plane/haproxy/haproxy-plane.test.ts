/** What is HAProxy's alone: refusals, reloads, and requests that are handed on. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Agent, get, type ServerResponse } from "node:http";
import { test } from "node:test";
import { compileRules as compileDecider } from "../../core/decide.ts";
import { parsedRules } from "../../core/testing/parsed-rules.ts";
import { requestFacts } from "../../core/testing/request-facts.ts";
import type { DataPlane } from "../data-plane.ts";
import { connectHttp2 } from "../testing/http2-client.ts";
import { connectClient } from "../testing/raw-client.ts";
import { waitFor } from "../testing/wait-for.ts";
import {
  type Answer,
  ask,
  backend,
  drivenPlane,
  haproxiesIn,
  onlyHaproxyIn,
} from "./testing/driven-plane.ts";
import { haproxyMissing } from "./testing/find-haproxy.ts";

const skip = haproxyMissing;

test("createHaproxyPlane() rejects when there is no such binary", { skip }, async (context) => {
  await assert.rejects(drivenPlane(context, { binary: "/nowhere/haproxy" }), {
    code: "HAPROXY_START",
  });
});

test("createHaproxyPlane() says what is wrong with the binary", { skip }, async (context) => {
  await assert.rejects(drivenPlane(context, { binary: "/nowhere/haproxy" }), {
    message: /\/nowhere\/haproxy: No such file or directory/,
  });
});

test("a client's trace is not told as the host that it asked for", { skip }, async (context) => {
  const { plane, rules, ended } = await drivenPlane(context);
  await rules("REQUEST_URI=/* passthru web");
  const known = `01-${"a".repeat(32)}-${"b".repeat(16)}-01-`;
  const { socket } = connectClient(plane.urls[0] as string);
  context.after(() => socket.destroy());
  socket.write(
    `GET /x HTTP/1.1\r\nhost: www.example.com\r\ntraceparent: ${known}\tevil.example\tz\r\n\r\n`,
  );
  await waitFor(
    () => ended.length === 1,
    () => "what is told of it",
  );
  assert.equal(ended[0]?.host, "www.example.com");
  assert.equal(ended[0]?.traceParent, known);
});

test("a long target hides neither its end nor the protocol", { skip }, async (context) => {
  const { plane, rules, serve, ended } = await drivenPlane(context);
  await rules("SERVER_PROTOCOL=HTTP/1.0 respond 403\nREQUEST_URI=/* passthru web");
  await serve(await backend(context, "a"));
  const target = `/${"x".repeat(3_000)}`;
  const client = connectClient(plane.urls[0] as string);
  context.after(() => client.socket.destroy());
  client.write(`GET ${target} HTTP/1.0\r\nhost: www.example.com\r\n\r\n`);
  assert.equal((await client.answer()).status, 403);
  assert.equal((await ask(plane, target)).body, "a");
  await waitFor(
    () => ended.length === 2,
    () => "what is told of both",
  );
  const [old, usual] = ended.toSorted((one, other) => other.status - one.status);
  assert.deepEqual([old?.protocol, old?.uri], ["HTTP/1.0", target]);
  assert.deepEqual([usual?.protocol, usual?.uri], ["HTTP/1.1", target]);
});

test("changed rules drop no request that comes meanwhile", { skip }, async (context) => {
  const { plane, rules, serve } = await drivenPlane(context);
  await serve(await backend(context, "a"));
  await rules("REQUEST_URI=/* passthru web");
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  context.after(() => agent.destroy());
  let isOver = false;
  const statuses = new Map<number, number>();
  const askers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { status } = await ask(plane, "/x", agent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  for (let at = 0; at < 5; at += 1) await rules(`REQUEST_URI=/* passthru web timeout=${at + 1}s`);
  isOver = true;
  await Promise.all(askers);
  assert.deepEqual([...statuses.keys()], [200]);
});

test("changed rules end no stream of HTTP/2: the client is told to go on elsewhere", {
  skip,
}, async (context) => {
  const { plane, rules, serve } = await drivenPlane(context);
  const answers: ServerResponse[] = [];
  const uri = await backend(context, "", (_request, response) => {
    answers.push(response);
    response.write("before,");
  });
  await serve(uri);
  await rules("REQUEST_URI=/* passthru web");
  const client = connectHttp2(plane.urls[0] as string);
  context.after(() => client.close());
  const goodbye = once(client.session, "goaway");
  const running = client.ask({});
  await waitFor(
    () => answers.length > 0,
    () => "the request",
  );
  await rules("REQUEST_URI=/* respond 200 new");
  // No error, and whatever was on its way is still taken (RFC 9113, 6.8).
  assert.deepEqual((await goodbye).slice(0, 2), [0, 2 ** 31 - 1]);
  const next = connectHttp2(plane.urls[0] as string);
  context.after(() => next.close());
  assert.equal((await next.ask({})).body, "new");
  answers[0]?.end("after");
  const { status, body, resetCode } = await running;
  assert.deepEqual(
    { status, body, resetCode },
    { status: 200, body: "before,after", resetCode: 0 },
  );
});

test("close() leaves no process and no folder", { skip }, async (context) => {
  const { plane, rules, folder } = await drivenPlane(context);
  await rules("REQUEST_URI=/* respond 200 x");
  await rules("REQUEST_URI=/* respond 200 y");
  await plane.close({ drainMs: 0 });
  assert.deepEqual(haproxiesIn(folder), []);
  assert.equal(existsSync(folder), false);
});

test("rules that come to the same start no other process", { skip }, async (context) => {
  const { rules, folder, plane, ended } = await drivenPlane(context);
  await rules("REQUEST_URI=/a* respond 200 x");
  const before = await onlyHaproxyIn(folder);
  await rules("# a comment\nREQUEST_URI=/a* respond 200 x");
  assert.deepEqual(haproxiesIn(folder), [before]);
  await ask(plane, "/a");
  await waitFor(
    () => ended.length > 0,
    () => "the request",
  );
  assert.equal(ended[0]?.line, 2);
});

test("an instance whose URI has a path is handed on, and taken back when it goes", {
  skip,
}, async (context) => {
  const { plane, rules, serve } = await drivenPlane(context);
  const uri = await backend(context, "", (request, response) => void response.end(request.url));
  await rules("REQUEST_URI=/* passthru web");
  await serve(`${uri}/below`);
  assert.equal((await ask(plane, "/x")).body, "/below/x");
  await rules("REQUEST_URI=/* passthru web timeout=5s");
  assert.equal((await ask(plane, "/x")).body, "/below/x");
  await serve(uri);
  assert.equal((await ask(plane, "/x")).body, "/x");
});

test("an ejected instance stays so when rules change", { skip }, async (context) => {
  const { plane, rules, serve } = await drivenPlane(context);
  const failing = await backend(context, "", (_request, response) => {
    response.statusCode = 503;
    response.end();
  });
  await rules("REQUEST_URI=/* passthru web");
  await serve(failing, await backend(context, "a"));
  const isEjected = (): boolean =>
    plane.health().some(({ instance, state }) => instance.uri === failing && state === "ejected");
  while (!isEjected()) await ask(plane, "/x");
  await rules("REQUEST_URI=/* passthru web timeout=5s");
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(plane, "/x")));
  assert.deepEqual([...new Set(answers.map(({ body }) => body))], ["a"]);
  assert.equal(isEjected(), true);
});

test("more new servers than are told one by one begin with a process", {
  skip,
}, async (context) => {
  const { plane, rules, folder, serve } = await drivenPlane(context);
  const uri = await backend(context, "a");
  await rules("REQUEST_URI=/* passthru web");
  const pid = await onlyHaproxyIn(folder);
  await serve(...Array.from({ length: 2_001 }, (_, at) => `${uri}/#${at}`));
  assert.equal((await ask(plane, "/x")).body, "a");
  assert.notEqual(await onlyHaproxyIn(folder), pid);
});

const decided = [
  "HTTP_HOST=other.test respond 200 1",
  "REQUEST_URI=/old/* rewrite /new/*",
  "REQUEST_URI=/new/a* REQUEST_METHOD=GET|HEAD respond 200 3",
  "REQUEST_PATH=/new/b respond 200 4",
  "REQUEST_URI=/q* QUERY_STRING=a=1* respond 200 5",
  'REQUEST_URI=/q* QUERY_STRING="" respond 200 6',
  "REQUEST_URI=/h* HTTP_X_KIND=*b*c respond 200 7",
  'REQUEST_URI=/h* HTTP_X_KIND="" respond 200 8',
  "REQUEST_URI=/h* HTTP_X_KIND!=x* respond 200 9",
  "REMOTE_ADDR=10.0.0.0/8|::1 respond 200 10",
  "REQUEST_URI=/n* REMOTE_ADDR=127.0.0.0/8 HTTPS=off SERVER_PROTOCOL=HTTP/1* respond 200 11",
  "HTTP_HOST=*.example.com REQUEST_URI=/w*|/exact respond 200 12",
  "HTTP_HOST=www.example.com REQUEST_URI=/wide* respond 200 13",
  "REQUEST_URI=/a* rewrite /*",
  "REQUEST_URI=/a/b* respond 200 15",
  "REQUEST_URI=/b* respond 200 16",
  "COOKIE_c=1 REQUEST_URI=/c* respond 200 17",
  "QUERY_p=x%20y respond 200 18",
  "HTTP_HOST=*xample.com REQUEST_URI=/*/end respond 200 19",
];

const decidedRequests = [
  ...[
    "/old/a",
    "/old/b?x",
    "/old/",
    "/new/b",
    "/new/b?y",
    "/new/bb",
    "/q",
    "/q?",
    "/q?a=12",
    "/q?b",
  ],
  ...["/h", "/n", "/w/x", "/wide", "/exact", "/exactly", "/a/b", "/ab", "/a//b", "/c", "/x?p=x+y"],
  ...["/some/end", "/none", "/"],
];

test("HAProxy decides as the decider does", { skip }, async (context) => {
  const { plane, rules } = await drivenPlane(context);
  await rules(decided.join("\n"));
  const decider = compileDecider(parsedRules(decided.join("\n")));
  for (const uri of decidedRequests) {
    for (const host of ["www.example.com", "example.com", "Other.test:80", "a.b.example.com."]) {
      for (const headers of [{}, { "x-kind": "abc" }, { "x-kind": "xbc" }, { cookie: "c=1" }]) {
        const response = await fetchRaw(plane, uri, { host, ...headers });
        const facts = requestFacts({
          uri,
          host: host.toLowerCase().replace(/:80$/, ""),
          headers,
          remoteAddress: "127.0.0.1",
        });
        const { rule } = decider.decide(facts);
        const wanted = rule?.action.kind === "respond" ? rule.action.body : undefined;
        const found = response.status === 404 ? undefined : response.body;
        assert.equal(found, wanted, `${uri} of ${host} with ${JSON.stringify(headers)}`);
      }
    }
  }
});

const raw = new Agent({ keepAlive: true, maxSockets: 1 });

function fetchRaw(
  plane: DataPlane,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { hostname, port } = new URL(plane.urls[0] as string);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  get({ hostname, port, path, headers, agent: raw }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
  }).once("error", reject);
  return promise;
}
