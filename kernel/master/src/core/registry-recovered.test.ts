import assert from "node:assert/strict";
import test from "node:test";
import { type AgentId, asId } from "@tavola/base";
import type { internal } from "@tavola/protocol";
import { applyOperation } from "@tavola/registry";
import { CoreFixture, registration } from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent } from "./state.ts";

/** As `agent` would reregister, with nothing running. */
function comesBack(
  f: CoreFixture,
  agent: Pick<Agent, "id" | "pid">,
  extra: Partial<internal.ReregisterSlaveMessage> = {},
): void {
  const { slave, ...rest } = registration();
  const message = { slave: { ...slave, id: { value: agent.id } }, ...rest, ...extra };
  f.handle({ kind: "reregisterSlave", from: agent.pid, message });
}

/** A master with `agents` agents, and its successor. */
function failedOver(
  agents: number,
  config: ConstructorParameters<typeof CoreFixture>[0] = {},
): { f: CoreFixture; agents: readonly Agent[] } {
  const old = new CoreFixture(config);
  const registered = Array.from({ length: agents }, () => old.register());
  return { f: old.failover(), agents: registered };
}

test("the agents of the registry are expected back, and readmitted without a write", () => {
  const { f, agents } = failedOver(2);
  const [first, second] = agents as [Agent, Agent];
  assert.deepEqual([...f.state.recoveredAgents.keys()], [first.id, second.id]);
  assert.equal(f.state.recoveredAgents.get(first.id)?.hostname, "host");
  assert.equal(f.state.agents.size, 0);
  comesBack(f, first);
  assert.deepEqual([...f.state.recoveredAgents.keys()], [second.id]);
  assert.equal(f.state.agents.get(first.id)?.connected, true);
  assert.deepEqual(f.persisted, []);
  const [sent] = f.takeSent();
  assert.equal(sent?.name, "SlaveReregisteredMessage");
  assertInvariants(f.state, f.allocator);
});

test("an agent that comes back with other details is written down first", () => {
  const { f, agents } = failedOver(1);
  const [agent] = agents as [Agent];
  f.holdsPersisted = true;
  const { slave, ...rest } = registration();
  const info = { ...slave, hostname: "renamed", id: { value: agent.id } };
  f.handle({ kind: "reregisterSlave", from: agent.pid, message: { ...rest, slave: info } });
  assert.deepEqual(f.persisted, [{ kind: "readmitAgent", info }]);
  assert.deepEqual(f.takeSent(), []);
  assert.equal(f.state.recoveredAgents.size, 1);
  f.advance(600_000);
  assert.equal(f.persisted.length, 1, "one that is coming back is not given up");
  f.releasePersisted();
  assert.equal(f.takeSent("SlaveReregisteredMessage").length, 1);
  assert.equal(f.state.recoveredAgents.size, 0);
});

test("agents that do not come back in ten minutes are unreachable, and frameworks hear of each", () => {
  const { f, agents } = failedOver(2);
  const [first, second] = agents as [Agent, Agent];
  f.subscribe("s");
  comesBack(f, first);
  f.takeEvents("s");
  f.advance(599_999);
  assert.equal(f.state.recoveredAgents.size, 1);
  f.advance(1);
  assert.equal(f.state.recoveredAgents.size, 0);
  assert.deepEqual([...f.state.unreachableAgents.keys()], [second.id]);
  assert.deepEqual([...f.registry.unreachable.keys()], [second.id]);
  const failures = f.takeEvents("s").flatMap(({ failure }) => failure ?? []);
  assert.deepEqual(failures, [{ agent_id: { value: second.id } }]);
  for (const [name, count] of [
    ["slave_removals", 1],
    ["slave_removals/reason_unhealthy", 1],
    ["recovery_slave_removals", 1],
    ["slave_unreachable_scheduled", 1],
    ["slave_unreachable_completed", 1],
    ["slave_unreachable_canceled", 0],
  ] as const) {
    assert.equal(f.state.counters.get(`master/${name}`), count, name);
  }
  comesBack(f, second);
  assert.deepEqual(f.persisted.at(-1)?.kind, "readmitAgent");
  assert.equal(f.state.agents.size, 2);
  assertInvariants(f.state, f.allocator);
});

test("nobody is told of an unreachable agent before it is durable", () => {
  const { f, agents } = failedOver(1);
  const [agent] = agents as [Agent];
  f.subscribe("s");
  f.holdsPersisted = true;
  f.advance(600_000);
  assert.deepEqual(
    f.takeEvents("s").filter(({ failure }) => failure),
    [],
  );
  assert.equal(f.state.recoveredAgents.size, 1);
  comesBack(f, agent);
  assert.deepEqual(f.takeSent(), [], "it asks again when it is decided");
  f.releasePersisted();
  assert.equal(f.state.unreachableAgents.size, 1);
  f.holdsPersisted = false;
  comesBack(f, agent);
  assert.equal(f.state.agents.size, 1);
});

test("with too many agents missing the master ends and says what to do", () => {
  const { f, agents } = failedOver(4, { recoveryAgentRemovalMax: 0.5 });
  comesBack(f, agents[0] as Agent);
  f.advance(600_000);
  assert.deepEqual(f.exits, [
    "Post-recovery agent removal limit exceeded: after 10mins 3 of 4 agents (75%) had not " +
      "reregistered: master-S1, master-S2, master-S3. Nothing was removed. Find out why they are " +
      "away, or start the masters with a --recovery_agent_removal_limit above 50%",
  ]);
  assert.deepEqual(f.persisted, []);
  assert.equal(f.state.leadership.kind, "ended");
});

test("a message about many missing agents names some of them", () => {
  const { f } = failedOver(30, { recoveryAgentRemovalMax: 0 });
  f.advance(600_000);
  assert.match(f.exits[0] ?? "", /master-S19 and 10 more\./);
});

test("exactly the limit may be missing", () => {
  const { f, agents } = failedOver(2, { recoveryAgentRemovalMax: 0.5 });
  comesBack(f, agents[0] as Agent);
  f.advance(600_000);
  assert.deepEqual(f.exits, []);
  assert.equal(f.state.unreachableAgents.size, 1);
});

test("an empty registry waits for nobody", () => {
  const { f } = failedOver(0, { recoveryAgentRemovalMax: 0 });
  f.advance(600_000);
  assert.deepEqual(f.exits, []);
});

test("unreachable and gone agents are so after a failover, since the same time", () => {
  const old = new CoreFixture();
  const [lost, gone] = [old.register(), old.register()];
  old.handle({ kind: "markAgentGoneAsked", agentId: gone.id, ticket: 1 });
  old.answersPings = false;
  old.advance(90_000);
  const since = old.state.unreachableAgents.get(lost.id)?.since;
  old.advance(5_000);
  const f = old.failover();
  assert.equal(f.state.unreachableAgents.get(lost.id)?.since, since);
  assert.ok(f.state.goneAgents.has(gone.id));
  assert.equal(f.state.recoveredAgents.size, 0);
  comesBack(f, gone);
  assert.deepEqual(f.takeSent()[0]?.message, { message: "Agent has been marked gone" });
  comesBack(f, lost);
  assert.deepEqual([...f.state.agents.keys()], [lost.id]);
  assert.equal(f.state.unreachableAgents.size, 0);
});

test("a deactivated agent stays so over a failover and an absence", () => {
  const old = new CoreFixture();
  const agent = old.register();
  applyOperation(old.registry, { kind: "deactivateAgent", agentId: agent.id });
  const f = old.failover();
  f.subscribe("s");
  comesBack(f, agent);
  assert.equal(f.state.agents.get(agent.id)?.active, false);
  assert.deepEqual(f.offers("s"), []);
  assertInvariants(f.state, f.allocator);
  f.answersPings = false;
  f.advance(90_000);
  f.answersPings = true;
  comesBack(f, agent);
  assert.equal(f.state.agents.get(agent.id)?.active, false);
  const third = f.failover("master3");
  third.subscribe("s");
  comesBack(third, agent);
  assert.deepEqual(third.offers("s"), []);
  third.handle({ kind: "agentExited", pid: agent.pid });
  comesBack(third, agent);
  assert.deepEqual(third.offers("s"), []);
  assertInvariants(third.state, third.allocator);
});

test("an agent that was expected back can be marked gone, and is sent away when it comes", () => {
  const { f, agents } = failedOver(1);
  const [agent] = agents as [Agent];
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 1 });
  assert.deepEqual(f.replies.get(1), { status: 200 });
  comesBack(f, agent);
  assert.equal(f.takeSent()[0]?.name, "ShutdownMessage");
  f.advance(600_000);
  assert.deepEqual([...f.state.unreachableAgents], []);
});

test("new agents and frameworks get ids that no earlier master gave out", () => {
  const { f, agents } = failedOver(1);
  const agent = f.register();
  assert.notEqual(agent.id, agents[0]?.id);
  assert.equal(agent.id, asId<AgentId>("master2-S0"));
  assert.equal(f.subscribe("s").id, "master2-0000");
});
