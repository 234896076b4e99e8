/** An agent comes back: to the master that knew it, to one that had given it up, or to a new one. */

import assert from "node:assert/strict";
import test from "node:test";
import type { internal } from "@tavola/protocol";
import {
  CoreFixture,
  commandTask,
  frameworkInfo,
  registration,
  resources,
} from "../testing/core-fixture.ts";
import {
  comesBack,
  disconnect,
  pid,
  reportedTask,
  reregistration,
  running,
} from "../testing/reregistration.ts";
import { assertInvariants } from "../testing/state-invariants.ts";

test("a registered agent comes back: told, reactivated, without a registry write", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  disconnect(f, agent);
  const writes = f.persisted.length;
  comesBack(f, reregistration(running(framework)));
  assert.equal(f.persisted.length, writes);
  assert.deepEqual(
    f.takeSent().map(({ name }) => name),
    ["SlaveReregisteredMessage", "UpdateFrameworkMessage"],
  );
  assert.equal(agent.connected, true);
  assert.equal(f.offers("s").length, 1);
  f.advance(700_000);
  assert.equal(f.state.agents.size, 1, "the timer of the disconnection is off");
});

test("tasks that the agent does not report are asked back", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  disconnect(f, agent);
  comesBack(f, reregistration({ frameworks: [framework.info] }));
  const [sent] = f.takeSent("SlaveReregisteredMessage");
  const told = sent?.message as internal.SlaveReregisteredMessage | undefined;
  const reconciliations = told?.reconciliations;
  assert.equal(reconciliations?.length, 1);
  assert.equal(reconciliations?.[0]?.statuses?.[0]?.task_id.value, "t");
  assert.equal(reconciliations?.[0]?.statuses?.[0]?.message, "Reconciliation request");
  assert.equal(reconciliations?.[0]?.framework, framework.info);
  assert.equal(framework.tasks.size, 1);
});

test("executors that the agent does not report are gone, and free what they used", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s", { checkpoint: true });
  f.launch(framework, f.offers("s"), {
    name: "t",
    task_id: { value: "t" },
    agent_id: { value: agent.id },
    resources: resources("cpus:1"),
    executor: {
      executor_id: { value: "e" },
      command: { value: "x" },
      resources: resources("cpus:1"),
    },
  });
  disconnect(f, agent);
  comesBack(f, reregistration(running(framework)));
  assert.equal(framework.executors.size, 0);
  assert.equal(agent.usedResources.scalar("cpus"), 1000);
});

test("an agent with other details is written down before it is answered", () => {
  const f = new CoreFixture();
  f.register();
  f.holdsPersisted = true;
  const message = reregistration();
  const slave = { ...message.slave, resources: resources("cpus:8;mem:8000") };
  comesBack(f, { ...message, slave });
  comesBack(f, { ...message, slave });
  assert.equal(f.persisted.filter(({ kind }) => kind === "readmitAgent").length, 1);
  assert.deepEqual(f.takeSent(), []);
  f.releasePersisted();
  assert.equal(f.takeSent()[0]?.name, "SlaveReregisteredMessage");
  assert.equal(f.state.agentByPid.get(pid)?.totalResources.scalar("cpus"), 8000);
});

test("an agent that moved to another machine is shut down", () => {
  const f = new CoreFixture();
  f.register();
  f.handle({ kind: "reregisterSlave", from: "slave(1)@10.9.9.9:1", message: reregistration() });
  const [sent] = f.takeSent();
  assert.equal(sent?.name, "ShutdownMessage");
  assert.deepEqual(sent?.message, {
    message: "Agent attempted to reregister with different IP / hostname",
  });
});

test("an unreachable agent's tasks are running again", () => {
  const f = new CoreFixture();
  const { framework } = f.running({ checkpoint: true });
  f.answersPings = false;
  f.advance(90_000);
  f.takeEvents("s");
  f.answersPings = true;
  comesBack(f, reregistration(running(framework)));
  const [status] = f.takeStatuses("s");
  assert.equal(status?.state, "TASK_RUNNING");
  assert.equal(status?.reason, "REASON_AGENT_REREGISTERED");
  assert.equal(status?.message, "Unreachable agent re-reregistered");
  assert.equal(framework.tasks.size, 1);
  assert.equal(framework.unreachableTasks.size, 0);
  assert.equal(f.state.unreachableAgents.size, 0);
  assert.equal(f.state.tasksByState.TASK_UNREACHABLE, 0);
  assert.equal(f.state.tasksByState.TASK_RUNNING, 1);
  assert.equal(framework.usedResources.scalar("cpus"), 1000);
  const cpus = f.offers("s")[0]?.resources?.find(({ name }) => name === "cpus");
  assert.equal(cpus?.scalar?.value, 3);
});

test("a task that was declared lost and is alive is in one memory only", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running();
  f.handle({ kind: "agentExited", pid: agent.pid });
  assert.equal(framework.completedTasks.size, 1);
  f.answersPings = false;
  f.advance(90_000);
  comesBack(f, reregistration(running(framework)));
  assert.equal(framework.completedTasks.size, 0);
  assert.equal(framework.tasks.size, 1);
});

test("tasks that were declared lost with the connection and are alive come back", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running();
  f.handle({ kind: "agentExited", pid: agent.pid });
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_LOST");
  comesBack(f, reregistration(running(framework)));
  const [status] = f.takeStatuses("s");
  assert.equal(status?.state, "TASK_RUNNING");
  assert.equal(status?.reason, "REASON_AGENT_REREGISTERED");
  assert.equal(framework.tasks.size, 1);
  assert.equal(framework.completedTasks.size, 0);
  const cpus = f.offers("s")[0]?.resources?.find(({ name }) => name === "cpus");
  assert.equal(cpus?.scalar?.value, 3, "what they use is not offered to others");
});

test("an old report of a task that ended and was acknowledged does not bring it back", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running({ checkpoint: true });
  const old = reregistration(running(framework));
  f.acknowledge(framework, agent, "t", f.report(agent, framework, "t", "TASK_FINISHED"));
  f.takeEvents("s");
  comesBack(f, old);
  assert.equal(framework.tasks.size, 0);
  assert.equal(framework.completedTasks.size, 1);
  f.answersPings = false;
  f.advance(90_000);
  f.answersPings = true;
  comesBack(f, old);
  assert.equal(framework.tasks.size, 0);
  assert.deepEqual(f.takeStatuses("s"), []);
  assertInvariants(f.state, f.allocator);
});

test("a task id that was used before may run again on an agent that comes back", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running({ checkpoint: true });
  f.acknowledge(framework, agent, "t", f.report(agent, framework, "t", "TASK_FINISHED"));
  f.launch(framework, f.offers("s"), commandTask("t", agent.id));
  f.answersPings = false;
  f.advance(90_000);
  f.answersPings = true;
  comesBack(f, reregistration(running(framework)));
  assert.equal(framework.tasks.size, 1);
  assertInvariants(f.state, f.allocator);
});

test("a task id that two agents report is ignored on the second", () => {
  const f = new CoreFixture();
  const { framework } = f.running();
  const { slave, ...rest } = reregistration(running(framework));
  f.handle({
    kind: "reregisterSlave",
    from: "slave(1)@10.0.0.7:5051",
    message: {
      ...rest,
      slave: { ...slave, id: { value: "old-S9" } },
      tasks: [reportedTask("t", framework.id, { agent_id: { value: "old-S9" } })],
    },
  });
  assert.equal(f.state.agents.size, 2);
  assert.equal([...framework.tasks.values()][0]?.agentId, "master-S0");
});

test("a new master learns frameworks and tasks from its agents", () => {
  const f = new CoreFixture();
  const info = frameworkInfo({ id: { value: "old-0000" }, failover_timeout: 60 });
  comesBack(f, reregistration({ frameworks: [info], tasks: [reportedTask("t", "old-0000")] }));
  const framework = [...f.state.frameworks.values()][0];
  assert.equal(framework?.state, "recovered");
  assert.equal(framework?.tasks.size, 1);
  assert.equal(framework?.usedResources.scalar("cpus"), 1000);
  f.advance(599_000);
  assert.equal(framework?.state, "recovered");
  f.subscribe("s", { id: { value: "old-0000" } });
  assert.equal(framework?.state, "active");
  const cpus = f.offers("s")[0]?.resources?.find(({ name }) => name === "cpus");
  assert.equal(cpus?.scalar?.value, 3);
});

test("an agent without MULTI_ROLE gets its tasks' role from their framework", () => {
  const f = new CoreFixture();
  const info = frameworkInfo({ id: { value: "old-0000" }, roles: [], role: "x", capabilities: [] });
  const task = reportedTask("t", "old-0000", { resources: resources("cpus:1") });
  comesBack(f, reregistration({ agent_capabilities: [], frameworks: [info], tasks: [task] }));
  const framework = [...f.state.frameworks.values()][0];
  assert.equal([...(framework?.tasks.values() ?? [])][0]?.role, "x");
});

test("frameworks that ended meanwhile are shut down on the agent", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: true });
  disconnect(f, agent);
  f.call(framework, { type: "TEARDOWN" });
  f.takeSent();
  comesBack(f, reregistration(running(framework)));
  assert.deepEqual(
    f.takeSent().map(({ name }) => name),
    ["SlaveReregisteredMessage", "ShutdownFrameworkMessage"],
  );
  assert.equal(agent.tasksByFramework.size, 0);
});

test("an agent of another id at the same address takes its place when it asks again", () => {
  const f = new CoreFixture();
  f.register();
  const { slave, ...rest } = reregistration();
  const message = { ...rest, slave: { ...slave, id: { value: "old-S7" } } };
  comesBack(f, message);
  assert.equal(f.state.agents.size, 0);
  comesBack(f, message);
  assert.deepEqual([...f.state.agents.keys()], ["old-S7"]);
  assert.ok(f.linked.has(pid));
});

test("one address is one agent, also while the registry is waited for", () => {
  const f = new CoreFixture();
  f.holdsPersisted = true;
  f.handle({ kind: "registerSlave", from: pid, message: registration() });
  const { slave, ...rest } = reregistration();
  const other = { ...rest, slave: { ...slave, id: { value: "old-S7" } } };
  comesBack(f, other);
  assert.deepEqual(
    f.persisted.map(({ kind }) => kind),
    ["admitAgent"],
    "the second is decided after the first",
  );
  f.releasePersisted();
  comesBack(f, other);
  f.handle({ kind: "registerSlave", from: pid, message: registration() });
  f.releasePersisted();
  comesBack(f, other);
  f.handle({ kind: "registerSlave", from: pid, message: registration() });
  f.releasePersisted();
  assert.deepEqual([...f.state.agents.keys()], ["old-S7"]);
  assert.equal(f.state.agentByPid.size, 1);
  assertInvariants(f.state, f.allocator);
});

test("an agent that is gone is sent away", () => {
  const f = new CoreFixture();
  const agent = f.register();
  f.handle({ kind: "markAgentGoneAsked", agentId: agent.id, ticket: 1 });
  f.takeSent();
  comesBack(f, reregistration());
  assert.deepEqual(f.takeSent()[0]?.message, { message: "Agent has been marked gone" });
  assert.equal(f.state.agents.size, 0);
});

for (const [what, message] of [
  ["without an id", { slave: { hostname: "h" } }],
  [
    "with a task of another agent",
    {
      frameworks: [frameworkInfo({ id: { value: "f" } })],
      tasks: [reportedTask("t", "f", { agent_id: { value: "x" } })],
    },
  ],
  ["with a task of an unknown framework", { tasks: [reportedTask("t", "f")] }],
  [
    "with a framework twice",
    { frameworks: [frameworkInfo({ id: { value: "f" } }), frameworkInfo({ id: { value: "f" } })] },
  ],
  [
    "with a task twice",
    {
      frameworks: [frameworkInfo({ id: { value: "f" } })],
      tasks: [reportedTask("t", "f"), reportedTask("t", "f")],
    },
  ],
] as const) {
  test(`a reregistration ${what} is dropped`, () => {
    const f = new CoreFixture();
    comesBack(f, reregistration(message));
    assert.deepEqual(f.takeSent(), []);
    assert.equal(f.state.agents.size, 0);
  });
}
