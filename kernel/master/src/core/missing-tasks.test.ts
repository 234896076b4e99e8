import assert from "node:assert/strict";
import test from "node:test";
import type { internal } from "@tavola/protocol";
import {
  CoreFixture,
  oldFramework,
  registration,
  resources,
  statusUpdate,
} from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";

/** Task `t` on executor `e` was launched on an agent that became unreachable and comes back without it. */
function missed(partitionAware: boolean, hasEnded = false) {
  const f = new CoreFixture();
  const agent = f.register();
  const aware = partitionAware ? {} : oldFramework;
  const framework = f.subscribe("s", { checkpoint: true, ...aware });
  f.launch(framework, f.offers("s"), {
    name: "t",
    task_id: { value: "t" },
    agent_id: { value: agent.id },
    executor: {
      executor_id: { value: "e" },
      command: { value: "x" },
      resources: resources("cpus:0.5"),
    },
    resources: resources("cpus:1"),
  });
  if (hasEnded) f.report(agent, framework, "t", "TASK_LOST");
  f.answersPings = false;
  f.advance(90_000);
  f.answersPings = true;
  assert.equal(framework.unreachableTasks.size, 1);
  const comesBack = () => {
    const { slave, ...rest } = registration();
    const about = { slave: { ...slave, id: { value: agent.id } }, frameworks: [framework.info] };
    f.takeSent();
    f.handle({ kind: "reregisterSlave", from: agent.pid, message: { ...rest, ...about } });
    const [answer] = f.takeSent("SlaveReregisteredMessage");
    assertInvariants(f.state, f.allocator);
    const returned = f.state.agents.get(agent.id);
    assert.ok(returned !== undefined);
    return { returned, answer: answer?.message as internal.SlaveReregisteredMessage };
  };
  return { f, framework, comesBack };
}

for (const partitionAware of [true, false]) {
  const who = partitionAware ? "a partition aware framework's" : "an old framework's";
  test(`${who} task that its agent, back again, does not name keeps its resources until it answers`, () => {
    const { f, framework, comesBack } = missed(partitionAware);
    const { returned, answer } = comesBack();
    assert.deepEqual(
      answer.reconciliations?.[0]?.statuses?.map(({ task_id: id, state }) => [id.value, state]),
      [["t", "TASK_STAGING"]],
    );
    assert.equal(returned.usedResources.scalar("cpus"), 1500);
    assert.equal(framework.unreachableTasks.size, 0);
    assert.equal(framework.tasks.size, 1);
    const { update } = statusUpdate(
      returned.id,
      framework.id,
      "t",
      "TASK_DROPPED",
      new Uint8Array(16),
    );
    const status = { source: "SOURCE_AGENT", reason: "REASON_RECONCILIATION" } as const;
    f.handle({
      kind: "statusUpdate",
      from: returned.pid,
      message: { update: { ...update, status: { ...update.status, ...status } } },
    });
    assert.equal(returned.usedResources.isEmpty, true);
    assertInvariants(f.state, f.allocator);
  });
}

test("a missed task that arrives after all is there, and what was to be killed is killed", () => {
  const { f, framework, comesBack } = missed(true);
  f.call(framework, { type: "KILL", kill: { task_id: { value: "t" } } });
  const { returned } = comesBack();
  f.report(returned, framework, "t", "TASK_STARTING");
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
  assert.equal(returned.usedResources.scalar("cpus"), 1500);
  assertInvariants(f.state, f.allocator);
});

test("a task whose end was told, and not acknowledged, before its agent was away is not missed", () => {
  for (const partitionAware of [true, false]) {
    const { framework, comesBack } = missed(partitionAware, true);
    const { returned, answer } = comesBack();
    assert.deepEqual(answer.reconciliations, []);
    assert.equal(returned.usedResources.isEmpty, true);
    assert.equal(framework.tasks.size, 0);
  }
});
