import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDeployFile } from "./deploy-file.ts";

const now = new Date("2026-11-21T10:06:12.123Z");

test("parseDeployFile() reads a request and a deploy of it, and names what has no name", () => {
  const { request, deploy } = parseDeployFile(
    "request: { id: web, requestType: SERVICE }\ndeploy: { command: ./serve }",
    "web.yaml",
    now,
  );
  assert.equal(request?.["id"], "web");
  assert.deepEqual(deploy, { command: "./serve", requestId: "web", id: "20261121T100612123" });
});

test("parseDeployFile() takes a bare deploy, in JSON", () => {
  const { request, deploy } = parseDeployFile('{"requestId":"web","id":"a1"}', "-", now);
  assert.equal(request, undefined);
  assert.deepEqual(deploy, { requestId: "web", id: "a1" });
});

for (const [text, wanted] of [
  ["[1]", /web.yaml: wanted an object/],
  ["deploy: { command: x }", /neither `request.id` nor `deploy.requestId`/],
  ["request: { id: web }", /`deploy` is missing/],
  ["request: web\ndeploy: {}", /`request` is not an object/],
  ["deploy: {requestId: web, id: 7}", /`deploy.id` is not a text/],
  ["a: [", /web.yaml: /],
] as const) {
  test(`parseDeployFile() refuses ${JSON.stringify(text)} with a reason`, () => {
    assert.throws(() => parseDeployFile(text, "web.yaml", now), wanted);
  });
}
