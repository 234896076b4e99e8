import assert from "node:assert/strict";
import test from "node:test";
import { type AgentId, asId, type TaskId } from "@tavola/base";
import type { internal, TaskState } from "@tavola/protocol";
import {
  CoreFixture,
  commandTask,
  oldFramework,
  registration,
  statusUpdate,
} from "../testing/core-fixture.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent, Framework } from "./state.ts";

test("an update reaches its framework as it is, and the task's record", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s");
  f.launch(framework, f.offers("s"), commandTask("t", agent.id));
  assert.equal(f.state.tasksByState.TASK_STAGING, 1);
  const uuid = f.report(agent, framework, "t", "TASK_STARTING");
  const [status] = f.takeStatuses("s");
  assert.equal(status?.state, "TASK_STARTING");
  assert.equal(status?.uuid, uuid);
  assert.deepEqual(status?.executor_id, { value: "t" });
  const { message } = [...framework.tasks.values()][0] ?? { message: undefined };
  assert.equal(message?.state, "TASK_STARTING");
  assert.equal(message?.status_update_state, "TASK_STARTING");
  assert.deepEqual(f.published.at(-1)?.type, "TASK_UPDATED");
  assert.equal(f.state.tasksByState.TASK_STAGING, 0);
  assert.equal(f.state.tasksByState.TASK_STARTING, 1);
});

test("of a run of equal states the newest status is kept, without its data", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  const published = f.published.length;
  const update = statusUpdate(agent.id, framework.id, "t", "TASK_RUNNING", new Uint8Array(16));
  f.handle({
    kind: "statusUpdate",
    from: agent.pid,
    message: {
      update: { ...update.update, status: { ...update.update.status, data: new Uint8Array(9) } },
    },
  });
  const [task] = [...framework.tasks.values()];
  assert.equal(task?.message.statuses.length, 1);
  assert.equal("data" in (task?.message.statuses[0] ?? {}), false);
  assert.equal(f.takeStatuses("s")[0]?.data?.length, 9, "the framework gets the data");
  assert.equal(f.published.length, published, "subscribers hear of new states only");
});

test("a terminal update frees at once, and completes when it is acknowledged", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  const running = f.report(agent, framework, "t", "TASK_RUNNING");
  const uuid = f.report(agent, framework, "t", "TASK_FAILED");
  assert.equal(agent.usedResources.isEmpty, true);
  assert.equal(framework.usedResources.isEmpty, true);
  f.acknowledge(framework, agent, "t", running);
  assert.equal(framework.tasks.size, 1, "an older update's acknowledgement completes nothing");
  f.acknowledge(framework, agent, "t", uuid);
  assert.equal(framework.tasks.size, 0);
  assert.equal(framework.completedTasks.size, 1);
  assert.deepEqual(
    f
      .takeSent("StatusUpdateAcknowledgementMessage")
      .map(({ message }) => [(message as internal.StatusUpdateAcknowledgementMessage).uuid]),
    [[running], [uuid]],
  );
  assert.equal(f.state.tasksByState.TASK_FAILED, 0);
  assert.equal(f.state.counters.get("master/tasks_failed"), 1);
  assert.equal(framework.counters.get("tasks/terminal/task_failed"), 1);
});

test("an earlier update that comes again does not keep an ended task alive", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  const running = framework.tasks.get(asId<TaskId>("t"))?.message.status_update_uuid;
  const end = f.report(agent, framework, "t", "TASK_FINISHED");
  f.handle({
    kind: "statusUpdate",
    from: agent.pid,
    message: statusUpdate(agent.id, framework.id, "t", "TASK_RUNNING", running ?? end),
  });
  f.acknowledge(framework, agent, "t", end);
  assert.equal(framework.tasks.size, 0);
  assert.equal(framework.completedTasks.size, 1);
});

test("an earlier update that comes again is passed on and changes nothing", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  const task = framework.tasks.get(asId<TaskId>("t"));
  const earlier = task?.message.status_update_uuid ?? new Uint8Array();
  const killing = f.report(agent, framework, "t", "TASK_KILLING");
  const { update } = statusUpdate(agent.id, framework.id, "t", "TASK_RUNNING", earlier);
  const repeat = (latest_state: TaskState): void => {
    f.takeEvents("s");
    const message = { update: { ...update, latest_state } };
    f.handle({ kind: "statusUpdate", from: agent.pid, message });
    assert.equal(f.takeStatuses("s")[0]?.state, "TASK_RUNNING");
    assert.equal(task?.message.status_update_state, "TASK_KILLING");
    assert.deepEqual(task?.message.status_update_uuid, killing);
    assert.equal(task?.message.statuses.at(-1)?.state, "TASK_KILLING");
  };
  repeat("TASK_RUNNING");
  assert.equal(task?.message.state, "TASK_KILLING");
  repeat("TASK_KILLED");
  assert.equal(task?.message.state, "TASK_KILLED", "but an end that it tells of is one");
  assert.equal(agent.usedResources.isEmpty, true);
});

test("latest_state runs ahead of what the framework has seen", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  const { update } = statusUpdate(agent.id, framework.id, "t", "TASK_RUNNING", new Uint8Array(16));
  f.handle({
    kind: "statusUpdate",
    from: agent.pid,
    message: { update: { ...update, latest_state: "TASK_FINISHED" } },
  });
  const [task] = [...framework.tasks.values()];
  assert.equal(task?.message.state, "TASK_FINISHED");
  assert.equal(task?.message.status_update_state, "TASK_RUNNING");
  assert.equal(agent.usedResources.isEmpty, true);
  f.acknowledge(framework, agent, "t", new Uint8Array(16));
  assert.equal(framework.tasks.size, 1);
});

test("updates of strangers, and such as only a master may make, are dropped", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  const send = (from: string, message: internal.StatusUpdateMessage) =>
    f.handle({ kind: "statusUpdate", from, message });
  const good = statusUpdate(agent.id, framework.id, "t", "TASK_LOST", new Uint8Array(16));
  send("slave(1)@10.9.9.9:1", good);
  send(agent.pid, statusUpdate("x" as AgentId, framework.id, "t", "TASK_LOST", new Uint8Array(16)));
  send(agent.pid, statusUpdate(agent.id, framework.id, "t", "TASK_LOST", new Uint8Array(3)));
  send(
    agent.pid,
    statusUpdate(agent.id, framework.id, "t", "TASK_UNREACHABLE", new Uint8Array(16)),
  );
  assert.deepEqual(f.takeEvents("s"), []);
  assert.equal(f.state.counters.get("master/invalid_status_updates"), 4);
});

test("an agent that repeats an update of a framework that is over is told so", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running();
  f.call(framework, { type: "TEARDOWN" });
  f.takeSent();
  f.report(agent, framework, "t", "TASK_FINISHED");
  assert.deepEqual(
    f.takeSent().map(({ name, message }) => [name, message]),
    [["ShutdownFrameworkMessage", { framework_id: { value: framework.id } }]],
  );
  assert.equal(f.state.counters.get("master/invalid_status_updates"), 1);
});

test("a disconnected framework gets nothing, and nothing is lost: the agent repeats", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ failover_timeout: 60 });
  f.handle({ kind: "streamClosed", stream: "s" });
  f.report(agent, framework, "t", "TASK_FINISHED");
  assert.equal(f.state.counters.get("master/invalid_status_updates"), 1);
  assert.equal([...framework.tasks.values()][0]?.message.state, "TASK_FINISHED");
  assert.deepEqual(f.takeSent("StatusUpdateAcknowledgementMessage"), []);
});

test("RECONCILE answers for each task by what is known of it and its agent", () => {
  const f = new CoreFixture();
  const { framework } = f.running();
  const second = f.register();
  const gone = f.register();
  f.handle({ kind: "markAgentGoneAsked", agentId: gone.id, ticket: 1 });
  f.answersPings = false;
  const answer = (id: string, agentId?: string) => {
    f.takeEvents("s");
    f.call(framework, {
      type: "RECONCILE",
      reconcile: {
        tasks: [{ task_id: { value: id }, ...(agentId && { agent_id: { value: agentId } }) }],
      },
    });
    const [status] = f.takeStatuses("s");
    assert.equal(status?.source, "SOURCE_MASTER");
    assert.equal(status?.reason, "REASON_RECONCILIATION");
    assert.equal(status?.uuid, undefined);
    return [status?.state, status?.message?.replace("Reconciliation: ", "")];
  };
  assert.deepEqual(answer("t"), ["TASK_RUNNING", "Latest task state"]);
  assert.deepEqual(answer("x"), ["TASK_UNKNOWN", "Task is unknown"]);
  assert.deepEqual(answer("x", "nobody"), ["TASK_UNKNOWN", "Task is unknown"]);
  assert.deepEqual(answer("x", second.id), ["TASK_GONE", "Task is unknown to the agent"]);
  assert.deepEqual(answer("x", gone.id), ["TASK_GONE_BY_OPERATOR", "Task is gone"]);
  f.advance(90_000);
  assert.deepEqual(answer("x", second.id), ["TASK_UNREACHABLE", "Task is unreachable"]);
});

test("RECONCILE without tasks tells of all that are live", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running();
  f.launch(framework, f.offers("s"), commandTask("u", agent.id));
  f.call(framework, { type: "RECONCILE", reconcile: {} });
  assert.deepEqual(
    f.takeStatuses("s").map(({ task_id: id, state }) => [id.value, state]),
    [
      ["t", "TASK_RUNNING"],
      ["u", "TASK_STAGING"],
    ],
  );
});

test("a large RECONCILE is answered a part at a time, in order, and only where it was asked", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s", { failover_timeout: 1000 });
  const tasks = Array.from({ length: 2500 }, (_, n) => ({ task_id: { value: `t${n}` } }));
  const reconcile = () => f.call(framework, { type: "RECONCILE", reconcile: { tasks } });
  reconcile();
  assert.equal(f.takeStatuses("s").length, 1000);
  f.call(framework, { type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "last" } }] } });
  assert.equal(f.takeStatuses("s").length, 0);
  f.advance(1);
  assert.equal(f.takeStatuses("s")[0]?.task_id.value, "t1000");
  f.advance(1);
  const rest = f.takeStatuses("s");
  assert.equal(rest.length, 501);
  assert.equal(rest.at(-1)?.task_id.value, "last");
  for (let n = 0; n < 200; n += 1) reconcile();
  assert.equal(framework.questions.length, 100, "who asks without end is not answered without end");
  f.handle({ kind: "streamClosed", stream: "s" });
  f.subscribe("s2", { id: { value: framework.id } });
  f.advance(10);
  assert.equal(f.takeStatuses("s2").length, 0);
  assert.equal(framework.questions.length, 0);
});

test("RECONCILE says TASK_LOST to a framework without PARTITION_AWARE", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s", oldFramework);
  const tasks = [{ task_id: { value: "x" } }];
  f.call(framework, { type: "RECONCILE", reconcile: { tasks } });
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_LOST");
});

test("RECONCILE does not answer for agents that may still come back after a failover", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s");
  f.state.recoveredAgents.set("old-S0" as AgentId, { hostname: "h" });
  const tasks = [
    { task_id: { value: "a" } },
    { task_id: { value: "b" }, agent_id: { value: "old-S0" } },
    { task_id: { value: "c" }, agent_id: { value: "old-S1" } },
  ];
  f.call(framework, { type: "RECONCILE", reconcile: { tasks } });
  assert.deepEqual(
    f.takeStatuses("s").map(({ task_id: id }) => id.value),
    ["c"],
  );
});

test("of a disconnected agent's lost tasks RECONCILE says nothing, and a KILL is done when they return", () => {
  const f = new CoreFixture();
  const { agent, framework } = f.running({ checkpoint: false });
  const report = reregistrationWith(agent, framework);
  f.handle({ kind: "agentExited", pid: agent.pid });
  assert.equal(f.takeStatuses("s")[0]?.reason, "REASON_AGENT_DISCONNECTED");
  const task = { task_id: { value: "t" }, agent_id: { value: agent.id } };
  f.call(framework, { type: "RECONCILE", reconcile: { tasks: [task] } });
  f.call(framework, { type: "KILL", kill: task });
  assert.deepEqual(f.takeStatuses("s"), []);
  f.takeSent();
  f.handle({ kind: "reregisterSlave", from: agent.pid, message: report });
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_RUNNING");
  assert.equal(f.takeSent("KillTaskMessage").length, 1);
  assert.equal(f.state.earlyKills.size, 0);
  f.handle({ kind: "agentExited", pid: agent.pid });
  f.handle({ kind: "reregisterSlave", from: agent.pid, message: { ...report, tasks: [] } });
  f.takeEvents("s");
  f.call(framework, { type: "RECONCILE", reconcile: { tasks: [task] } });
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_GONE");
  assertInvariants(f.state, f.allocator);
});

/** With the task of `f.running()`. */
function reregistrationWith(agent: Agent, framework: Framework): internal.ReregisterSlaveMessage {
  const { slave, ...rest } = registration();
  const [task] = [...framework.tasks.values()];
  return {
    ...rest,
    slave: { ...slave, id: { value: agent.id } },
    frameworks: [framework.info],
    tasks: task === undefined ? [] : [{ ...task.message, statuses: [...task.message.statuses] }],
  };
}

test("KILL is passed on with its policy; of an unknown task it is answered", () => {
  const f = new CoreFixture();
  const { framework, agent } = f.running();
  const kill_policy = { grace_period: { nanoseconds: 1_000_000_000 } };
  f.call(framework, { type: "KILL", kill: { task_id: { value: "t" }, kill_policy } });
  assert.deepEqual(f.takeSent(), [
    {
      from: "master",
      to: agent.upid.id,
      name: "KillTaskMessage",
      message: { framework_id: { value: framework.id }, task_id: { value: "t" }, kill_policy },
    },
  ]);
  f.call(framework, {
    type: "KILL",
    kill: { task_id: { value: "t" }, agent_id: { value: "other" } },
  });
  assert.deepEqual(f.takeSent(), [], "a kill on the wrong agent is ignored");
  f.call(framework, { type: "KILL", kill: { task_id: { value: "x" } } });
  assert.equal(f.takeStatuses("s")[0]?.state, "TASK_UNKNOWN");
});

test("messages pass both ways; SHUTDOWN and the end of an executor too", () => {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s");
  const { command: _, ...task } = commandTask("t", agent.id);
  f.launch(framework, f.offers("s"), {
    ...task,
    executor: { executor_id: { value: "e" }, command: { value: "x" } },
  });
  f.takeSent();
  const names = {
    slave_id: { value: agent.id },
    framework_id: { value: framework.id },
    executor_id: { value: "e" },
  };
  const data = Uint8Array.of(1, 0, 255);
  f.call(framework, {
    type: "MESSAGE",
    message: { agent_id: names.slave_id, executor_id: names.executor_id, data },
  });
  f.call(framework, {
    type: "SHUTDOWN",
    shutdown: { agent_id: names.slave_id, executor_id: names.executor_id },
  });
  assert.deepEqual(
    f.takeSent().map(({ name, message }) => [name, message]),
    [
      ["FrameworkToExecutorMessage", { ...names, data }],
      [
        "ShutdownExecutorMessage",
        { executor_id: names.executor_id, framework_id: names.framework_id },
      ],
    ],
  );
  f.handle({ kind: "executorToFramework", from: agent.pid, message: { ...names, data } });
  f.handle({ kind: "exitedExecutor", from: agent.pid, message: { ...names, status: 9 } });
  f.handle({ kind: "exitedExecutor", from: agent.pid, message: { ...names, status: 9 } });
  assert.deepEqual(f.takeEvents("s"), [
    {
      type: "MESSAGE",
      message: { agent_id: names.slave_id, executor_id: names.executor_id, data },
    },
    {
      type: "FAILURE",
      failure: { agent_id: names.slave_id, executor_id: names.executor_id, status: 9 },
    },
  ]);
  assert.equal(framework.executors.size, 0);
});

test("RECONCILE_OPERATIONS answers that no operation is known", () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s");
  f.call(framework, {
    type: "RECONCILE_OPERATIONS",
    reconcile_operations: { operations: [{ operation_id: { value: "o" } }] },
  });
  assert.deepEqual(f.takeEvents("s")[0]?.update_operation_status?.status, {
    operation_id: { value: "o" },
    state: "OPERATION_UNKNOWN",
    message: "Reconciliation: Operation is unknown and no 'agent_id' was provided",
  });
});
