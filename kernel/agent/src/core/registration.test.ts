import assert from "node:assert/strict";
import { test } from "node:test";
import { internal } from "@tavola/protocol";
import {
  agentId,
  commandTask,
  customTask,
  frameworkId,
  kinds,
  masterPid,
  SteppedAgent,
  sent,
  statuses,
} from "../testing/stepped-agent.ts";

const master = { id: "master", host: "10.0.0.1", port: 5050 };

test("an agent links and registers within the back-off, then ever more slowly, up to a minute", () => {
  const agent = new SteppedAgent();
  agent.feed({ kind: "recovered" });
  assert.deepEqual(kinds(agent.feed({ kind: "masterDetected", master, hostname: "m" })), []);
  const first = agent.pass(1000);
  assert.deepEqual(kinds(first), ["linkMaster", "send"]);
  const [message] = sent(first, internal.RegisterSlaveMessage);
  assert.equal(message?.version, "1.12.0");
  assert.equal(message?.slave.id, undefined);
  // As a Mesos agent sends them: in the form with a role.
  assert.equal(message?.slave.resources?.[0]?.role, "*");
  let attempts = 0;
  let pauseMsMax = 0;
  let since = 0;
  for (let passed = 0; passed < 3_600_000; passed += 500) {
    since += 500;
    if (sent(agent.pass(500), internal.RegisterSlaveMessage).length === 0) continue;
    attempts += 1;
    pauseMsMax = Math.max(pauseMsMax, since);
    since = 0;
  }
  assert.ok(attempts > 60, `${attempts} attempts in an hour`);
  assert.ok(pauseMsMax > 30_000 && pauseMsMax <= 60_500, `a pause of ${pauseMsMax} ms`);
});

test("registered: the id is checkpointed, the update sent as recorded, pings are awaited", () => {
  const agent = new SteppedAgent();
  const effects = agent.register();
  assert.deepEqual(kinds(effects), ["checkpointAgent", "send"]);
  assert.deepEqual(sent(effects, internal.UpdateSlaveMessage), [
    {
      slave_id: { value: agentId },
      update_oversubscribed_resources: false,
      operations: {},
      resource_version_uuid: { value: new Uint8Array(16).fill(7) },
      resource_providers: {},
    },
  ]);
  assert.equal(agent.state.phase, "running");
  assert.deepEqual(kinds(agent.pass(74_000)), []);
  agent.pass(2000);
  assert.equal(agent.state.phase, "disconnected");
});

test("a ping is answered to its sender and puts the timeout off", () => {
  const agent = new SteppedAgent();
  agent.register();
  agent.pass(70_000);
  const from = "slave-observer(1)@10.0.0.1:5050";
  const effects = agent.fromMaster("ping", { connected: true }, from);
  const [effect] = effects;
  assert.ok(effect?.kind === "send" && effect.to.id === "slave-observer(1)");
  agent.pass(70_000);
  assert.equal(agent.state.phase, "running");
});

test("`connected: false`, a broken link and a silent master each lead to reregistration", () => {
  for (const lose of [
    (agent: SteppedAgent) => agent.fromMaster("ping", { connected: false }, "o@10.0.0.1:5050"),
    (agent: SteppedAgent) => agent.feed({ kind: "masterExited", master }),
    (agent: SteppedAgent) => agent.pass(75_000),
  ]) {
    const agent = new SteppedAgent();
    agent.register();
    lose(agent);
    assert.equal(agent.state.phase, "disconnected");
    const [message] = sent(agent.pass(1000), internal.ReregisterSlaveMessage);
    assert.equal(message?.slave.id?.value, agentId);
  }
});

test("reregistration tells tasks, frameworks, and executors but for generated ones", () => {
  const agent = new SteppedAgent();
  agent.register();
  const container = agent.launched(commandTask("one"));
  agent.report(container, "one", "TASK_RUNNING");
  agent.launched(customTask("two"));
  agent.feed({ kind: "masterExited", master });
  const [message] = sent(agent.pass(1000), internal.ReregisterSlaveMessage);
  const tasks = message?.tasks?.map(({ task_id, state }) => `${task_id.value} ${state}`);
  assert.deepEqual(tasks, ["one TASK_RUNNING", "two TASK_STAGING"]);
  assert.deepEqual(
    message?.executor_infos?.map(({ executor_id }) => executor_id.value),
    ["custom"],
  );
  assert.equal(message?.frameworks?.[0]?.id?.value, frameworkId);
  assert.equal(message?.tasks?.[0]?.resources?.[0]?.role, "*");
});

test("updates wait while there is no master, and go out when it is back", () => {
  const agent = new SteppedAgent();
  agent.register();
  const container = agent.launched(commandTask("one"));
  agent.feed({ kind: "masterExited", master });
  assert.deepEqual(statuses(agent.report(container, "one", "TASK_RUNNING")), []);
  agent.pass(1000);
  const effects = agent.fromMaster("slaveReregistered", { slave_id: { value: agentId } });
  assert.deepEqual(
    statuses(effects).map(({ state }) => state),
    ["TASK_RUNNING"],
  );
});

test("a master's question after an unknown task is answered with an end", () => {
  const agent = new SteppedAgent();
  agent.register();
  agent.feed({ kind: "masterExited", master });
  agent.pass(1000);
  const effects = agent.fromMaster("slaveReregistered", {
    slave_id: { value: agentId },
    reconciliations: [
      {
        framework_id: { value: frameworkId },
        statuses: [{ task_id: { value: "lost" }, state: "TASK_RUNNING" }],
        framework: {
          user: "root",
          name: "f",
          capabilities: [{ type: "PARTITION_AWARE" }],
        },
      },
    ],
  });
  const [status] = statuses(effects);
  assert.equal(status?.state, "TASK_DROPPED");
  assert.equal(status?.reason, "REASON_RECONCILIATION");
  const late = agent.run(commandTask("lost"));
  assert.ok(!late.some(({ kind }) => kind === "launchExecutor"), "what was dropped is not run");
});

test("another agent's id ends the process", () => {
  const agent = new SteppedAgent();
  agent.register();
  const other = { slave_id: { value: "other-S1" } };
  const effects = agent.fromMaster("slaveReregistered", other);
  assert.ok(effects.some((effect) => effect.kind === "exit" && effect.code === 1));
});

test("a master that answers under another of its addresses is taken at its word", () => {
  const agent = new SteppedAgent();
  agent.feed({ kind: "recovered" });
  const given = { id: "master", host: "127.0.0.1", port: 5050 };
  agent.feed({ kind: "masterDetected", master: given, hostname: "localhost", isTyped: true });
  agent.pass(1000);
  const slave_id = { value: agentId };
  const other = agent.fromMaster("slaveRegistered", { slave_id }, "master@10.0.0.1:6060");
  assert.deepEqual(kinds(other), []);
  const effects = agent.fromMaster("slaveRegistered", { slave_id });
  assert.deepEqual(kinds(effects), ["linkMaster", "checkpointAgent", "send"]);
  assert.deepEqual(agent.state.master, master);
  // Now that it is known, no other is taken for it.
  const stranger = agent.fromMaster("slaveReregistered", { slave_id }, "master@10.0.0.9:5050");
  assert.deepEqual(kinds(stranger), []);
});

test("the late answer of a former leader is not the new one's under another name", () => {
  const agent = new SteppedAgent();
  agent.register();
  const leader = { id: "master", host: "10.0.0.2", port: 5050 };
  agent.feed({ kind: "masterDetected", master: leader, hostname: "m2" });
  agent.pass(1000);
  const late = agent.fromMaster("slaveReregistered", { slave_id: { value: agentId } });
  assert.deepEqual(kinds(late), []);
  assert.deepEqual(agent.state.master, leader);
});

test("only the leader is obeyed", () => {
  const agent = new SteppedAgent();
  agent.register();
  const task = commandTask("one");
  const effects = agent.fromMaster(
    "runTask",
    { framework: { user: "root", name: "f", id: { value: frameworkId } }, task },
    "master@10.0.0.9:5050",
  );
  assert.deepEqual(kinds(effects), []);
  assert.equal(agent.state.frameworks.size, 0);
  assert.notEqual(masterPid, "master@10.0.0.9:5050");
});

test("a task that comes while a reregistration is unanswered is left out; the master's answer asks for it", () => {
  const agent = new SteppedAgent();
  agent.register();
  agent.feed({ kind: "masterExited", master });
  agent.pass(1000);
  const late = agent.run(commandTask("late"));
  assert.deepEqual(kinds(late), []);
  const status = { task_id: { value: "late" }, state: "TASK_STAGING" } as const;
  const answer = agent.fromMaster("slaveReregistered", {
    slave_id: { value: agentId },
    reconciliations: [{ framework_id: { value: frameworkId }, statuses: [status] }],
  });
  assert.deepEqual(
    statuses(answer).map(({ state, reason }) => [state, reason]),
    [["TASK_LOST", "REASON_RECONCILIATION"]],
  );
  assert.ok(agent.run(commandTask("next")).some(({ kind }) => kind === "launchExecutor"));
});
