import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { seededRandom } from "@tavola/base";
import { createSimulatedDisk } from "@tavola/host";
import { internal } from "@tavola/protocol";
import { type FixtureOptions, runningAgent } from "../testing/running-agent.ts";
import {
  agentId,
  commandTask,
  customTask,
  frameworkId,
  frameworkInfo,
} from "../testing/stepped-agent.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitFor } from "../testing/wait-until.ts";
import { lockWorkDirectory, makeWorkDirectory } from "./work-directory.ts";

const framework = frameworkInfo({ checkpoint: true });

/** An agent with a task that runs, gone; what it takes to start the next. */
async function agentThatDied(
  context: TestContext,
  options: FixtureOptions = {},
  task = customTask("a"),
) {
  const fixture = await runningAgent(context, options);
  const { agent, master, containerizer, workDir } = fixture;
  await master.next(internal.UpdateSlaveMessage);
  master.send(internal.RunTaskMessage, { framework, task, launch_executor: true });
  const executor = await containerizer.executor(task.executor?.executor_id.value ?? "a");
  await executor.event("LAUNCH");
  await executor.report("a", "TASK_RUNNING");
  await master.status("a", "TASK_RUNNING");
  const infoPath = join(workDir, "meta/slaves", agentId, "slave.info");
  await waitFor("slave.info", () => existsSync(infoPath));
  const port = Number(new URL(agent.url).port);
  await agent.close();
  const next: FixtureOptions = {
    ...options,
    workDir,
    containerizer,
    arguments: [...(options.arguments ?? []), `--port=${port}`],
  };
  return { executor, workDir, next };
}

const finished = () => ({
  task_id: { value: "a" },
  state: "TASK_FINISHED" as const,
  source: "SOURCE_EXECUTOR" as const,
  uuid: Buffer.from("00112233445546778899aabbccddeeff", "hex"),
});

test("a restarted agent is who it was, with its executors, and goes on", async (t) => {
  const { executor, next } = await agentThatDied(t);
  assert.equal(executor.hasEnded, false);
  const { master, containerizer } = await runningAgent(t, next);
  await waitFor("the welcome", () => containerizer.welcomes > 1);
  assert.deepEqual(master.all(internal.ReregisterSlaveMessage), []);
  void executor.subscribe({ unacknowledged_updates: [{ status: finished() }] });
  const { slave, tasks, executor_infos } = await master.next(internal.ReregisterSlaveMessage);
  assert.equal(slave.id?.value, agentId);
  assert.deepEqual(
    tasks?.map(({ task_id, state }) => [task_id.value, state]),
    [["a", "TASK_FINISHED"]],
  );
  assert.equal(executor_infos?.length, 1);
  await master.status("a", "TASK_FINISHED");
  await executor.event("ACKNOWLEDGED");
  const more = { framework, task: customTask("b"), launch_executor: false };
  master.send(internal.RunTaskMessage, more);
  const launched = () => executor.events.filter(({ type }) => type === "LAUNCH").length === 2;
  await waitFor("the second task", launched);
});

test("executors are told to wait until the agent knows its containers", async (t) => {
  const { executor, next } = await agentThatDied(t);
  const found = Promise.withResolvers<void>();
  const { containerizer } = next;
  assert.ok(containerizer !== undefined && "recover" in containerizer);
  const { recover } = containerizer;
  containerizer.recover = async (known) => {
    await found.promise;
    return recover.call(containerizer, known);
  };
  const { agent, master } = await runningAgent(t, next);
  const subscribe = { type: "SUBSCRIBE" as const, subscribe: {} };
  const asked = await fetch(`${agent.url}/api/v1/executor`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      executor_id: { value: "custom" },
      framework_id: { value: frameworkId },
      ...subscribe,
    }),
  });
  assert.deepEqual([asked.status, await asked.text()], [503, "Agent has not finished recovery"]);
  assert.equal((await fetch(`${agent.url}/state`)).status, 503);
  const { welcomes } = containerizer;
  found.resolve();
  await waitFor("the welcome", () => containerizer.welcomes > welcomes);
  void executor.subscribe();
  await master.next(internal.ReregisterSlaveMessage);
});

test("an executor that ended while the agent was away is told with its status", async (t) => {
  const { executor, next } = await agentThatDied(t);
  executor.end({ status: 3 << 8 });
  const { master } = await runningAgent(t, next);
  const { tasks } = await master.next(internal.ReregisterSlaveMessage);
  assert.deepEqual(
    tasks?.map(({ state }) => state),
    ["TASK_FAILED"],
  );
  const status = await master.status("a", "TASK_FAILED");
  assert.equal(status.reason, "REASON_EXECUTOR_TERMINATED");
});

test("an executor that does not come back is killed", async (t) => {
  const arguments_ = ["--executor_reregistration_timeout=50ms"];
  const { executor, next } = await agentThatDied(t, { arguments: arguments_ });
  const { master } = await runningAgent(t, next);
  const status = await master.status("a", "TASK_GONE");
  assert.equal(status.reason, "REASON_EXECUTOR_REREGISTRATION_TIMEOUT");
  assert.equal(executor.hasEnded, true);
});

test("a framework without checkpoints loses its executors with the agent", async (t) => {
  const fixture = await runningAgent(t);
  const { agent, master, containerizer, workDir } = fixture;
  await master.next(internal.UpdateSlaveMessage);
  const plain = { framework: frameworkInfo(), task: commandTask("a"), launch_executor: true };
  master.send(internal.RunTaskMessage, plain);
  const executor = await containerizer.executor("a");
  await executor.event("LAUNCH");
  const port = Number(new URL(agent.url).port);
  await agent.close();
  const again = await runningAgent(t, { workDir, containerizer, arguments: [`--port=${port}`] });
  const { tasks = [] } = await again.master.next(internal.ReregisterSlaveMessage);
  assert.deepEqual(tasks, []);
  assert.equal(executor.hasEnded, true);
});

test("--recover=cleanup ends what runs, then the agent, which is nobody's successor then", async (t) => {
  const { executor, workDir, next } = await agentThatDied(t);
  const cleanup = [...(next.arguments ?? []), "--recover=cleanup"];
  const { agent, master } = await runningAgent(t, { ...next, arguments: cleanup });
  void executor.subscribe();
  await executor.event("SHUTDOWN");
  executor.end({ status: 0 });
  assert.equal((await agent.exited).code, 0);
  assert.deepEqual(master.received, []);
  assert.equal(existsSync(join(workDir, "meta/slaves/latest")), false);
});

test("after a reboot the agent is who it was; its tasks are over", async (t) => {
  const { workDir, next } = await agentThatDied(t, { bootId: "first boot" });
  assert.equal(readFileSync(join(workDir, "meta/boot_id"), "utf8"), "first boot");
  const { containerizer: _, ...fresh } = next;
  const { master } = await runningAgent(t, { ...fresh, bootId: "second boot" });
  const { slave } = await master.next(internal.ReregisterSlaveMessage);
  assert.equal(slave.id?.value, agentId);
  await master.status("a", "TASK_FAILED");
  assert.equal(readFileSync(join(workDir, "meta/boot_id"), "utf8"), "second boot");
});

test("a changed configuration is refused with what was changed and the way out", async (t) => {
  const arguments_ = ["--executor_reregistration_timeout=50ms"];
  const { workDir, next } = await agentThatDied(t, { arguments: arguments_ });
  const smaller = "--resources=cpus:2;mem:4000;disk:10000;ports:[31000-32000]";
  const larger = "--resources=cpus:8;mem:4000;disk:10000;ports:[31000-32000]";
  const start = (...more: string[]) =>
    runningAgent(t, { ...next, arguments: [...(next.arguments ?? []), ...more] });
  const wayOut = `rm -f ${workDir}/meta/slaves/latest`;
  await assert.rejects(start(larger), (error: Error) => {
    assert.match(error.message, /resources was '.*cpus:4.*', is '.*cpus:8/);
    assert.match(error.message, /--reconfiguration_policy=additive/);
    assert.ok(error.message.includes(wayOut), error.message);
    return true;
  });
  const additive = "--reconfiguration_policy=additive";
  await assert.rejects(start(smaller, additive), /resource 'cpus' decreased from cpus:4 to cpus:2/);
  const { master } = await start(larger, additive);
  const { slave } = await master.next(internal.ReregisterSlaveMessage);
  assert.equal(slave.id?.value, agentId);
});

test("a changed configuration after a reboot makes a new agent", async (t) => {
  const { workDir, next } = await agentThatDied(t, { bootId: "first boot" });
  const { containerizer: _, ...fresh } = next;
  const changed = [...(next.arguments ?? []), "--attributes=rack:r2"];
  const { master } = await runningAgent(t, {
    ...fresh,
    bootId: "second boot",
    arguments: changed,
    master: { agentId: "other-S7" },
  });
  assert.equal((await master.next(internal.RegisterSlaveMessage)).slave.id, undefined);
  const slaves = join(workDir, "meta/slaves");
  await waitFor("the new id", () => existsSync(join(slaves, "other-S7/slave.info")));
  assert.deepEqual(readdirSync(slaves).sort(), [agentId, "latest", "other-S7"].sort());
});

test("a checkpoint that cannot be read: --strict refuses and names it, --no-strict goes on without", async (t) => {
  const { executor, workDir, next } = await agentThatDied(t);
  const info = join(
    workDir,
    `meta/slaves/${agentId}/frameworks/${frameworkId}/executors/custom/executor.info`,
  );
  writeFileSync(info, "garbage");
  await assert.rejects(runningAgent(t, next), (error: Error) => {
    assert.ok(error.message.includes(`cannot read ${info}`), error.message);
    assert.match(error.message, /--no-strict/);
    return true;
  });
  const lenient = [...(next.arguments ?? []), "--no-strict"];
  const { agent, master } = await runningAgent(t, { ...next, arguments: lenient });
  const { tasks = [] } = await master.next(internal.ReregisterSlaveMessage);
  assert.deepEqual(tasks, []);
  assert.equal(executor.hasEnded, true, "what nobody knows does not run on");
  const metrics = await (await fetch(`${agent.url}/metrics/snapshot`)).json();
  assert.equal((metrics as Record<string, number>)["slave/recovery_errors"], 1);
});

test("a full disk fails tasks with the reason; the agent lives, and goes on when there is room", async (t) => {
  const workDir = await temporaryFolder(t);
  const simulated = createSimulatedDisk({ random: seededRandom(1) });
  const disk = simulated.attach();
  disk.makeDirectories(workDir);
  const { agent, master, containerizer } = await runningAgent(t, { workDir, disk });
  await master.next(internal.UpdateSlaveMessage);
  const run = (id: string) => {
    const task = commandTask(id);
    master.send(internal.RunTaskMessage, { framework, task, launch_executor: true });
  };
  run("early");
  const early = await containerizer.executor("early");
  await early.event("LAUNCH");
  await early.report("early", "TASK_STARTING");
  await master.status("early", "TASK_STARTING");
  simulated.faults.isFull = true;
  run("full");
  const { reason, message } = await master.status("full", "TASK_FAILED");
  assert.equal(reason, "REASON_CONTAINER_LAUNCH_FAILED");
  assert.match(message ?? "", /cannot write .*ENOSPC/);
  await early.report("early", "TASK_RUNNING");
  simulated.faults.isFull = false;
  await master.status("early", "TASK_RUNNING");
  run("late");
  await (await containerizer.executor("late")).event("LAUNCH");
  assert.equal((await fetch(`${agent.url}/health`)).status, 200);
});

test("an agent that cannot write down who it is ends, and says why", async (t) => {
  const workDir = await temporaryFolder(t);
  const simulated = createSimulatedDisk({ random: seededRandom(1) });
  const disk = simulated.attach();
  disk.makeDirectories(`${workDir}/meta`);
  simulated.faults.isFull = true;
  const { agent } = await runningAgent(t, { workDir, disk });
  const { code, reason } = await agent.exited;
  assert.equal(code, 1);
  assert.match(reason, /cannot checkpoint .*ENOSPC/);
});

test("two agents never share a work directory", async (t) => {
  const { workDir, agent } = await runningAgent(t);
  const inUse = { code: "WORK_DIR_IN_USE", message: new RegExp(`^another agent .*${workDir}`) };
  await assert.rejects(runningAgent(t, { workDir }), inUse);
  await agent.close();
  await runningAgent(t, { workDir, arguments: [`--port=${new URL(agent.url).port}`] });
});

test("a work directory that is made has its name synced, and so has all that is made above it", async (t) => {
  const folder = await temporaryFolder(t);
  const synced: string[] = [];
  const sync = async (path: string): Promise<void> => {
    synced.push(path);
  };
  await makeWorkDirectory(join(folder, "a", "b"), sync);
  assert.deepEqual(synced, [join(folder, "a", "b"), join(folder, "a"), folder]);
  await makeWorkDirectory(join(folder, "a", "b"), sync);
  assert.equal(synced.length, 3);
  await makeWorkDirectory(folder);
});

test("the lock of a work directory is free again when it is let go", async (t) => {
  const workDir = await temporaryFolder(t);
  await makeWorkDirectory(workDir);
  const first = await lockWorkDirectory(workDir);
  await assert.rejects(lockWorkDirectory(workDir), { code: "WORK_DIR_IN_USE" });
  first.release();
  (await lockWorkDirectory(workDir)).release();
  writeFileSync(join(workDir, "file"), "");
  await assert.rejects(makeWorkDirectory(join(workDir, "file")), { code: "CANNOT_WRITE" });
});
