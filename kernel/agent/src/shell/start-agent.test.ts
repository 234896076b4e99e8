import assert from "node:assert/strict";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { realDisk } from "@tavola/host";
import { internal } from "@tavola/protocol";
import { runningAgent } from "../testing/running-agent.ts";
import { ScriptedMaster } from "../testing/scripted-master.ts";
import {
  agentId,
  commandTask,
  customTask,
  frameworkId,
  frameworkInfo,
} from "../testing/stepped-agent.ts";
import { waitFor } from "../testing/wait-until.ts";
import { readCheckpoints } from "./checkpoint-reader.ts";

const checkpointing = frameworkInfo({ checkpoint: true });

test("an agent registers, runs a command task to its end, and keeps Mesos's tree", async (t) => {
  const { master, containerizer, workDir } = await runningAgent(t);
  const registration = await master.next(internal.RegisterSlaveMessage);
  assert.equal(registration.slave.hostname, "localhost");
  assert.deepEqual(
    registration.agent_capabilities?.map(({ type }) => type),
    ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"],
  );
  await master.next(internal.UpdateSlaveMessage);
  master.send(internal.RunTaskMessage, {
    framework: checkpointing,
    task: commandTask("one"),
    pid: "@0.0.0.0:0",
    launch_executor: true,
  });
  const executor = await containerizer.executor("one");
  assert.equal(executor.launch.kind, "hosted");
  assert.equal(executor.launch.taskInfo?.task_id.value, "one");
  const { directory, containerId, checkpointPidPath } = executor.launch;
  assert.equal(statSync(directory).mode & 0o777, 0o750);
  await executor.event("LAUNCH");
  assert.equal(await executor.report("one", "TASK_STARTING"), 202);
  await executor.report("one", "TASK_RUNNING");
  const running = await master.status("one", "TASK_RUNNING");
  assert.equal(running.container_status?.container_id?.value, containerId);
  assert.equal(running.container_status?.executor_pid, 4711);

  const { agent: written, problems } = readCheckpoints(realDisk(), workDir, undefined);
  assert.deepEqual(problems, []);
  assert.equal(written?.id, agentId);
  const [run] = written?.frameworks[0]?.executors[0]?.runs ?? [];
  assert.equal(run?.containerId, containerId);
  assert.equal(run?.hasSubscribed, true);
  assert.match(checkpointPidPath ?? "", /meta\/slaves\/.+\/pids\/forked\.pid$/);
  const records = run?.tasks[0]?.records ?? [];
  assert.deepEqual(
    records.flatMap(({ update }) => (update === undefined ? [] : [update.status.state])),
    ["TASK_STARTING", "TASK_RUNNING"],
  );
  assert.ok(records.some(({ type }) => type === "ACK"));

  await executor.report("one", "TASK_FINISHED", "Command exited with status 0");
  await master.status("one", "TASK_FINISHED");
  await waitFor(
    "three acknowledgements",
    () => executor.events.filter(({ type }) => type === "ACKNOWLEDGED").length === 3,
  );
  executor.end({ status: 0 });
  const completed = `${workDir}/meta/slaves/${agentId}/frameworks/${frameworkId}/executors/one/runs/${containerId}/executor.sentinel`;
  await waitFor("the end to be written down", () => existsSync(completed));
});

test("updates are in the order of the recording: state, uuid twice, the agent's own address", async (t) => {
  const { agent, master, containerizer } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  master.send(internal.RunTaskMessage, {
    framework: frameworkInfo(),
    task: commandTask("one"),
    launch_executor: true,
  });
  const executor = await containerizer.executor("one");
  await executor.event("LAUNCH");
  await executor.report("one", "TASK_RUNNING");
  const message = await master.next(internal.StatusUpdateMessage);
  assert.equal(message.pid, `slave(1)@${new URL(agent.url).host}`);
  assert.deepEqual(message.update.uuid, message.update.status.uuid);
  assert.equal(message.update.latest_state, "TASK_RUNNING");
  assert.equal(message.update.slave_id?.value, agentId);
  assert.equal(message.update.executor_id?.value, "one");
  assert.equal(message.update.timestamp, message.update.status.timestamp);
});

test("a process that is known only later is told from then on, and updates stay in order", async (t) => {
  const { master, containerizer } = await runningAgent(t, { containerizer: { pidFrom: 3 } });
  await master.next(internal.UpdateSlaveMessage);
  const framework = frameworkInfo();
  master.send(internal.RunTaskMessage, {
    framework,
    task: commandTask("a"),
    launch_executor: true,
  });
  const executor = await containerizer.executor("a");
  await executor.event("LAUNCH");
  const states = ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"] as const;
  await Promise.all(states.map((state) => executor.report("a", state)));
  await master.status("a", "TASK_FINISHED");
  const told = master.updates.map(({ status }) => [
    status.state,
    status.container_status?.executor_pid,
  ]);
  assert.deepEqual(
    told.map(([state]) => state),
    states,
  );
  assert.equal(told.at(-1)?.[1], 4711);
  assert.equal(told[0]?.[1], undefined);
});

test("a custom executor: further task, message both ways, shutdown, its end", async (t) => {
  const { master, containerizer } = await runningAgent(t, { containerizer: { format: "json" } });
  await master.next(internal.UpdateSlaveMessage);
  const framework = frameworkInfo();
  master.send(internal.RunTaskMessage, { framework, task: customTask("a"), launch_executor: true });
  const executor = await containerizer.executor("custom");
  assert.equal(executor.launch.kind, "process");
  await executor.event("SUBSCRIBED");
  master.send(internal.RunTaskMessage, {
    framework,
    task: customTask("b"),
    launch_executor: false,
  });
  await waitFor(
    "both tasks",
    () => executor.events.filter(({ type }) => type === "LAUNCH").length === 2,
  );
  assert.equal(executor.resources.find(({ name }) => name === "cpus")?.scalar?.value, 1.1);
  const ids = { slave_id: { value: agentId }, framework_id: { value: frameworkId } };
  const data = new Uint8Array([0, 255]);
  const executor_id = { value: "custom" };
  master.send(internal.FrameworkToExecutorMessage, { ...ids, executor_id, data });
  const message = await executor.event("MESSAGE");
  assert.deepEqual(Buffer.from(message.message?.data ?? []), Buffer.from(data));
  assert.equal(await executor.call({ type: "MESSAGE", message: { data } }), 202);
  const up = await master.next(internal.ExecutorToFrameworkMessage);
  assert.deepEqual(Buffer.from(up.data), Buffer.from(data));
  master.send(internal.ShutdownExecutorMessage, { ...ids, executor_id });
  await executor.event("SHUTDOWN");
  executor.end({ status: 256 });
  assert.equal((await master.next(internal.ExitedExecutorMessage)).status, 256);
  assert.equal((await master.status("a", "TASK_FAILED")).reason, "REASON_EXECUTOR_TERMINATED");
});

test("an executor that lost its stream comes back and says what it never heard accepted", async (t) => {
  const { master, containerizer } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  const framework = frameworkInfo();
  master.send(internal.RunTaskMessage, { framework, task: customTask("a"), launch_executor: true });
  const executor = await containerizer.executor("custom");
  await executor.event("LAUNCH");
  executor.disconnect();
  const status = {
    task_id: { value: "a" },
    state: "TASK_RUNNING" as const,
    source: "SOURCE_EXECUTOR" as const,
    uuid: Buffer.from("00112233445546778899aabbccddeeff", "hex"),
  };
  void executor.subscribe({ unacknowledged_updates: [{ status }] });
  await master.status("a", "TASK_RUNNING");
  assert.equal((await executor.event("ACKNOWLEDGED")).acknowledged?.task_id.value, "a");
});

test("what a containerizer cannot launch ends its task with the reason", async (t) => {
  const failure = () => new CodedError("FETCH_FAILED", "Failed to fetch 'http://nowhere/x': 404");
  const { master } = await runningAgent(t, { containerizer: { failure } });
  await master.next(internal.UpdateSlaveMessage);
  master.send(internal.RunTaskMessage, {
    framework: checkpointing,
    task: commandTask("one"),
    launch_executor: true,
  });
  const status = await master.status("one", "TASK_FAILED");
  assert.equal(status.reason, "REASON_CONTAINER_LAUNCH_FAILED");
  assert.match(status.message ?? "", /Failed to fetch 'http:\/\/nowhere\/x': 404/);
});

test("checkpoints that cannot be written end the task with the reason; the agent lives", async (t) => {
  const { agent, master, workDir } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  const meta = join(workDir, "meta/slaves", agentId);
  await waitFor("the agent's own checkpoint", () => existsSync(join(meta, "slave.info")));
  // A file where a directory must be: it fails for root too, unlike a permission.
  writeFileSync(join(meta, "frameworks"), "in the way");
  master.send(internal.RunTaskMessage, {
    framework: checkpointing,
    task: commandTask("one"),
    launch_executor: true,
  });
  const status = await master.status("one", "TASK_FAILED");
  assert.equal(status.reason, "REASON_CONTAINER_LAUNCH_FAILED");
  assert.match(status.message ?? "", /cannot write .*frameworks/);
  const health = await fetch(`${agent.url}/health`);
  assert.equal(health.status, 200);
});

test("updates that cannot be written are told when they are; the task runs on", async (t) => {
  const { agent, master, containerizer, workDir } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  master.send(internal.RunTaskMessage, {
    framework: checkpointing,
    task: commandTask("one"),
    launch_executor: true,
  });
  const executor = await containerizer.executor("one");
  await executor.event("LAUNCH");
  const { containerId } = executor.launch;
  const tasks = `${workDir}/meta/slaves/${agentId}/frameworks/${frameworkId}/executors/one/runs/${containerId}/tasks/one`;
  rmSync(tasks, { recursive: true });
  writeFileSync(tasks, "in the way");
  await executor.report("one", "TASK_RUNNING");
  assert.equal((await fetch(`${agent.url}/health`)).status, 200);
  rmSync(tasks);
  await master.status("one", "TASK_RUNNING");
  assert.ok(statSync(`${tasks}/task.updates`).size > 0);
});

test("an unknown user ends the task with the reason", async (t) => {
  const { master } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  const task = commandTask("one", { command: { value: "true", user: "nobody-of-that-name" } });
  master.send(internal.RunTaskMessage, { framework: frameworkInfo(), task, launch_executor: true });
  const status = await master.status("one", "TASK_FAILED");
  assert.match(status.message ?? "", /nobody-of-that-name/);
});

test("a master that comes back at the same place gets the agent and its tasks back", async (t) => {
  const { master, containerizer } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  const framework = frameworkInfo();
  master.send(internal.RunTaskMessage, {
    framework,
    task: commandTask("a"),
    launch_executor: true,
  });
  const executor = await containerizer.executor("a");
  await executor.event("LAUNCH");
  await executor.report("a", "TASK_RUNNING");
  await master.status("a", "TASK_RUNNING");
  const { port } = master;
  await master.close();
  // Unheard until there is a master again.
  await executor.report("a", "TASK_FINISHED");
  const second = await ScriptedMaster.start({ agentId, port, acknowledges: true });
  t.after(() => second.close());
  const message = await second.next(internal.ReregisterSlaveMessage);
  assert.equal(message.slave.id?.value, agentId);
  assert.deepEqual(
    message.tasks?.map(({ task_id, state }) => [task_id.value, state]),
    [["a", "TASK_FINISHED"]],
  );
  await second.status("a", "TASK_FINISHED");
});

test("shutdown() unregisters, ends every task, and leaves no agent to come back", async (t) => {
  const { agent, master, containerizer, workDir } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  const framework = frameworkInfo();
  master.send(internal.RunTaskMessage, {
    framework,
    task: commandTask("a"),
    launch_executor: true,
  });
  const executor = await containerizer.executor("a");
  await executor.event("LAUNCH");
  const over = agent.shutdown();
  await executor.event("SHUTDOWN");
  await master.next(internal.UnregisterSlaveMessage);
  executor.end({ status: 0 });
  await over;
  assert.equal((await agent.exited).code, 0);
  assert.equal(readCheckpoints(realDisk(), workDir, undefined).agent, undefined);
});

test("a master's ShutdownMessage ends the agent", async (t) => {
  const { agent, master } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  master.send(internal.ShutdownMessage, { message: "Machine is `DOWN`" });
  await agent.exited;
});

test("messages that are none, or of unknown name, are dropped and the agent lives", async (t) => {
  const { agent, master } = await runningAgent(t);
  await master.next(internal.UpdateSlaveMessage);
  for (const name of ["mesos.internal.RunTaskMessage", "mesos.internal.NoSuchMessage"]) {
    const response = await fetch(`${agent.url}/slave(1)/${name}`, {
      method: "POST",
      headers: { "Libprocess-From": `master@${master.address}` },
      body: "garbage",
    });
    assert.equal(response.status, 202);
  }
  master.send(internal.PingSlaveMessage, { connected: true }, "slave-observer(1)");
  await master.next(internal.PongSlaveMessage);
});

test("flags that make no sense are refused with a reason", async (t) => {
  for (const [flag, reason] of [
    ["--resources=cpus:none", /resources/],
    ["--resources=gpus:1", /gpus are not supported/],
    ["--attributes=rack", /attributes/],
    ["--default_role=-bad", /default_role/],
  ] as const) {
    await assert.rejects(runningAgent(t, { arguments: [flag] }), reason);
  }
});
