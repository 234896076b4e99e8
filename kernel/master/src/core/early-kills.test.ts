/** A new leader is told to kill what is not back yet. */

import assert from "node:assert/strict";
import test from "node:test";
import { commandTask } from "../testing/core-fixture.ts";
import { comesBack, failedOver, reconnects } from "../testing/failed-over.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent } from "./state.ts";

for (const [how, named] of [
  ["with its agent's id", true],
  ["without it", false],
] as const) {
  test(`KILL ${how} of a task whose agent is not back is not answered, and done once it is`, () => {
    const cluster = failedOver();
    const { f, agents } = cluster;
    const framework = reconnects(cluster);
    const policy = { grace_period: { nanoseconds: 5 } };
    f.call(framework, {
      type: "KILL",
      kill: {
        task_id: { value: "t0" },
        kill_policy: policy,
        ...(named && { agent_id: { value: (agents[0] as Agent).id } }),
      },
    });
    assert.deepEqual(f.takeStatuses("s"), []);
    comesBack(cluster, 1);
    assert.equal(f.takeSent("KillTaskMessage").length, 0);
    const agent = comesBack(cluster, 0);
    assert.deepEqual(
      f.takeSent("KillTaskMessage").map(({ message }) => message),
      [{ framework_id: { value: framework.id }, task_id: { value: "t0" }, kill_policy: policy }],
    );
    assert.equal(f.state.earlyKills.size, 0);
    f.report(agent, framework, "t0", "TASK_KILLING");
    assert.equal(f.takeSent("KillTaskMessage").length, 0);
  });
}

test("a KILL of a task on another agent than it says is not done", () => {
  const cluster = failedOver();
  const { f, agents } = cluster;
  const framework = reconnects(cluster);
  const kill = { task_id: { value: "t0" }, agent_id: { value: (agents[1] as Agent).id } };
  f.call(framework, { type: "KILL", kill });
  comesBack(cluster, 0);
  comesBack(cluster, 1);
  assert.equal(f.takeSent("KillTaskMessage").length, 0);
});

test("a KILL of a task whose agent comes back too late is done all the same", () => {
  const cluster = failedOver();
  const { f, agents } = cluster;
  const framework = reconnects(cluster);
  const kill = (n: number) => {
    const agent_id = { value: (agents[n] as Agent).id };
    f.call(framework, { type: "KILL", kill: { task_id: { value: `t${n}` }, agent_id } });
  };
  kill(0);
  f.advance(600_000);
  f.takeEvents("s");
  kill(1);
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_UNREACHABLE");
  comesBack(cluster, 0);
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
  comesBack(cluster, 1);
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
  assert.equal(f.state.earlyKills.size, 0);
});

test("a KILL is forgotten when its id is launched again, and when nobody is away any more", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const framework = reconnects(cluster);
  const agent = comesBack(cluster, 1);
  f.call(framework, { type: "KILL", kill: { task_id: { value: "again" } } });
  f.call(framework, { type: "KILL", kill: { task_id: { value: "t0" } } });
  assert.equal(f.state.earlyKills.get(framework.id)?.size, 2);
  f.launch(framework, f.offers("s"), commandTask("again", agent.id));
  assert.equal(f.state.earlyKills.get(framework.id)?.size, 1);
  f.advance(600_000);
  const agentId = (cluster.agents[0] as Agent).id;
  f.handle({ kind: "markAgentGoneAsked", agentId, ticket: 1 });
  assert.equal(f.state.earlyKills.size, 0);
  assertInvariants(f.state, f.allocator);
});

test("kills that are remembered end with their framework", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const framework = reconnects(cluster);
  f.call(framework, { type: "KILL", kill: { task_id: { value: "t0" } } });
  f.call(framework, { type: "TEARDOWN" });
  assert.equal(f.state.earlyKills.size, 0);
});
