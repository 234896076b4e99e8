/** What outlives a host, and what the next one makes of it; with the real containerizer where it can be. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { asId, type ContainerId } from "@tavola/base";
import { createContainerizer, readShimRecord } from "@tavola/containerizer";
import { createMetrics, readProcess, readProcesses, silentLogger, systemClock } from "@tavola/host";
import { type HostStage, openHost, openStage, taskOf } from "../testing/host-stage.ts";
import { launchOf } from "../testing/scripted-agent.ts";
import { until, untilTrue } from "../testing/until.ts";

const checkpointing = { MESOS_CHECKPOINT: "1", MESOS_SUBSCRIPTION_BACKOFF_MAX: "50ms" };
/** Ends with the status that somebody writes into its sandbox. */
const obedient = 'until [ -s go ]; do sleep 0.02; done; exit "$(cat go)"';
const hostCommand = [process.execPath, join(import.meta.dirname, "../testing/start-host.ts")];

/** 0 when there is none. */
function hostPidOf({ runtimeDir }: HostStage): number {
  const isHost = (pid: number): boolean => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words.includes(`--runtime_dir=${runtimeDir}`);
    } catch {
      // It is gone.
      return false;
    }
  };
  return readProcesses().find(({ pid, state }) => state !== "Z" && isHost(pid))?.pid ?? 0;
}

async function openContainerizer(stage: HostStage) {
  const containerizer = await createContainerizer({
    runtimeDir: stage.runtimeDir,
    launcher: "posix",
    executorHost: { command: hostCommand },
    clock: systemClock(),
    logger: silentLogger,
    metrics: createMetrics(),
  });
  const launch = async (id: string, script: string, environment = {}): Promise<ContainerId> => {
    const containerId = asId<ContainerId>(id);
    const directory = join(stage.root, "sandboxes", id);
    mkdirSync(directory, { recursive: true });
    stage.agent.firstEvents.set(id, [launchOf(taskOf(id, script))]);
    await containerizer.launch({
      containerId,
      agentId: asId("agent"),
      frameworkId: asId("framework"),
      executorId: asId(id),
      kind: "hosted",
      command: {},
      directory,
      environment: stage.environmentOf(id, environment),
      resources: [],
      executorInfo: { executor_id: { value: id } },
      frameworkInfo: { user: "root", name: "framework" },
    });
    return containerId;
  };
  stage.beforeClose(async () => {
    await Promise.all(containerizer.containers().map((id) => containerizer.destroy(id)));
    await containerizer.close();
  });
  return { containerizer, launch };
}

test("a host that is killed is followed by one that adopts its tasks and tells their exact ends", async (t) => {
  const stage = await openStage(t);
  const { containerizer, launch } = await openContainerizer(stage);
  const living = await launch("living", obedient, checkpointing);
  const dying = await launch("dying", obedient, checkpointing);
  for (const id of [living, dying]) await stage.agent.updated(id, "TASK_RUNNING");
  const first = hostPidOf(stage);
  assert.ok(first > 1);
  process.kill(first, "SIGKILL");
  writeFileSync(join(stage.root, "sandboxes", "dying", "go"), "137");
  await stage.agent.subscribed(4);
  assert.notEqual(hostPidOf(stage), first);
  writeFileSync(join(stage.root, "sandboxes", "living", "go"), "7");
  const { message } = await stage.agent.updated("living", "TASK_FAILED");
  assert.equal(message, "Command exited with status 7");
  const { message: earlier } = await stage.agent.updated("dying", "TASK_FAILED");
  assert.equal(earlier, "Command exited with status 137");
  assert.deepEqual(await containerizer.wait(living), { status: 0 });
  assert.deepEqual(await containerizer.wait(dying), { status: 0 });
});

test("an adopted task that the agent never heard of is named in SUBSCRIBE, and told to run", async (t) => {
  const stage = await openStage(t);
  const { containerizer, launch } = await openContainerizer(stage);
  stage.agent.acknowledges = false;
  const id = await launch("silent", obedient, checkpointing);
  await stage.agent.updated("silent", "TASK_STARTING");
  await untilTrue("its pid", () => readShimRecord(containerOf(stage, id)).pid !== undefined);
  const first = hostPidOf(stage);
  assert.ok(first > 1);
  process.kill(first, "SIGKILL");
  stage.agent.acknowledges = true;
  const before = stage.agent.calls.length;
  const { subscribe } = await stage.agent.subscribed(2);
  const named = subscribe?.unacknowledged_tasks?.map(({ task_id }) => task_id.value);
  assert.deepEqual(named, ["silent"]);
  await until("RUNNING again", () =>
    stage.agent.calls.slice(before).find(({ update }) => update?.status.state === "TASK_RUNNING"),
  );
  await containerizer.destroy(id);
  assert.deepEqual(await containerizer.wait(id), { status: 9 });
  await untilTrue("the task to be gone", () => mentionsNobody(stage));
});

test("a kill under way when the host dies ends as one, also when it was over meanwhile", async (t) => {
  const stage = await openHost(t);
  const stubborn =
    'trap "echo asked >> asked" TERM; touch armed; until [ -e go ]; do sleep 0.02; done; exit 7';
  const kill = (id: string) => ({
    type: "KILL" as const,
    kill: { task_id: { value: id }, kill_policy: { grace_period: { nanoseconds: 60e9 } } },
  });
  const containers = ["living", "dying"].map((id) => {
    const container = stage.contain(id, checkpointing);
    stage.agent.firstEvents.set(id, [launchOf(taskOf(id, stubborn))]);
    return container;
  });
  for (const container of containers) await stage.start(container);
  for (const { id } of containers) await stage.agent.updated(id, "TASK_RUNNING");
  for (const { id, sandbox } of containers) {
    await untilTrue("its trap", () => existsSync(join(sandbox, "armed")));
    stage.agent.send(id, kill(id));
    await untilTrue("SIGTERM", () => existsSync(join(sandbox, "asked")));
  }
  await stage.stopHost();
  const [living, dying] = containers;
  assert.ok(living !== undefined && dying !== undefined);
  writeFileSync(join(dying.sandbox, "go"), "");
  await untilTrue("its end", () => readShimRecord(dying.directory).status !== undefined);
  await stage.startHost();
  await stage.listen();
  const { message } = await stage.agent.updated("dying", "TASK_KILLED");
  assert.equal(message, "Command exited with status 7");
  const asked = () => readFileSync(join(living.sandbox, "asked"), "utf8");
  await untilTrue("SIGTERM again", () => asked() === "asked\nasked\n");
  writeFileSync(join(living.sandbox, "go"), "");
  await stage.agent.updated("living", "TASK_KILLED");
});

test("a task whose runtime directory was deleted under it is ended, and so can the agent", async (t) => {
  const stage = await openStage(t);
  const { containerizer, launch } = await openContainerizer(stage);
  const [ended, left] = [await launch("ended", obedient), await launch("left", obedient)];
  for (const id of [ended, left]) await stage.agent.updated(id, "TASK_RUNNING");
  const pidOf = (id: ContainerId) =>
    until("its pid", () => readShimRecord(containerOf(stage, id)).pid);
  const pids = [await pidOf(ended), await pidOf(left)];
  rmSync(join(stage.runtimeDir, "containers"), { recursive: true });
  await containerizer.destroy(ended);
  const { status, message } = await containerizer.wait(ended);
  assert.deepEqual(
    [status, message],
    [undefined, "Its runtime directory was deleted while it ran"],
  );
  writeFileSync(join(stage.root, "sandboxes", left, "go"), "0");
  assert.equal((await containerizer.wait(left)).status, undefined, "it ended by itself");
  assert.deepEqual(containerizer.containers(), []);
  for (const pid of pids) assert.equal(readProcess(pid)?.state ?? "Z", "Z");
});

test("a host whose agent has gone and that hosts nothing leaves", async (t) => {
  const stage = await openStage(t);
  const { containerizer, launch } = await openContainerizer(stage);
  const id = await launch("only", "exit 0", checkpointing);
  assert.deepEqual(await containerizer.wait(id), { status: 0 });
  assert.notEqual(hostPidOf(stage), 0);
  await containerizer.close();
  await untilTrue("the host to leave", () => hostPidOf(stage) === 0);
});

test("a host that is asked to end leaves its tasks to the next, also without checkpointing", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("handed");
  stage.agent.firstEvents.set("handed", [launchOf(taskOf("handed", obedient))]);
  await stage.start(container);
  await stage.agent.updated("handed", "TASK_RUNNING");
  await stage.stopHost();
  assert.equal(existsSync(join(container.directory, "ended")), false);
  const pid = await until("its pid", () => readShimRecord(container.directory).pid);
  assert.notEqual(readProcess(pid)?.state ?? "Z", "Z");
  await stage.startHost();
  await stage.listen();
  writeFileSync(join(container.sandbox, "go"), "3");
  assert.deepEqual(await stage.ended(container), { status: 0 });
  const { message } = await stage.agent.updated("handed", "TASK_FAILED");
  assert.equal(message, "Command exited with status 3");
});

test("a time limit counts on from the launch when another host has adopted the task", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("limited");
  const limit = { max_completion_time: { nanoseconds: 1e9 } };
  stage.agent.firstEvents.set("limited", [launchOf(taskOf("limited", obedient, limit))]);
  await stage.start(container);
  await stage.agent.updated("limited", "TASK_RUNNING");
  await stage.stopHost();
  await stage.startHost();
  const { reason } = await stage.agent.updated("limited", "TASK_FAILED");
  assert.equal(reason, "REASON_MAX_COMPLETION_TIME_REACHED");
  await untilTrue("its end", () => existsSync(join(container.directory, "ended")));
});

test("what cannot be adopted is ended, with the reason; the rest is adopted", async (t) => {
  const stage = await openStage(t);
  const torn = stage.contain("torn");
  writeFileSync(join(torn.directory, "task"), "no TaskInfo at all");
  const bent = stage.contain("bent", { MESOS_AGENT_ENDPOINT: "nowhere" });
  const bad = stage.contain("bad");
  writeFileSync(join(bad.directory, "container.json"), "{");
  const waiting = stage.contain("waiting");
  stage.agent.firstEvents.set("waiting", [{ type: "SHUTDOWN" }]);
  await stage.startHost();
  const endOf = ({ directory }: { directory: string }) =>
    until("an end", () => {
      const path = join(directory, "ended");
      return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
    });
  assert.match((await endOf(torn)).message, /^The executor is lost: Cannot read .*task/);
  assert.match((await endOf(bent)).message, /MESOS_AGENT_ENDPOINT/);
  assert.deepEqual(await endOf(waiting), { status: 0 });
});

test("a task whose shim is killed does not run on unseen", async (t) => {
  const stage = await openHost(t);
  const container = stage.contain("bereft");
  stage.agent.firstEvents.set("bereft", [launchOf(taskOf("bereft", "sleep 300 & sleep 300"))]);
  await stage.start(container);
  await stage.agent.updated("bereft", "TASK_RUNNING");
  const { pid = 0 } = await until("its pid", () => {
    const record = readShimRecord(container.directory);
    return record.pid === undefined ? undefined : record;
  });
  const shimPid = readProcess(pid)?.parent ?? 0;
  assert.ok(stage.processes().includes(shimPid));
  process.kill(shimPid, "SIGKILL");
  const { message } = await stage.agent.updated("bereft", "TASK_FAILED");
  assert.equal(message, "Command ended, nobody saw how");
  await untilTrue("nothing to run", () => stage.processes().length === 0);
  await stage.ended(container);
});

function containerOf({ runtimeDir }: HostStage, id: ContainerId): string {
  return join(runtimeDir, "containers", id);
}

/** But for the host, which goes by itself. */
function mentionsNobody(stage: HostStage): boolean {
  return stage.processes().every((pid) => pid === hostPidOf(stage));
}
