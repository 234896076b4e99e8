/**
 * The leader dies and another takes over: what agents bring back, what is passed on, and what is remembered.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { asId, type TaskId } from "@tavola/base";
import type { internal } from "@tavola/protocol";
import { frameworkInfo } from "../testing/core-fixture.ts";
import { comesBack, failedOver, reconcile, reconnects } from "../testing/failed-over.ts";
import { assertInvariants } from "../testing/state-invariants.ts";
import type { Agent, Framework } from "./state.ts";

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
