/**
 * The leader dies and another takes over: what agents and schedulers bring back, and what is answered
 * until they have.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { asId, type TaskId } from "@tavola/base";
import type { FrameworkInfo, internal, scheduler, TaskInfo, TaskStatus } from "@tavola/protocol";
import { CoreFixture, commandTask, frameworkInfo, resources } from "../testing/core-fixture.ts";
import { reportOf } from "../testing/reported-agent.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent, Framework } from "./state.ts";

interface Cluster {
  /** The new leader. */
  readonly f: CoreFixture;
  /** As the old one knew them. */
  readonly agents: readonly Agent[];
  readonly info: FrameworkInfo;
  readonly reports: readonly internal.ReregisterSlaveMessage[];
}

interface Before {
  readonly info?: Partial<FrameworkInfo>;
  /** What happens under the old leader once a task runs on each of two agents: `t0` and `t1`. */
  readonly meanwhile?: (old: CoreFixture, framework: Framework, agents: readonly Agent[]) => void;
}

function failedOver({ info = {}, meanwhile }: Before = {}): Cluster {
  const old = new CoreFixture();
  const agents = [old.register(), old.register()];
  const framework = old.subscribe("s", { checkpoint: true, failover_timeout: 1e6, ...info });
  const offers = old.offers("s");
  for (const [n, agent] of agents.entries()) {
    const own = offers.filter(({ agent_id: id }) => id.value === agent.id);
    old.launch(framework, own, taskOf(agent, n));
    old.report(agent, framework, `t${n}`, "TASK_RUNNING");
  }
  meanwhile?.(old, framework, agents);
  const reports = agents.map((agent) => reportOf(old.state, agent));
  return { f: old.failover(), agents, info: framework.info, reports };
}

/** With an executor of the framework's own. */
function taskOf(agent: Agent, n: number): TaskInfo {
  const { command: _, ...task } = commandTask(`t${n}`, agent.id);
  return {
    ...task,
    executor: {
      executor_id: { value: `e${n}` },
      type: "CUSTOM",
      command: { value: "x" },
      resources: resources("cpus:0.1;mem:32"),
    },
  };
}

function comesBack({ f, agents, reports }: Cluster, n: number): Agent {
  const { pid, id } = agents[n] as Agent;
  f.handle({
    kind: "reregisterSlave",
    from: pid,
    message: reports[n] as internal.ReregisterSlaveMessage,
  });
  assertInvariants(f.state, f.allocator);
  return f.state.agents.get(id) as Agent;
}

function reconnects({ f, info }: Cluster, stream = "s"): Framework {
  const framework = f.subscribe(stream, info);
  assertInvariants(f.state, f.allocator);
  return framework;
}

function reconcile(
  f: CoreFixture,
  framework: Framework,
  tasks: readonly (readonly [task: string, agent?: string])[],
): readonly TaskStatus[] {
  const asked = tasks.map(
    ([task, agent]): scheduler.Call_Reconcile_Task => ({
      task_id: { value: task },
      ...(agent !== undefined && { agent_id: { value: agent } }),
    }),
  );
  f.takeEvents("s");
  f.call(framework, { type: "RECONCILE", reconcile: { tasks: asked } });
  return f.takeStatuses("s");
}

test("agents bring their tasks, executors and frameworks; nothing of it is offered twice", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const agent = comesBack(cluster, 0);
  const framework = [...f.state.frameworks.values()][0] as Framework;
  assert.equal(framework.state, "recovered");
  assert.deepEqual([...framework.tasks.keys()], ["t0"]);
  assert.equal(framework.tasks.get(asId<TaskId>("t0"))?.message.state, "TASK_RUNNING");
  assert.deepEqual([...(framework.executors.get(agent.id)?.keys() ?? [])], ["e0"]);
  assert.equal(agent.usedResources.scalar("cpus"), 1100);
  assert.equal(framework.usedResources.scalar("cpus"), 1100);
  comesBack(cluster, 1);
  assert.equal(framework.tasks.size, 2);
  f.subscribe("other");
  const cpus = f
    .offers("other")
    .flatMap(({ resources }) => resources ?? [])
    .filter(({ name }) => name === "cpus");
  assert.deepEqual(
    cpus.map(({ scalar }) => scalar?.value),
    [2.9, 2.9],
  );
});

test("operators hear of the framework first, then of its tasks, then of the agent", () => {
  const cluster = failedOver();
  comesBack(cluster, 0);
  assert.deepEqual(
    cluster.f.published.map(({ type }) => type),
    ["FRAMEWORK_ADDED", "TASK_ADDED", "AGENT_ADDED"],
  );
});

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

test("RECONCILE: what is not known yet is not answered; what is known has its latest state", () => {
  const cluster = failedOver();
  const { f, agents } = cluster;
  const [a0, a1] = agents as [Agent, Agent];
  const framework = reconnects(cluster);
  comesBack(cluster, 0);
  const [known, ...others] = reconcile(f, framework, [
    ["t0", a0.id],
    ["t1", a1.id],
    ["t1"],
    ["never", a1.id],
    ["never"],
  ]);
  assert.deepEqual(others, [], "the second agent may still come");
  assert.equal(known?.state, "TASK_RUNNING");
  assert.equal(known?.reason, "REASON_RECONCILIATION");
  assert.equal(known?.source, "SOURCE_MASTER");
  assert.equal(known?.message, "Reconciliation: Latest task state");
  assert.equal(known?.uuid, undefined);
  assert.equal(known?.executor_id?.value, "e0");
  comesBack(cluster, 1);
  const states = reconcile(f, framework, [["t1", a1.id], ["never", a1.id], ["never"]]);
  assert.deepEqual(
    states.map(({ state, message }) => [state, message]),
    [
      ["TASK_RUNNING", "Reconciliation: Latest task state"],
      ["TASK_GONE", "Reconciliation: Task is unknown to the agent"],
      ["TASK_UNKNOWN", "Reconciliation: Task is unknown"],
    ],
  );
});

for (const [who, capabilities, expected] of [
  [
    "a framework that knows partitions",
    [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
    ["TASK_UNREACHABLE", "TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN", "TASK_UNKNOWN"],
  ],
  [
    "another framework",
    [{ type: "MULTI_ROLE" }],
    ["TASK_LOST", "TASK_LOST", "TASK_LOST", "TASK_LOST"],
  ],
] as const) {
  test(`RECONCILE by ${who}: agents that did not come back, that are gone, that nobody knows`, () => {
    const cluster = failedOver({
      info: { capabilities },
      meanwhile: (old, _, [, second]) => {
        const agentId = (second as Agent).id;
        old.handle({ kind: "markAgentGoneAsked", agentId, ticket: 1 });
      },
    });
    const { f, agents } = cluster;
    const [a0, a1] = agents as [Agent, Agent];
    const framework = reconnects(cluster);
    f.advance(600_000);
    const statuses = reconcile(f, framework, [["t0", a0.id], ["t1", a1.id], ["x", "who"], ["y"]]);
    assert.deepEqual(
      statuses.map(({ state }) => state),
      expected,
    );
    const since = BigInt(f.now) * 1_000_000n;
    assert.equal(statuses[0]?.unreachable_time?.nanoseconds, since);
    for (const status of statuses) {
      assert.equal(status.reason, "REASON_RECONCILIATION");
      assert.equal(status.uuid, undefined);
    }
  });
}

test("RECONCILE without tasks tells of those that came back, and of no others", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const framework = reconnects(cluster);
  assert.deepEqual(reconcile(f, framework, []), []);
  comesBack(cluster, 1);
  assert.deepEqual(
    reconcile(f, framework, []).map(({ task_id: id, state }) => [id.value, state]),
    [["t1", "TASK_RUNNING"]],
  );
});

test("an update that waits for its acknowledgement is what RECONCILE says, not a later state", () => {
  const cluster = failedOver();
  const { f, reports, agents } = cluster;
  const [first] = reports as [internal.ReregisterSlaveMessage];
  const uuid = new Uint8Array(16).fill(7);
  const tasks = (first.tasks ?? []).map((task) => ({
    ...task,
    state: "TASK_FINISHED" as const,
    status_update_state: "TASK_RUNNING" as const,
    status_update_uuid: uuid,
  }));
  f.handle({
    kind: "reregisterSlave",
    from: (agents[0] as Agent).pid,
    message: { ...first, tasks, executor_infos: [] },
  });
  const framework = reconnects(cluster);
  assert.equal(framework.usedResources.isEmpty, true, "what it used is free");
  assert.equal(reconcile(f, framework, [["t0"]])[0]?.state, "TASK_RUNNING");
});

test("a terminal update that was not acknowledged is repeated by the agent and ends the task", () => {
  const cluster = failedOver({
    meanwhile: (old, framework, [first]) => {
      old.report(first as Agent, framework, "t0", "TASK_FINISHED");
    },
  });
  const { f } = cluster;
  const agent = comesBack(cluster, 0);
  const framework = reconnects(cluster);
  assert.equal(framework.tasks.size, 1);
  const uuid = f.report(agent, framework, "t0", "TASK_FINISHED");
  const [status] = f.takeStatuses("s");
  assert.equal(status?.state, "TASK_FINISHED");
  assert.deepEqual(status?.uuid, uuid);
  f.takeSent();
  f.acknowledge(framework, agent, "t0", uuid);
  assert.equal(f.takeSent("StatusUpdateAcknowledgementMessage").length, 1);
  assert.equal(framework.tasks.size, 0);
  assert.equal(framework.completedTasks.size, 1);
  assertInvariants(f.state, f.allocator);
});

test("an update for a framework that is not back is not lost: the agent keeps it", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const agent = comesBack(cluster, 0);
  const recovered = [...f.state.frameworks.values()][0] as Framework;
  f.takeSent();
  f.report(agent, recovered, "t0", "TASK_FAILED");
  assert.deepEqual(f.takeSent(), [], "nobody acknowledges in its place");
  assert.equal(recovered.tasks.get(asId<TaskId>("t0"))?.message.state, "TASK_FAILED");
  const framework = reconnects(cluster);
  assert.equal(reconcile(f, framework, [["t0"]])[0]?.state, "TASK_FAILED");
});

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

test("messages wait for nobody: they pass once both ends are back", () => {
  const cluster = failedOver();
  const { f, agents } = cluster;
  const framework = reconnects(cluster);
  const data = new Uint8Array([1]);
  const to = {
    agent_id: { value: (agents[0] as Agent).id },
    executor_id: { value: "e0" },
    data,
  };
  f.call(framework, { type: "MESSAGE", message: to });
  assert.equal(f.state.counters.get("master/invalid_framework_to_executor_messages"), 1);
  const agent = comesBack(cluster, 0);
  f.takeSent();
  f.call(framework, { type: "MESSAGE", message: to });
  assert.equal(f.takeSent("FrameworkToExecutorMessage").length, 1);
  f.handle({
    kind: "executorToFramework",
    from: agent.pid,
    message: {
      slave_id: { value: agent.id },
      framework_id: { value: framework.id },
      executor_id: { value: "e0" },
      data,
    },
  });
  assert.deepEqual(
    f.takeEvents("s").flatMap(({ message }) => message ?? []),
    [to],
  );
});

test("messages to a framework that is not back are dropped and counted", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const agent = comesBack(cluster, 0);
  const [id] = [...f.state.frameworks.keys()];
  f.handle({
    kind: "executorToFramework",
    from: agent.pid,
    message: {
      slave_id: { value: agent.id },
      framework_id: { value: id ?? "" },
      executor_id: { value: "e0" },
      data: new Uint8Array(),
    },
  });
  assert.equal(f.state.counters.get("master/invalid_executor_to_framework_messages"), 1);
});

test("an executor that ended while its framework was away is not there any more", () => {
  const cluster = failedOver();
  const { f } = cluster;
  const agent = comesBack(cluster, 0);
  const framework = [...f.state.frameworks.values()][0] as Framework;
  f.handle({
    kind: "exitedExecutor",
    from: agent.pid,
    message: {
      slave_id: { value: agent.id },
      framework_id: { value: framework.id },
      executor_id: { value: "e0" },
      status: 9,
    },
  });
  assert.equal(framework.executors.size, 0);
  assertInvariants(f.state, f.allocator);
});

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

test("completed tasks that agents remember are remembered again, once", () => {
  const cluster = failedOver();
  const { f, info, reports, agents } = cluster;
  const done = (reports[1]?.tasks ?? []).map((task) => ({
    ...task,
    task_id: { value: "done" },
    state: "TASK_FINISHED" as const,
  }));
  const message = {
    ...(reports[0] as internal.ReregisterSlaveMessage),
    completed_frameworks: [
      {
        framework_info: info,
        tasks: done.map((t) => ({ ...t, agent_id: reports[0]?.slave.id ?? t.agent_id })),
      },
    ],
  };
  const from = (agents[0] as Agent).pid;
  f.handle({ kind: "reregisterSlave", from, message });
  const framework = [...f.state.frameworks.values()][0] as Framework;
  assert.equal(framework.completedTasks.size, 1);
  f.handle({ kind: "reregisterSlave", from, message });
  f.answersPings = false;
  f.advance(90_000);
  f.answersPings = true;
  f.handle({ kind: "reregisterSlave", from, message });
  assert.equal(framework.completedTasks.size, 1);
  assertInvariants(f.state, f.allocator);
});

test("completed tasks of a framework that nobody knows are nobody's", () => {
  const cluster = failedOver();
  const { f, reports, agents } = cluster;
  const stranger = frameworkInfo({ id: { value: "stranger" } });
  f.handle({
    kind: "reregisterSlave",
    from: (agents[0] as Agent).pid,
    message: {
      ...(reports[0] as internal.ReregisterSlaveMessage),
      completed_frameworks: [{ framework_info: stranger, tasks: [] }],
    },
  });
  assert.equal(f.state.frameworks.size, 1);
  assert.equal(f.state.completedFrameworks.has(asId("stranger")), false, "it may come back");
});

test("an agent that did not get its answer asks again, and nothing is there twice", () => {
  const cluster = failedOver();
  const { f } = cluster;
  comesBack(cluster, 0);
  f.takeSent();
  const agent = comesBack(cluster, 0);
  assert.equal(f.takeSent("SlaveReregisteredMessage").length, 1);
  assert.equal(agent.tasksByFramework.size, 1);
  assert.equal(f.state.frameworks.size, 1);
});

test("RECONCILE_OPERATIONS after a failover: by what is known of the agent", () => {
  const cluster = failedOver({
    meanwhile: (old, _, [, second]) => {
      const agentId = (second as Agent).id;
      old.handle({ kind: "markAgentGoneAsked", agentId, ticket: 1 });
    },
  });
  const { f, agents } = cluster;
  const framework = reconnects(cluster);
  const ask = () => {
    const ids = [(agents[0] as Agent).id, (agents[1] as Agent).id, "who", undefined];
    f.call(framework, {
      type: "RECONCILE_OPERATIONS",
      reconcile_operations: {
        operations: ids.map((value) => ({
          operation_id: { value: "o" },
          ...(value !== undefined && { agent_id: { value } }),
        })),
      },
    });
    return f
      .takeEvents("s")
      .flatMap(({ update_operation_status: update }) => update?.status.state ?? []);
  };
  const rest = ["OPERATION_GONE_BY_OPERATOR", "OPERATION_UNKNOWN", "OPERATION_UNKNOWN"];
  assert.deepEqual(ask(), ["OPERATION_RECOVERING", ...rest]);
  comesBack(cluster, 0);
  assert.deepEqual(ask(), ["OPERATION_UNKNOWN", ...rest]);
  f.answersPings = false;
  f.advance(90_000);
  f.takeEvents("s");
  assert.deepEqual(ask(), ["OPERATION_UNREACHABLE", ...rest]);
});
