import assert from "node:assert/strict";
import { test } from "node:test";
import { asId, type ContainerId } from "@tavola/base";
import { internal } from "@tavola/protocol";
import {
  commandTask,
  customTask,
  events,
  frameworkId,
  frameworkInfo,
  kinds,
  SteppedAgent,
  sent,
  statuses,
} from "../testing/stepped-agent.ts";

function ready(): SteppedAgent {
  const agent = new SteppedAgent();
  agent.register();
  return agent;
}

test("a task's whole life: updates out one by one, then executor and framework go", () => {
  const agent = ready();
  const containerId = agent.launched(commandTask("one"));
  const starting = statuses(agent.report(containerId, "one", "TASK_STARTING"));
  const [first] = starting;
  assert.deepEqual(first?.container_status, {
    container_id: { value: containerId },
    executor_pid: 42,
    network_infos: [{ ip_addresses: [{ ip_address: "10.0.0.2" }] }],
  });
  assert.deepEqual(first?.executor_id, { value: "one" });
  // The next ones wait, but their newest state is told with the one that is out.
  assert.deepEqual(statuses(agent.report(containerId, "one", "TASK_RUNNING")), []);
  assert.deepEqual(statuses(agent.report(containerId, "one", "TASK_FINISHED")), []);
  const next = agent.acknowledge("one", first?.uuid as Uint8Array);
  const [message] = sent(next, internal.StatusUpdateMessage);
  assert.equal(message?.update.status.state, "TASK_RUNNING");
  assert.equal(message?.update.latest_state, "TASK_FINISHED");
  assert.equal(message?.pid, "slave(1)@10.0.0.2:5051");
  assert.deepEqual(message?.update.uuid, message?.update.status.uuid);
  const last = statuses(agent.acknowledge("one", message?.update.uuid as Uint8Array))[0];
  assert.equal(last?.state, "TASK_FINISHED");
  agent.feed({ kind: "executorTerminated", containerId, end: { status: 0 } });
  // Its end is not acknowledged yet, so it stays.
  assert.ok(agent.executor("one") !== undefined);
  const done = agent.acknowledge("one", last?.uuid as Uint8Array);
  assert.ok(kinds(done).includes("retireExecutor"));
  assert.ok(kinds(done).includes("retireFramework"));
  assert.equal(agent.state.frameworks.size, 0);
  assert.equal(agent.state.executorsByContainer.size, 0);
  assert.equal(agent.state.deadlines.size, 1, "only the ping timeout is left");
  const [framework] = agent.state.completedFrameworks;
  const [executor] = framework?.completedExecutors ?? [];
  assert.equal([...(executor?.completedTasks ?? [])][0]?.state, "TASK_FINISHED");
});

test("an executor is told that its update was accepted; a duplicate changes nothing", () => {
  const agent = ready();
  const containerId = agent.launched(commandTask("one"));
  const uuid = agent.uuid();
  const accepted = events(agent.report(containerId, "one", "TASK_RUNNING", { uuid }));
  assert.deepEqual(accepted, [
    { type: "ACKNOWLEDGED", acknowledged: { task_id: { value: "one" }, uuid } },
  ]);
  const again = agent.report(containerId, "one", "TASK_RUNNING", { uuid });
  assert.equal(events(again).length, 1);
  assert.deepEqual(statuses(again), []);
});

test("after its end a task takes no further update, but its executor is not left waiting", () => {
  const agent = ready();
  const containerId = agent.launched(commandTask("one"));
  agent.report(containerId, "one", "TASK_FINISHED");
  const late = agent.report(containerId, "one", "TASK_RUNNING");
  assert.equal(events(late)[0]?.type, "ACKNOWLEDGED");
  assert.equal(agent.taskState("one", "one"), "TASK_FINISHED");
});

test("checkpointed: nothing is told before the update is on disk", () => {
  const agent = ready();
  const framework = frameworkInfo({ checkpoint: true });
  const containerId = agent.launched(commandTask("one"), { framework });
  const effects = agent.report(containerId, "one", "TASK_RUNNING");
  const [append] = effects.flatMap((each) => (each.kind === "appendUpdateRecord" ? [each] : []));
  assert.deepEqual(kinds(effects), ["appendUpdateRecord"]);
  assert.match(append?.path ?? "", /^\/work\/meta\/slaves\/.+\/tasks\/one\/task\.updates$/);
  assert.equal(append?.record?.update?.latest_state, undefined);
  assert.ok(append !== undefined);
  const { frameworkId: framework_, taskId, sequence } = append;
  const told = agent.feed({
    kind: "updateRecordPersisted",
    frameworkId: framework_,
    taskId,
    sequence,
  });
  assert.equal(events(told)[0]?.type, "ACKNOWLEDGED");
  assert.equal(statuses(told)[0]?.state, "TASK_RUNNING");
});

test("an update that cannot be written is not told; its task runs on, and it is written again", () => {
  const agent = ready();
  const framework = frameworkInfo({ checkpoint: true });
  const containerId = agent.launched(commandTask("one"), { framework });
  agent.report(containerId, "one", "TASK_RUNNING");
  const effects = agent.feed({
    kind: "updateRecordFailed",
    frameworkId,
    taskId: asId("one"),
    message: "no space left on device",
  });
  assert.deepEqual([statuses(effects), kinds(effects).includes("destroyContainer")], [[], false]);
  const [again] = agent.pass(1000).filter(({ kind }) => kind === "appendUpdateRecord");
  assert.ok(again?.kind === "appendUpdateRecord" && again.isRewrite === true);
  const { sequence, taskId } = again;
  const told = agent.feed({ kind: "updateRecordPersisted", frameworkId, taskId, sequence });
  assert.equal(statuses(told)[0]?.state, "TASK_RUNNING");
});

test("an executor that dies takes its tasks along; the master is told of it", () => {
  const agent = ready();
  const containerId = agent.launched(customTask("one"));
  agent.report(containerId, "one", "TASK_RUNNING");
  agent.run(customTask("two"), { launch_executor: false });
  const end = { status: 32512 };
  const effects = agent.feed({ kind: "executorTerminated", containerId, end });
  assert.equal(agent.taskState("custom", "one"), "TASK_FAILED");
  assert.equal(agent.taskState("custom", "two"), "TASK_FAILED");
  const [two] = statuses(effects);
  assert.equal(two?.reason, "REASON_EXECUTOR_TERMINATED");
  assert.equal(two?.message, "Executor terminated");
  assert.equal(two?.container_status, undefined);
  assert.equal(sent(effects, internal.ExitedExecutorMessage)[0]?.status, 32512);
});

test("the containerizer's reason for an end is the task's", () => {
  const agent = ready();
  const containerId = agent.launched(commandTask("hog"));
  const end = {
    status: 9,
    reason: "REASON_CONTAINER_LIMITATION_MEMORY" as const,
    message: "Memory limit exceeded: Requested: 64MB Maximum Used: 64MB",
    limitation: { resources: [] },
  };
  const [status] = statuses(agent.feed({ kind: "executorTerminated", containerId, end }));
  assert.equal(status?.state, "TASK_FAILED");
  assert.equal(status?.reason, "REASON_CONTAINER_LIMITATION_MEMORY");
  assert.equal(status?.message, end.message);
  assert.deepEqual(status?.limitation, { resources: [] });
  assert.equal(sent([], internal.ExitedExecutorMessage).length, 0);
});

test("a container that cannot be launched fails its task with the reason", () => {
  const agent = ready();
  const [launch] = agent
    .run(commandTask("one"))
    .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
  const containerId = launch?.executor.containerId as ContainerId;
  const message = "Failed to fetch 'http://nowhere/x'";
  agent.feed({ kind: "executorLaunchFailed", containerId, message });
  const [status] = statuses(
    agent.feed({ kind: "executorTerminated", containerId, end: { message } }),
  );
  assert.equal(status?.reason, "REASON_CONTAINER_LAUNCH_FAILED");
  assert.equal(status?.message, "Failed to launch container: Failed to fetch 'http://nowhere/x'");
  assert.equal(agent.state.counters.containerLaunchErrors, 1);
});

test("an executor that does not register in time is killed", () => {
  const agent = ready();
  const [launch] = agent
    .run(commandTask("one"))
    .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
  const containerId = launch?.executor.containerId as ContainerId;
  agent.feed({ kind: "executorLaunched", containerId, status: undefined });
  assert.deepEqual(kinds(agent.pass(59_000)), []);
  assert.deepEqual(kinds(agent.pass(2000)), ["destroyContainer"]);
  const [status] = statuses(agent.feed({ kind: "executorTerminated", containerId, end: {} }));
  assert.equal(status?.reason, "REASON_EXECUTOR_REGISTRATION_TIMEOUT");
  assert.equal(status?.message, "Executor did not register within 1mins");
});

test("killing: passed on when running, done at once when queued, answered when unknown", () => {
  const agent = ready();
  const task_id = (value: string) => ({ framework_id: { value: frameworkId }, task_id: { value } });
  agent.launched(commandTask("running"));
  const kill_policy = { grace_period: { nanoseconds: 1e9 } };
  const passed = agent.fromMaster("killTask", { ...task_id("running"), kill_policy });
  assert.deepEqual(events(passed), [
    { type: "KILL", kill: { task_id: { value: "running" }, kill_policy } },
  ]);

  const [launch] = agent
    .run(commandTask("queued"))
    .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
  const [killed] = statuses(agent.fromMaster("killTask", task_id("queued")));
  assert.equal(killed?.state, "TASK_KILLED");
  assert.equal(killed?.reason, "REASON_TASK_KILLED_DURING_LAUNCH");
  const containerId = launch?.executor.containerId as ContainerId;
  const late = agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
  assert.deepEqual(
    events(late).map(({ type }) => type),
    ["SHUTDOWN"],
  );

  const [unknown] = statuses(agent.fromMaster("killTask", task_id("unknown")));
  assert.equal(unknown?.state, "TASK_DROPPED");
  assert.equal(unknown?.message, "Cannot find executor");
});

test("a kill that an executor could not hear is repeated when it is back, until the task has ended", () => {
  const agent = new SteppedAgent();
  agent.register();
  const containerId = agent.launched(commandTask("one"));
  const task_id = { value: "one" };
  agent.feed({ kind: "executorDisconnected", containerId });
  agent.fromMaster("killTask", { framework_id: { value: frameworkId }, task_id });
  const known = { unacknowledged_tasks: [commandTask("one")] };
  const back = agent.feed({ kind: "executorSubscribed", containerId, subscribe: known });
  assert.deepEqual(
    events(back).filter(({ type }) => type === "KILL"),
    [{ type: "KILL", kill: { task_id } }],
  );
  agent.report(containerId, "one", "TASK_KILLED");
  const again = agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
  assert.deepEqual(
    events(again).map(({ type }) => type),
    ["SUBSCRIBED"],
  );
});

test("shutting an executor down: asked, then killed when its own grace period is over", () => {
  const agent = ready();
  const task = customTask("one");
  const executor = { ...task.executor, shutdown_grace_period: { nanoseconds: 2e9 } };
  agent.launched({ ...task, executor: executor as NonNullable<typeof task.executor> });
  const asked = agent.fromMaster("shutdownExecutor", {
    framework_id: { value: frameworkId },
    executor_id: { value: "custom" },
  });
  assert.deepEqual(
    events(asked).map(({ type }) => type),
    ["SHUTDOWN"],
  );
  assert.deepEqual(kinds(agent.pass(1900)), []);
  assert.deepEqual(kinds(agent.pass(200)), ["destroyContainer"]);
});

test("a framework that is shut down is told nothing more, and goes with its last executor", () => {
  const agent = ready();
  const one = agent.launched(commandTask("one"));
  const two = agent.launched(customTask("two"));
  agent.fromMaster("shutdownFramework", { framework_id: { value: frameworkId } });
  const killed = agent.report(one, "one", "TASK_KILLED");
  assert.deepEqual(statuses(killed), []);
  assert.equal(events(killed)[0]?.type, "ACKNOWLEDGED");
  agent.feed({ kind: "executorTerminated", containerId: one, end: { status: 0 } });
  const last = agent.feed({ kind: "executorTerminated", containerId: two, end: { status: 0 } });
  assert.deepEqual(statuses(last), []);
  assert.equal(sent(last, internal.ExitedExecutorMessage).length, 1);
  assert.equal(agent.state.frameworks.size, 0);
  assert.equal(agent.state.updates.size, 0);
  const again = agent.run(commandTask("three"));
  assert.ok(kinds(again).includes("launchExecutor"), "it may come again");
});

test("an operator's shutdown unregisters, ends everything, then the agent", () => {
  const agent = ready();
  const containerId = agent.launched(commandTask("one"));
  const asked = agent.feed({ kind: "shutdownAsked", reason: "SIGUSR1" });
  assert.equal(sent(asked, internal.UnregisterSlaveMessage).length, 1);
  assert.equal(events(asked)[0]?.type, "SHUTDOWN");
  const ended = agent.feed({ kind: "executorTerminated", containerId, end: { status: 0 } });
  assert.ok(ended.some((effect) => effect.kind === "exit"));
});

test("resubscribing: unaccepted updates are taken, tasks that were never received are dropped", () => {
  const agent = ready();
  const containerId = agent.launched(customTask("one"));
  agent.feed({ kind: "executorDisconnected", containerId });
  const status = {
    task_id: { value: "one" },
    state: "TASK_RUNNING" as const,
    source: "SOURCE_EXECUTOR" as const,
    uuid: agent.uuid(),
  };
  const back = agent.feed({
    kind: "executorSubscribed",
    containerId,
    subscribe: { unacknowledged_updates: [{ status }] },
  });
  assert.deepEqual(
    events(back).map(({ type }) => type),
    ["ACKNOWLEDGED", "SUBSCRIBED"],
  );
  assert.equal(statuses(back)[0]?.state, "TASK_RUNNING");

  const other = agent.launched(customTask("two", "other"));
  agent.feed({ kind: "executorDisconnected", containerId: other });
  const [dropped] = statuses(
    agent.feed({ kind: "executorSubscribed", containerId: other, subscribe: {} }),
  );
  assert.equal(dropped?.state, "TASK_DROPPED");
  assert.equal(dropped?.reason, "REASON_AGENT_RESTARTED");
});

test("messages go both ways: to the executor, and to the scheduler through the master", () => {
  const agent = ready();
  const containerId = agent.launched(customTask("one"));
  const data = new Uint8Array([1, 2]);
  const down = agent.fromMaster("frameworkToExecutor", {
    slave_id: { value: agent.state.id as string },
    framework_id: { value: frameworkId },
    executor_id: { value: "custom" },
    data,
  });
  assert.deepEqual(events(down), [{ type: "MESSAGE", message: { data } }]);
  const up = agent.feed({ kind: "executorMessaged", containerId, data });
  assert.deepEqual(sent(up, internal.ExecutorToFrameworkMessage)[0]?.data, data);
  const native = "scheduler-1@10.0.0.3:4000";
  agent.fromMaster("updateFramework", { framework_id: { value: frameworkId }, pid: native });
  const [direct] = agent.feed({ kind: "executorMessaged", containerId, data });
  assert.ok(direct?.kind === "send" && direct.to.host === "10.0.0.3");
});

test("a custom executor's container shrinks before the end of its task is told", () => {
  const agent = ready();
  const containerId = agent.launched(customTask("one"));
  const effects = agent.report(containerId, "one", "TASK_FINISHED");
  assert.deepEqual(kinds(effects), ["resizeContainer"]);
  const [resize] = effects.flatMap((each) => (each.kind === "resizeContainer" ? [each] : []));
  assert.equal(resize?.resources.find(({ name }) => name === "cpus")?.scalar?.value, 0.1);
  assert.ok(resize !== undefined);
  const { afterwards } = resize;
  const told = agent.feed({
    kind: "containerResized",
    containerId,
    afterwards,
    failure: undefined,
  });
  assert.equal(statuses(told)[0]?.state, "TASK_FINISHED");
  assert.equal(events(told)[0]?.type, "ACKNOWLEDGED");
});

test("an idle executor is sent a heartbeat every half hour", () => {
  const agent = ready();
  agent.launched(customTask("one"));
  let heartbeats = 0;
  for (let minute = 0; minute < 61; minute += 1) {
    agent.fromMaster("ping", { connected: true }, "slave-observer(1)@10.0.0.1:5050");
    heartbeats += events(agent.pass(60_000)).filter(({ type }) => type === "HEARTBEAT").length;
  }
  assert.equal(heartbeats, 2);
});
