import assert from "node:assert/strict";
import test from "node:test";
import type { internal } from "@tavola/protocol";
import {
  CoreFixture,
  frameworkInfo,
  oldFramework,
  registration,
  resources,
} from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";

const pid = "slave(1)@10.0.0.1:5051";

function ask(f: CoreFixture, options: Parameters<typeof registration>[0] = {}): void {
  f.handle({ kind: "registerSlave", from: pid, message: registration(options) });
}

test("an agent is told its id once its admission is durable, then pinged", () => {
  const f = new CoreFixture();
  f.holdsPersisted = true;
  ask(f);
  ask(f);
  assert.deepEqual(f.takeSent(), []);
  assert.equal(f.persisted.length, 1, "a second request waits for the first");
  assert.equal(f.state.agents.size, 0);
  f.releasePersisted();
  assert.deepEqual(
    f.takeSent("SlaveRegisteredMessage").map(({ message }) => message),
    [{ slave_id: { value: "master-S0" }, connection: { total_ping_timeout_seconds: 75 } }],
  );
  assert.ok(f.linked.has(pid));
  assert.deepEqual(
    f.published.map(({ type }) => type),
    ["AGENT_ADDED"],
  );
  const agent = f.state.agentByPid.get(pid);
  assert.equal(agent?.info.id?.value, "master-S0");
  assert.deepEqual([...(agent?.totalResources.names() ?? [])].sort(), [
    "cpus",
    "disk",
    "mem",
    "ports",
  ]);
});

test("an agent that asks again gets the same answer", () => {
  const f = new CoreFixture();
  ask(f);
  f.takeSent();
  ask(f);
  const [sent] = f.takeSent("SlaveRegisteredMessage");
  assert.deepEqual(sent?.message, {
    slave_id: { value: "master-S0" },
    connection: { total_ping_timeout_seconds: 75 },
  });
  assert.equal(f.state.agents.size, 1);
});

for (const [what, options] of [
  ["no version", { version: "" }],
  ["a version before 1.0", { version: "0.28.2" }],
  [
    "invalid resources",
    { slave: { hostname: "h", resources: [{ name: "", type: "SCALAR" as const }] } },
  ],
  [
    "checkpointed resources without checkpointing",
    { slave: { hostname: "h" }, checkpointed_resources: resources("cpus(a):1") },
  ],
] as const) {
  test(`an agent with ${what} is dropped silently`, () => {
    const f = new CoreFixture();
    ask(f, options);
    assert.deepEqual(f.takeSent(), []);
    assert.equal(f.state.agents.size, 0);
  });
}

test("an agent whose pings go unanswered for 75 s is unreachable", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ failover_timeout: 60 });
  f.answersPings = false;
  f.advance(15_000);
  assert.equal(f.takeSent("PingSlaveMessage")[0]?.from, "slave-observer(1)");
  f.advance(5 * 15_000 - 1);
  assert.equal(f.state.agents.size, 1);
  f.holdsPersisted = true;
  f.advance(1);
  assert.equal(f.persisted.at(-1)?.kind, "markAgentUnreachable");
  assert.deepEqual(f.takeStatuses("s"), [], "nobody is told before it is durable");
  f.releasePersisted();
  const events = f.takeEvents("s");
  const status = events.find(({ update }) => update)?.update?.status;
  assert.equal(status?.state, "TASK_UNREACHABLE");
  assert.equal(status?.reason, "REASON_AGENT_REMOVED");
  assert.equal(status?.message, "health check timed out");
  assert.equal(typeof status?.unreachable_time?.nanoseconds, "bigint");
  assert.deepEqual(events.at(-1), {
    type: "FAILURE",
    failure: { agent_id: { value: agent.id } },
  });
  assert.equal(f.state.agents.size, 0);
  assert.equal(f.state.unreachableAgents.size, 1);
  assert.equal(framework.tasks.size, 0);
  assert.equal(framework.unreachableTasks.size, 1);
  assert.equal(framework.usedResources.isEmpty, true);
  assert.equal(f.state.tasksByState.TASK_UNREACHABLE, 1);
  assert.equal(f.state.tasksByState.TASK_RUNNING, 0);
  assert.deepEqual(f.offers("s"), []);
  f.takeSent();
  f.advance(600_000);
  assert.deepEqual(f.takeSent("PingSlaveMessage"), [], "it is pinged no more");
});

test("a framework without PARTITION_AWARE loses the tasks of an unreachable agent", () => {
  const f = new CoreFixture();
  f.running(oldFramework);
  f.answersPings = false;
  f.advance(90_000);
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_LOST");
});

test("one answered ping starts the count anew", () => {
  const f = new CoreFixture();
  const agent = f.register();
  f.answersPings = false;
  f.advance(4 * 15_000);
  f.handle({ kind: "pong", from: agent.pid, message: {} });
  f.advance(60_000);
  assert.equal(f.state.agents.size, 1);
});

test("an agent whose connection broke keeps checkpointing frameworks' tasks and is offered no more", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  const [offer] = f.offers("s");
  f.handle({ kind: "agentExited", pid: agent.pid });
  assert.deepEqual(f.takeEvents("s"), [{ type: "RESCIND", rescind: { offer_id: offer?.id } }]);
  assert.equal(agent.connected, false);
  assert.equal(framework.tasks.size, 1);
  assert.deepEqual(f.offers("s"), []);
  f.advance(15_000);
  assert.deepEqual(f.takeSent("PingSlaveMessage")[0]?.message, { connected: false });
  f.advance(585_000);
  assert.equal(f.state.unreachableAgents.size, 1);
  assert.equal(
    f.takeStatuses("s")[0]?.message,
    "agent did not reregister within 10mins after disconnecting",
  );
});

test("tasks of a framework that does not checkpoint are lost with the connection", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  f.handle({ kind: "agentExited", pid: agent.pid });
  const [status] = f.takeStatuses("s");
  assert.equal(status?.state, "TASK_LOST");
  assert.equal(status?.reason, "REASON_AGENT_DISCONNECTED");
  assert.equal(status?.message, "Agent host disconnected");
  assert.equal(framework.tasks.size, 0);
  assert.equal(framework.completedTasks.size, 1);
  assert.equal(agent.usedResources.isEmpty, true);
});

test("an agent that unregisters is removed, and its tasks are lost", () => {
  const f = new CoreFixture();
  const { agent } = f.running();
  f.handle({
    kind: "unregisterSlave",
    from: agent.pid,
    message: { slave_id: { value: agent.id } },
  });
  const events = f.takeEvents("s");
  assert.deepEqual(
    events.map(({ type }) => type),
    ["UPDATE", "FAILURE"],
  );
  assert.equal(events[0]?.update?.status.message, "Agent host removed: the agent unregistered");
  assert.deepEqual(f.published.at(-1), { type: "AGENT_REMOVED", agentId: agent.id });
  assert.equal(f.linked.size, 0);
  assert.equal(f.state.counters.get("master/slave_removals/reason_unregistered"), 1);
});

test("a stranger cannot unregister an agent", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const message = { slave_id: { value: agent.id } };
  f.handle({ kind: "unregisterSlave", from: "slave(1)@10.9.9.9:1", message });
  assert.equal(f.state.agents.size, 1);
});

for (const state of ["disconnected", "connected"] as const) {
  test(`a new agent at the address of a ${state} one takes its place`, () => {
    const f = new CoreFixture();
    ask(f);
    if (state === "disconnected") f.handle({ kind: "agentExited", pid });
    const resource_version_uuid = { value: new Uint8Array(16).fill(8) };
    f.handle({
      kind: "registerSlave",
      from: pid,
      message: registration({ resource_version_uuid }),
    });
    assert.deepEqual([...f.state.agents.keys()], ["master-S1"]);
    assert.equal(f.state.counters.get("master/slave_removals/reason_registered"), 1);
    assert.deepEqual([...f.registry.admitted.keys()], ["master-S1"]);
    assert.ok(f.linked.has(pid));
    f.advance(15_000);
    const agent = f.state.agentByPid.get(pid);
    assert.equal(agent?.id, "master-S1");
    assert.equal(agent?.observer.pingsMissed, 0);
  });
}

test("an agent without a resource version is a new one when its connection broke", () => {
  const f = new CoreFixture();
  const { resource_version_uuid: _, ...message } = registration();
  f.handle({ kind: "registerSlave", from: pid, message });
  f.handle({ kind: "registerSlave", from: pid, message });
  assert.deepEqual([...f.state.agents.keys()], ["master-S0"]);
  f.handle({ kind: "agentExited", pid });
  f.handle({ kind: "registerSlave", from: pid, message });
  assert.deepEqual([...f.state.agents.keys()], ["master-S1"]);
});

test("an agent that never got its answer asks again over another connection and is the same", () => {
  const f = new CoreFixture();
  ask(f);
  f.handle({ kind: "agentExited", pid });
  f.takeSent();
  ask(f);
  assert.deepEqual(f.takeSent()[0]?.message, {
    slave_id: { value: "master-S0" },
    connection: { total_ping_timeout_seconds: 75 },
  });
  assert.equal(f.state.agentByPid.get(pid)?.active, true);
  assert.ok(f.linked.has(pid));
  f.advance(700_000);
  assert.equal(f.state.agents.size, 1);
  assertInvariants(f.state, f.allocator);
});

test("an agent that asks again while it is given up is answered when that is done", () => {
  const f = new CoreFixture();
  const agent = f.register();
  f.answersPings = false;
  f.holdsPersisted = true;
  f.advance(90_000);
  f.takeSent();
  f.handle({ kind: "registerSlave", from: agent.pid, message: registration() });
  assert.deepEqual(f.takeSent("SlaveRegisteredMessage"), []);
  f.holdsPersisted = false;
  f.releasePersisted();
  assert.equal(f.state.unreachableAgents.has(agent.id), true);
  f.handle({ kind: "registerSlave", from: agent.pid, message: registration() });
  const [answer] = f.takeSent("SlaveRegisteredMessage");
  const told = answer?.message as internal.SlaveRegisteredMessage | undefined;
  assert.notEqual(told?.slave_id.value, agent.id);
});

test("an old question of an agent that runs something loses nothing", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  f.handle({ kind: "agentExited", pid: agent.pid });
  f.handle({ kind: "registerSlave", from: agent.pid, message: registration() });
  assert.equal(agent.connected, false);
  assert.equal(framework.tasks.size, 1);
  assert.deepEqual(f.takeSent(), []);
});

test("MARK_AGENT_GONE ends its tasks, shuts it down, and is durable first", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  f.holdsPersisted = true;
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 1 });
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 2 });
  assert.equal(f.replies.get(1), undefined);
  assert.equal(f.replies.get(2)?.status, 503);
  f.releasePersisted();
  assert.deepEqual(f.replies.get(1), { status: 200 });
  assert.equal(f.takeSent()[0]?.name, "ShutdownMessage");
  const [status] = f.takeStatuses("s");
  assert.equal(status?.state, "TASK_GONE_BY_OPERATOR");
  assert.equal(status?.reason, "REASON_AGENT_REMOVED_BY_OPERATOR");
  assert.equal(framework.completedTasks.size, 1);
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 3 });
  assert.deepEqual(f.replies.get(3), { status: 200 });
  f.handle({ kind: "markAgentGoneAsked", agentId: "x" as typeof agent.id, ticket: 4 });
  assert.equal(f.replies.get(4)?.status, 404);
});

test("an unreachable agent can be declared gone, with the tasks that were there", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  f.answersPings = false;
  f.advance(90_000);
  f.takeEvents("s");
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 1 });
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_GONE_BY_OPERATOR");
  assert.equal(framework.unreachableTasks.size, 0);
  assert.equal(f.state.tasksByState.TASK_UNREACHABLE, 0);
});

test("an agent that oversubscribes is offered with what is revocable", () => {
  const f = new CoreFixture();
  const agent = f.register();
  f.subscribe("s", {
    capabilities: [...(frameworkInfo().capabilities ?? []), { type: "REVOCABLE_RESOURCES" }],
  });
  f.handle({
    kind: "updateSlave",
    from: agent.pid,
    message: {
      slave_id: { value: agent.id },
      update_oversubscribed_resources: true,
      oversubscribed_resources: resources("cpus:2").map((r) => ({ ...r, revocable: {} })),
    },
  });
  assert.equal(agent.totalResources.scalar("cpus"), 6000);
  const offered = f.offers("s")[0]?.resources ?? [];
  assert.equal(offered.filter(({ revocable }) => revocable).length, 1);
});
