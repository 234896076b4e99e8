/** A line of HAProxy's log is read as it is meant, whatever a client put in it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { endedRequest, isInstanceFailure } from "./ended-request.ts";
import { LineCutter, type LoggedRequest, parseLogLine } from "./log-line.ts";

const fields = [
  ...["R", "200", "12", "99", "1024", "0", "--", "service-1", "i4", "7", "192.0.2.1", "GET"],
  ...["HTTP/1.1", "-", "www.example.com", "/x?y"],
];

function lineWith(changes: Readonly<Record<number, string>>): string {
  return fields.map((field, at) => changes[at] ?? field).join("\t");
}

function parsed(changes: Readonly<Record<number, string>> = {}): LoggedRequest {
  const logged = parseLogLine(lineWith(changes));
  assert.ok(logged !== undefined);
  return logged;
}

const context = { rule: undefined, service: "web", instance: "http://10.0.0.1" };

test("parseLogLine() reads what HAProxy says of a request", () => {
  assert.deepEqual(parsed(), {
    status: 200,
    durationMs: 12,
    requestBytes: 99,
    responseBytes: 1024,
    retries: 0,
    termination: "--",
    backend: "service-1",
    server: "i4",
    rule: 7,
    remoteAddress: "192.0.2.1",
    method: "GET",
    protocol: "HTTP/1.1",
    traceParent: undefined,
    host: "www.example.com",
    uri: "/x?y",
  });
});

test("parseLogLine() takes HTTP/2's scheme and host out of the target", () => {
  for (const [said, uri] of [
    ["https://www.example.com/x?y", "/x?y"],
    ["http://[::1]:80/", "/"],
    ["/http://a/b", "/http://a/b"],
    ["*", "*"],
  ] as const) {
    assert.equal(parsed({ 15: said }).uri, uri);
  }
});

test("parseLogLine() takes a tab in a host for a part of the host", () => {
  const logged = parsed({ 14: "a\tservice-2\ti9" });
  assert.equal(logged.host, "a\tservice-2\ti9");
  assert.equal(logged.backend, "service-1");
  assert.equal(logged.uri, "/x?y");
});

test("parseLogLine() leaves what is no request's", () => {
  assert.equal(parseLogLine("Server service-1/i4 is DOWN."), undefined);
  assert.equal(parseLogLine("R\t200"), undefined);
});

test("endedRequest() says 499 of a client that went away, and 408 of one that was too slow", () => {
  assert.equal(endedRequest(parsed({ 1: "-1", 6: "CH" }), context).status, 499);
  assert.equal(endedRequest(parsed({ 1: "408", 6: "cR" }), context).status, 408);
});

test("endedRequest() says which service had no instance", () => {
  const logged = parsed({ 1: "503", 6: "SC", 8: "<NOSRV>" });
  assert.match(endedRequest(logged, context).failure ?? "", /no instance of web/);
});

test("isInstanceFailure(): what does not answer, or says that there is none behind it", () => {
  assert.equal(isInstanceFailure(parsed({ 1: "504", 6: "sH" })), true);
  assert.equal(isInstanceFailure(parsed({ 1: "502" })), true);
  assert.equal(isInstanceFailure(parsed({ 1: "500" })), false);
  assert.equal(isInstanceFailure(parsed({ 1: "503", 6: "LR" })), false);
  assert.equal(isInstanceFailure(parsed({ 1: "499", 6: "CD" })), false);
});

test("LineCutter cuts lines wherever pieces end, and drops one that does not end", () => {
  const lines: string[] = [];
  const cutter = new LineCutter((line) => lines.push(line));
  for (const piece of ["a", "b\nc", "\n\nd"]) cutter.add(Buffer.from(piece));
  cutter.add(Buffer.alloc(100_000, "x"));
  cutter.add(Buffer.from("y\nz\n"));
  assert.deepEqual(lines, ["ab", "c", "", "y", "z"]);
});
