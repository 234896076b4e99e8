/** Routing by libprocess's rules (ProcessManager::handle, ProcessBase::consume). */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { createRouter, jsonResponse, type Route } from "./http-router.ts";

function request(target: string, method = "GET"): HttpRequest {
  const [path = "", search = ""] = target.split("?");
  return {
    method,
    path,
    query: new URLSearchParams(search),
    headers: {},
    remoteAddress: "",
    body: async () => new Uint8Array(0),
    signal: new AbortController().signal,
  };
}

const route = (process: string, path: string, more: Partial<Route> = {}): Route => ({
  process,
  path,
  handle: () => ({ status: 200, body: `${process}:${path}` }),
  ...more,
});

const router = createRouter({
  delegate: "slave(1)",
  routes: [
    route("slave(1)", ""),
    route("slave(1)", "state", { methods: ["GET"] }),
    route("slave(1)", "api/v1", { methods: ["POST"] }),
    route("slave(1)", "api/v1/executor", { methods: ["POST"] }),
    route("slave(1)", "redirect", { exact: true }),
    route("slave(1)", "weights", { methods: ["GET", "PUT"] }),
    route("files", "browse"),
    route("metrics", "snapshot"),
  ],
});

async function ask(target: string, method?: string): Promise<HttpResponse> {
  return await router(request(target, method));
}

async function answered(target: string, method?: string): Promise<unknown> {
  const response = await ask(target, method);
  return response.status === 200 && "body" in response ? response.body : response.status;
}

test("a path names a process, or the delegate answers", async () => {
  assert.equal(await answered("/files/browse"), "files:browse");
  assert.equal(await answered("/slave(1)/state"), "slave(1):state");
  assert.equal(await answered("/slave%281%29/state"), "slave(1):state");
  assert.equal(await answered("/state"), "slave(1):state");
  assert.equal(await answered("/"), "slave(1):");
  assert.equal(await answered("/slave(1)"), "slave(1):");
});

test("a trailing slash, or several, mean nothing", async () => {
  assert.equal(await answered("/state/"), "slave(1):state");
  assert.equal(await answered("//state//"), "slave(1):state");
});

test("the longest prefix that has a route answers", async () => {
  assert.equal(await answered("/api/v1/executor", "POST"), "slave(1):api/v1/executor");
  assert.equal(await answered("/api/v1/other/deep", "POST"), "slave(1):api/v1");
  assert.equal(await answered("/state/x"), "slave(1):state");
});

test("an exact route answers for itself only, and the root is no prefix of everything", async () => {
  assert.equal(await answered("/redirect"), "slave(1):redirect");
  assert.equal(await answered("/redirect/"), "slave(1):redirect");
  assert.equal(await answered("/redirect/x"), 404);
  assert.equal(await answered("/nothing"), 404);
  assert.equal(await answered("/files/nothing"), 404);
  assert.equal(await answered("/files"), 404);
  assert.equal(await answered("/other(1)/state"), 404);
});

test("a path with /.. is 404, whatever it would mean", async () => {
  assert.equal(await answered("/files/../state"), 404);
  assert.equal(await answered("/..state"), 404);
  const response = await ask("/nothing");
  assert.deepEqual(response, {
    status: 404,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
    body: "404 Not Found.",
  });
});

test("an escape that cannot be decoded names no process", async () => {
  assert.equal(await answered("/%zz/state"), 404);
});

test("a wrong method is 405 with Allow and Mesos's text", async () => {
  assert.deepEqual(await ask("/api/v1/executor", "GET"), {
    status: 405,
    headers: { "Content-Type": "text/plain; charset=utf-8", Allow: "POST" },
    body: "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
  });
  assert.deepEqual(await ask("/weights", "DELETE"), {
    status: 405,
    headers: { "Content-Type": "text/plain; charset=utf-8", Allow: "GET, PUT" },
    body: "405 Method Not Allowed. Expecting one of { 'GET', 'PUT' }, but received 'DELETE'.",
  });
});

test("HEAD is allowed where GET is, and a route without methods allows all", async () => {
  assert.equal(await answered("/state", "HEAD"), "slave(1):state");
  assert.equal(await answered("/api/v1", "HEAD"), 405);
  assert.equal(await answered("/files/browse", "PATCH"), "files:browse");
});

test("jsonResponse() wraps JSON in a callback's call when asked for jsonp", () => {
  assert.deepEqual(jsonResponse(request("/state"), "{}"), {
    status: 200,
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  const wrapped = { status: 200, headers: { "Content-Type": "text/javascript" } };
  assert.deepEqual(jsonResponse(request("/state?jsonp=angular.callbacks._0"), "{}"), {
    ...wrapped,
    body: "angular.callbacks._0({})",
  });
  assert.deepEqual(jsonResponse(request("/state?jsonp=cb"), Buffer.from("{}")), {
    ...wrapped,
    body: Buffer.from("cb({})"),
  });
});

test("jsonResponse() refuses a callback that is no name", () => {
  for (const callback of ["", "alert(1)//", "<script>", "a b", "a;b"]) {
    const answer = jsonResponse(request(`/state?jsonp=${encodeURIComponent(callback)}`), "{}");
    assert.equal(answer.status, 400, callback);
  }
});
