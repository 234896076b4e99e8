/** A new leader: who knows of a framework, what it gets back, and how long it is waited for. */

import assert from "node:assert/strict";
import test from "node:test";
import type { internal } from "@tavola/protocol";
import { CoreFixture, frameworkInfo } from "../testing/core-fixture.ts";
import { comesBack, failedOver, reconnects } from "../testing/failed-over.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Framework } from "./state.ts";

test("a framework that only agents know has its failover timeout, and no less than agents have", () => {
  for (const [failover_timeout, allowedMs] of [
    [1, 600_000],
    [86_400, 86_400_000],
  ] as const) {
    const cluster = failedOver({ info: { failover_timeout } });
    const { f } = cluster;
    comesBack(cluster, 0);
    const framework = [...f.state.frameworks.values()][0] as Framework;
    f.advance(allowedMs - 1);
    assert.equal(framework.state, "recovered");
    assert.equal(framework.tasks.size, 1);
    f.takeSent();
    f.advance(1);
    assert.equal(framework.state, "completed");
    assert.equal(f.takeSent()[0]?.name, "ShutdownFrameworkMessage");
    assertInvariants(f.state, f.allocator);
  }
});

test("a framework that only agents know and that subscribes in time stays", () => {
  const cluster = failedOver({ info: { failover_timeout: 1 } });
  const { f } = cluster;
  comesBack(cluster, 0);
  const framework = [...f.state.frameworks.values()][0] as Framework;
  f.subscribe("back", { id: { value: framework.id }, failover_timeout: 1 });
  f.advance(3_600_000);
  assert.equal(framework.state, "active");
  assert.equal(framework.tasks.size, 1);
});

test("an operator can end a framework that only agents know", () => {
  const cluster = failedOver();
  const { f } = cluster;
  comesBack(cluster, 0);
  const [id] = [...f.state.frameworks.keys()];
  f.takeSent();
  f.handle({ kind: "teardownAsked", frameworkId: id as Framework["id"], ticket: 1 });
  assert.deepEqual(f.replies.get(1), { status: 200 });
  assert.deepEqual(
    f.takeSent().map(({ name }) => name),
    ["ShutdownFrameworkMessage"],
  );
  comesBack(cluster, 1);
  assert.deepEqual(
    f.takeSent().map(({ name }) => name),
    ["SlaveReregisteredMessage", "ShutdownFrameworkMessage"],
    "the agent that comes later ends it, too",
  );
  assert.equal(f.state.frameworks.size, 0);
  assertInvariants(f.state, f.allocator);
});

test("a framework that reconnects has its tasks, and its failover timeout counts again", () => {
  const cluster = failedOver({ info: { failover_timeout: 60 } });
  const { f } = cluster;
  comesBack(cluster, 0);
  const framework = reconnects(cluster);
  assert.equal(framework.state, "active");
  assert.deepEqual([...framework.tasks.keys()], ["t0"]);
  assert.equal(framework.registeredAt, f.now);
  comesBack(cluster, 1);
  assert.equal(framework.tasks.size, 2);
  f.handle({ kind: "streamClosed", stream: "s" });
  f.advance(60_000);
  assert.equal(framework.state, "completed");
});

test("a framework that reconnects before any agent is told of nothing and gets what comes", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const framework = reconnects(cluster);
  assert.equal(framework.tasks.size, 0);
  comesBack(cluster, 0);
  assert.deepEqual([...framework.tasks.keys()], ["t0"]);
  assert.deepEqual(f.takeStatuses("s"), [], "what was expected back is no news");
  assert.equal(f.takeSent("UpdateFrameworkMessage").length, 1);
});

test("agents hear of a framework that reconnects with other details", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const agent = comesBack(cluster, 0);
  f.takeSent();
  const framework = f.subscribe("s", { ...cluster.info, name: "renamed" });
  assert.equal(framework.info.name, "renamed");
  const sent = f.takeSent("UpdateFrameworkMessage");
  assert.equal(sent.length, 1);
  const message = sent[0]?.message as internal.UpdateFrameworkMessage;
  assert.equal(message.framework_info?.name, "renamed");
  assert.equal(agent.connected, true);
});

test("a framework that nobody knows may say what its id was", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s", frameworkInfo({ id: { value: "old-0007" } }));
  assert.equal(framework.id, "old-0007");
  assert.equal(framework.state, "active");
  assertInvariants(f.state, f.allocator);
});
