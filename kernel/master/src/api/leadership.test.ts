import assert from "node:assert/strict";
import test from "node:test";
import type { MasterInfo } from "@tavola/protocol";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { ask } from "../testing/requests.ts";

const leader: MasterInfo = { id: "m2", ip: 0, port: 5050, hostname: "leader.example" };
const byAnyMaster = ["/flags", "/health", "/version", "/metrics/snapshot", "/logging/toggle"];
const byTheLeader = [
  "/state",
  "/slaves",
  "/tasks?limit=1&order=asc",
  "/roles",
  "/quota",
  "/weights",
];

test("a standby redirects what only the leader answers, query included", async () => {
  const { handle, state } = operatorFixture();
  state.leadership = { kind: "standby", leader };
  for (const path of byTheLeader) {
    const { status, headers } = await ask(handle, path);
    assert.deepEqual([status, headers["Location"]], [307, `//leader.example:5050${path}`]);
  }
  for (const path of byAnyMaster) assert.equal((await ask(handle, path)).status, 200);
});

test("a standby redirects before it looks at method, content or call", async () => {
  const { handle, state } = operatorFixture();
  state.leadership = { kind: "standby", leader };
  assert.equal((await ask(handle, "/api/v1")).status, 307);
  assert.equal((await ask(handle, "/master/api/v1", { method: "POST", body: "{" })).status, 307);
  assert.equal((await ask(handle, "/teardown")).status, 307);
  assert.equal((await ask(handle, "/state", { method: "POST" })).status, 307);
});

test("without a leader the answer is 503", async () => {
  const { handle, state } = operatorFixture();
  state.leadership = { kind: "standby", leader: undefined };
  for (const path of [...byTheLeader, "/redirect"]) {
    const { status, text } = await ask(handle, path);
    assert.deepEqual([status, text], [503, "No leader elected"]);
  }
});

test("/redirect leads to the leader's front page, and nothing below it leads anywhere", async () => {
  const { handle, state } = operatorFixture();
  const self = await ask(handle, "/redirect");
  assert.deepEqual([self.status, self.headers["Location"]], [307, "//localhost:15050"]);
  state.leadership = { kind: "standby", leader };
  for (const path of ["/redirect", "/master/redirect"]) {
    assert.equal((await ask(handle, path)).headers["Location"], "//leader.example:5050");
    assert.equal((await ask(handle, `${path}/x`)).status, 404);
  }
});

test("while the registry is read the API answers 503 and the endpoints answer", async () => {
  const { handle, state } = operatorFixture();
  state.leadership = { kind: "recovering" };
  const { status, text } = await ask(handle, "/api/v1", { method: "POST" });
  assert.deepEqual([status, text], [503, "Master has not finished recovery"]);
  assert.equal((await ask(handle, "/state")).status, 200);
});
