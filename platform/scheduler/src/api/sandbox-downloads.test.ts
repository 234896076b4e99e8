import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiFixture } from "./testing/api-fixture.ts";

const directory = "/sandbox/1";

function clusterWithTask() {
  const api = new ApiFixture();
  api.core.addService({ id: "web" });
  api.core.addTask("web", 1, { directory, agentId: "a1", hostname: "host1" });
  return api;
}

/** Answered by the route itself, so that headers are seen as they leave. */
async function headersOf(name: "download" | "open", file: string) {
  const api = clusterWithTask();
  api.core.turn((turn) => {
    const since = turn.now as number;
    const currentState = { objectId: "a1", state: "ACTIVE" as const, timestamp: since };
    turn.put("agent", "a1", {
      ...{ id: "a1", host: "host1", rackId: "r1", firstSeenAt: since, currentState },
      ...{ attributes: {}, history: [], port: 5051 },
    });
  });
  const path = encodeURIComponent(`${directory}/${file}`);
  const answer = await api.call("GET", `/tasks/${name}?agentHostname=host1&path=${path}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.headers;
}

test("a download has its file's name, whatever is in it", async () => {
  const headers = await headersOf("download", 'lög "日本".txt');
  assert.equal(
    headers["Content-Disposition"],
    `attachment; filename="l_g ____.txt"; filename*=UTF-8''l%C3%B6g%20%22%E6%97%A5%E6%9C%AC%22.txt`,
  );
});

test("a file that is looked at may do nothing in the scheduler's name", async () => {
  const headers = await headersOf("open", "page.html");
  assert.equal(headers["Content-Security-Policy"], "sandbox");
  assert.equal(headers["Content-Disposition"], "inline");
});
