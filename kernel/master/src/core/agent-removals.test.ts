import assert from "node:assert/strict";
import test from "node:test";
import { CoreFixture, registration } from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent } from "./state.ts";

/** One agent in five minutes may be given up. */
const limited = { agentRemovalIntervalMs: 300_000 };

function unreachable(f: CoreFixture): number {
  assertInvariants(f.state, f.allocator);
  return f.state.unreachableAgents.size;
}

function counts(f: CoreFixture): readonly number[] {
  return ["scheduled", "completed", "canceled"].map((what) =>
    f.state.counters.get(`master/slave_unreachable_${what}`),
  );
}

function comesBack(f: CoreFixture, agent: Agent): void {
  const { slave, ...rest } = registration();
  const message = { slave: { ...slave, id: { value: agent.id } }, ...rest };
  f.handle({ kind: "reregisterSlave", from: agent.pid, message });
}

test("silent agents are given up one in each interval", () => {
  const f = new CoreFixture(limited);
  for (let n = 0; n < 3; n += 1) f.register();
  f.answersPings = false;
  f.advance(90_000);
  assert.equal(unreachable(f), 1);
  assert.deepEqual(counts(f), [3, 1, 0]);
  f.advance(299_999);
  assert.equal(unreachable(f), 1);
  f.advance(1);
  assert.equal(unreachable(f), 2);
  f.advance(300_000);
  assert.equal(unreachable(f), 3);
  assert.deepEqual(counts(f), [3, 3, 0]);
});

test("an agent that answers while it waits is not given up, and another one gets its permit", () => {
  const f = new CoreFixture(limited);
  const [, second, third] = [f.register(), f.register(), f.register()];
  f.answersPings = false;
  f.advance(90_000);
  f.handle({ kind: "pong", from: second.pid, message: {} });
  assert.deepEqual(counts(f), [3, 1, 1]);
  f.answersPings = true;
  // The third is still silent: only its pongs are lost.
  f.state.agentByPid.delete(third.pid);
  f.advance(300_000);
  f.state.agentByPid.set(third.pid, third);
  assert.ok(f.state.agents.has(second.id));
  assert.ok(f.state.unreachableAgents.has(third.id));
  assert.deepEqual(counts(f), [3, 2, 1]);
});

test("without a limit all are given up at once", () => {
  const f = new CoreFixture();
  for (let n = 0; n < 3; n += 1) f.register();
  f.answersPings = false;
  f.advance(90_000);
  assert.equal(unreachable(f), 3);
});

test("agents that did not come back after a failover wait in the same line", () => {
  const old = new CoreFixture(limited);
  const agents = [old.register(), old.register(), old.register()];
  const f = old.failover();
  f.advance(600_000);
  assert.equal(unreachable(f), 1);
  assert.equal(f.state.recoveredAgents.size, 2);
  assert.deepEqual(counts(f), [3, 1, 0]);
  comesBack(f, agents[1] as Agent);
  assert.deepEqual(counts(f), [3, 1, 1]);
  f.advance(300_000);
  assert.equal(unreachable(f), 2);
  assert.ok(f.state.agents.has((agents[1] as Agent).id));
  assert.deepEqual(counts(f), [3, 2, 1]);
  assert.equal(f.state.removals.waiting.size, 0);
});

test("agents whose connection broke wait in it, too, and reregistration takes them out", () => {
  const f = new CoreFixture(limited);
  const [first, second] = [f.register(), f.register()];
  for (const { pid } of [first, second]) f.handle({ kind: "agentExited", pid });
  f.advance(600_000);
  assert.deepEqual(counts(f), [2, 1, 0]);
  comesBack(f, second);
  assert.deepEqual(counts(f), [2, 1, 1]);
  f.advance(600_000);
  assert.deepEqual([...f.state.unreachableAgents.keys()], [first.id]);
  assert.deepEqual(f.persisted.filter(({ kind }) => kind === "markAgentUnreachable").length, 1);
});

test("an agent that leaves otherwise leaves the line", () => {
  const f = new CoreFixture(limited);
  const [, second] = [f.register(), f.register()];
  f.answersPings = false;
  f.advance(90_000);
  f.handle({
    kind: "unregisterSlave",
    from: second.pid,
    message: { slave_id: { value: second.id } },
  });
  assert.equal(f.state.removals.waiting.size, 0);
  f.advance(600_000);
  assert.equal(unreachable(f), 1);
});
