/** Agents that come back when they were given up already. */

import assert from "node:assert/strict";
import test from "node:test";
import { CoreFixture } from "../testing/core-fixture.ts";
import { comesBack, failedOver, reconcile, reconnects } from "../testing/failed-over.ts";
import { reportOf } from "../testing/reported-agent.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent } from "./state.ts";

test("a task of an agent that came back too late is announced, also by a later leader", () => {
  const cluster = failedOver();
  cluster.f.advance(600_000);
  assert.equal(cluster.f.state.unreachableAgents.size, 2);
  for (const f of [cluster.f, cluster.f.failover("master3")]) {
    const framework = reconnects({ ...cluster, f });
    const { id } = cluster.agents[0] as Agent;
    assert.equal(reconcile(f, framework, [["t0", id]])[0]?.state, "TASK_UNREACHABLE");
    comesBack({ ...cluster, f }, 0);
    const [status] = f.takeStatuses("s");
    assert.equal(status?.state, "TASK_RUNNING");
    assert.equal(status?.reason, "REASON_AGENT_REREGISTERED");
    assert.equal(status?.message, "Unreachable agent re-reregistered");
    assert.equal(status?.executor_id?.value, "e0");
    assert.equal(framework.tasks.size, 1);
  }
});

for (const [who, capabilities] of [
  ["knows partitions", [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }]],
  ["does not", [{ type: "MULTI_ROLE" }]],
] as const) {
  test(`tasks of an unreachable agent that returns run on, of a framework that ${who}`, () => {
    const f = new CoreFixture();
    const { agent, framework } = f.running({ checkpoint: true, capabilities });
    const message = reportOf(f.state, agent);
    f.answersPings = false;
    f.advance(90_000);
    const [lost] = f.takeStatuses("s");
    assert.equal(lost?.state, capabilities.length === 2 ? "TASK_UNREACHABLE" : "TASK_LOST");
    assert.equal(lost?.reason, "REASON_AGENT_REMOVED");
    assert.equal(typeof lost?.unreachable_time?.nanoseconds, "bigint");
    f.answersPings = true;
    f.takeSent();
    f.handle({ kind: "reregisterSlave", from: agent.pid, message });
    assert.deepEqual(
      f.takeSent().map(({ name }) => name),
      ["SlaveReregisteredMessage", "UpdateFrameworkMessage"],
      "nothing is killed",
    );
    const [status] = f.takeStatuses("s");
    assert.equal(status?.state, "TASK_RUNNING");
    assert.equal(status?.reason, "REASON_AGENT_REREGISTERED");
    assert.equal(framework.tasks.size, 1);
    assert.equal(framework.unreachableTasks.size, 0);
    assert.equal(framework.completedTasks.size, 0);
    assertInvariants(f.state, f.allocator);
  });
}

test("a framework that ended while an agent was unreachable is ended there when it returns", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  const message = reportOf(f.state, agent);
  f.answersPings = false;
  f.advance(90_000);
  f.call(framework, { type: "TEARDOWN" });
  f.answersPings = true;
  f.takeSent();
  f.handle({ kind: "reregisterSlave", from: agent.pid, message });
  assert.deepEqual(
    f.takeSent().map(({ name }) => name),
    ["SlaveReregisteredMessage", "ShutdownFrameworkMessage"],
  );
  assert.equal(f.state.agents.get(agent.id)?.usedResources.isEmpty, true);
  assertInvariants(f.state, f.allocator);
});
