import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import {
  type AgentId,
  asId,
  type ContainerId,
  type ExecutorId,
  type FrameworkId,
  type TaskId,
} from "@tavola/base";
import { realDisk } from "@tavola/host";
import { decodeMessage, internal, type Task } from "@tavola/protocol";
import type { Checkpointed, CheckpointedAgent } from "../core/checkpointed.ts";
import type { CheckpointEvent } from "../core/events.ts";
import { metaRoot, type RunAddress, taskUpdatesPath } from "../core/paths.ts";
import { recordedMessages, unpackMeta } from "../testing/recordings.ts";
import { customTask, frameworkInfo, SteppedAgent } from "../testing/stepped-agent.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { readCheckpoints } from "./checkpoint-reader.ts";
import { Checkpoints } from "./checkpoints.ts";
import { NameSyncs } from "./name-syncs.ts";
import { UpdateFiles } from "./update-files.ts";

/** Files whose bytes matter, by their path below `root`. */
function filesBelow(root: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // Links are followed, so that files would be there twice.
    if (!entry.isFile() || path.includes("/latest/")) continue;
    files.set(relative(root, path), readFileSync(path, "latin1"));
  }
  return files;
}

const disk = realDisk();

/** The boot in which the first recording was made. */
const recordedBoot = "cbbe72d5-be77-408f-9303-b510aaea09f9";

const read = (workDir: string): Checkpointed => readCheckpoints(disk, workDir, undefined);

function updateFilesIn(
  workDir: string,
  report: ConstructorParameters<typeof UpdateFiles>[0]["report"],
): UpdateFiles {
  const names = new NameSyncs(disk, `${metaRoot(workDir)}/slaves`);
  return new UpdateFiles({ disk, names, soon: setImmediate, report });
}

function load(name: "meta" | "meta-pods", workDir: string): CheckpointedAgent & Checkpointed {
  unpackMeta(name, workDir);
  const found = readCheckpoints(disk, workDir, recordedBoot);
  assert.ok(found.agent !== undefined);
  return { ...found, ...found.agent };
}

test("every checkpoint of a Mesos agent is read: command tasks", async (context) => {
  const agent = load("meta", await temporaryFolder(context));
  assert.deepEqual(agent.problems, []);
  assert.equal(agent.id, "0fd789fa-c1dd-4bad-a534-d6e4bbf01191-S0");
  assert.equal(agent.info?.id?.value, agent.id);
  assert.equal(agent.isRebooted, false);
  const [framework] = agent.frameworks;
  assert.equal(framework?.info?.name, "stay");
  assert.equal(framework?.pid, "@0.0.0.0:0");
  assert.deepEqual(
    framework?.executors.map(({ id, isGenerated }) => [id, isGenerated]),
    [
      ["sleeper-1", true],
      ["sleeper-2", true],
    ],
  );
  const [executor] = framework?.executors ?? [];
  const [run] = executor?.runs ?? [];
  assert.equal(executor?.latest, run?.containerId);
  assert.equal(run?.forkedPid, 14612);
  assert.equal(run?.libprocessPid, "executor(1)@127.0.0.1:35007");
  assert.equal(run?.hasSubscribed, false);
  assert.equal(run?.isCompleted, false);
  const [task] = run?.tasks ?? [];
  assert.equal(task?.info?.state, "TASK_STAGING");
  assert.deepEqual(
    task?.records.map(({ type, update }) => update?.status.state ?? type),
    ["TASK_STARTING", "ACK", "TASK_RUNNING", "ACK"],
  );
});

test("every checkpoint of a Mesos agent is read: an HTTP executor and its task group", async (context) => {
  const agent = load("meta-pods", await temporaryFolder(context));
  assert.deepEqual(agent.problems, []);
  const [run] = agent.frameworks[0]?.executors[0]?.runs ?? [];
  assert.equal(run?.hasSubscribed, true);
  assert.deepEqual(
    run?.tasks.map(({ id, records }) => [id, records.length]),
    [
      ["pod-a", 4],
      ["pod-b", 4],
    ],
  );
});

for (const name of ["meta", "meta-pods"] as const) {
  test(`what was read of ${name}.tar is written again to the same bytes`, async (context) => {
    const from = await temporaryFolder(context);
    const to = await temporaryFolder(context);
    await writeAll(to, load(name, from));
    const expected = filesBelow(from);
    for (const [path, bytes] of filesBelow(to)) {
      if (path === "meta/boot_id") continue;
      assert.equal(bytes, expected.get(path), path);
      expected.delete(path);
    }
    // What is left belongs to features that are not there: resource providers, operations, native executors.
    const left = [...expected.keys()].filter(
      (path) => !/resource_provider_registry|meta\/resources\/|pids\/|meta\/boot_id/.test(path),
    );
    assert.deepEqual(left, []);
  });
}

async function writeAll(workDir: string, agent: CheckpointedAgent): Promise<void> {
  const checkpoints = new Checkpoints(workDir, disk);
  const agentId = asId<AgentId>(agent.id);
  checkpoints.booted("a boot");
  checkpoints.agentRegistered(agentId, agent.info as NonNullable<typeof agent.info>);
  const updates = updateFilesIn(workDir, (event) =>
    assert.equal(event.kind, "updateRecordPersisted"),
  );
  for (const framework of agent.frameworks) {
    const { info, pid } = framework;
    checkpoints.framework(agentId, info as NonNullable<typeof info>, pid);
    for (const { id, info: executorInfo, isGenerated, runs } of framework.executors) {
      for (const { containerId, tasks, hasSubscribed } of runs) {
        const run: RunAddress = {
          agentId,
          frameworkId: asId<FrameworkId>(framework.id),
          executorId: asId<ExecutorId>(id),
          containerId: asId<ContainerId>(containerId),
        };
        checkpoints.executor(run, { info: executorInfo, isGenerated } as Parameters<
          Checkpoints["executor"]
        >[1]);
        if (hasSubscribed) checkpoints.executorSubscribed(run);
        for (const task of tasks) {
          checkpoints.task(run, task.info as Task);
          const taskId = asId<TaskId>(task.id);
          const path = taskUpdatesPath(metaRoot(workDir), run, taskId);
          const { frameworkId } = run;
          for (const [sequence, record] of task.records.entries()) {
            const isDurable = record.type === "UPDATE";
            updates.append({
              kind: "appendUpdateRecord",
              frameworkId,
              taskId,
              path,
              record,
              sequence,
              isDurable,
            });
          }
        }
      }
    }
  }
  await updates.closeAll();
}

test("the same RunTaskMessage gives the same checkpoints as in a Mesos agent", async (context) => {
  const recorded = await temporaryFolder(context);
  const mesos = load("meta", recorded);
  const agent = new SteppedAgent();
  agent.register();
  agent.state.id = asId<AgentId>(mesos.id);
  const workDir = await temporaryFolder(context);
  const checkpoints = new Checkpoints(workDir, disk);
  let compared = 0;
  for (const { name, to, body } of recordedMessages()) {
    if (name !== "mesos.internal.RunTaskMessage" || !to.startsWith("slave(1)")) continue;
    const message = decodeMessage(internal.RunTaskMessage, body).value;
    if (message?.framework.checkpoint !== true) continue;
    const { resource_version_uuids: _, ...rest } = message;
    const [launch] = agent
      .fromMaster("runTask", rest)
      .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
    assert.ok(launch !== undefined);
    const { executor, run, firstTask } = launch;
    // Only the path of Mesos's own executor differs: it is where that Mesos was installed.
    executor.info.command = {
      ...executor.info.command,
      value: "/usr/local/libexec/mesos.d/mesos-executor",
    };
    const known = mesos.frameworks[0]?.executors.find(({ id }) => id === executor.id);
    const sameRun = { ...run, containerId: asId<ContainerId>(known?.latest ?? "") };
    checkpoints.framework(run.agentId, executor.framework.info, executor.framework.pid);
    checkpoints.newExecutor(sameRun, executor, firstTask);
    compared += 1;
  }
  assert.equal(compared, 2);
  const expected = filesBelow(recorded);
  const written = filesBelow(workDir);
  assert.equal(written.size, 8);
  for (const [path, bytes] of written) assert.equal(bytes, expected.get(path), path);
});

test("an executor of a name that was there before gets a run beside the old one", async (context) => {
  const workDir = await temporaryFolder(context);
  const checkpoints = new Checkpoints(workDir, disk);
  const agent = new SteppedAgent();
  agent.register();
  checkpoints.agentRegistered(agent.state.id as AgentId, agent.state.info);
  const framework = frameworkInfo({ checkpoint: true });
  const containers: string[] = [];
  for (const task of ["a", "b"]) {
    const [launch] = agent
      .run(customTask(task), { framework })
      .flatMap((each) => (each.kind === "launchExecutor" ? [each] : []));
    assert.ok(launch !== undefined);
    const { run, executor, firstTask } = launch;
    const { containerId } = run;
    checkpoints.framework(run.agentId, framework, undefined);
    checkpoints.newExecutor(run, executor, firstTask);
    containers.push(containerId);
    agent.state.frameworks.get(run.frameworkId)?.executors.delete(run.executorId);
  }
  const [executor] = read(workDir).agent?.frameworks[0]?.executors ?? [];
  assert.deepEqual(executor?.runs.map(({ containerId }) => containerId).sort(), containers.sort());
  assert.deepEqual(
    executor?.runs.flatMap(({ tasks }) => tasks.map(({ info }) => info?.name)).sort(),
    ["a", "b"],
  );
});

test("a torn record at the end is the trace of a crash, and no problem", async (context) => {
  const workDir = await temporaryFolder(context);
  load("meta", workDir);
  const path = [...filesBelow(workDir).keys()].find((each) => each.endsWith("task.updates")) ?? "";
  const whole = readFileSync(join(workDir, path));
  writeFileSync(join(workDir, path), whole.subarray(0, whole.length - 7));
  const { agent, problems } = read(workDir);
  assert.deepEqual(problems, []);
  assert.equal(agent?.frameworks[0]?.executors[0]?.runs[0]?.tasks[0]?.records.length, 3);
});

test("what cannot be read is named, and the rest is read", async (context) => {
  const workDir = await temporaryFolder(context);
  load("meta", workDir);
  const path = [...filesBelow(workDir).keys()].find((each) => each.endsWith("executor.info")) ?? "";
  writeFileSync(join(workDir, path), "garbage");
  const { agent, problems } = read(workDir);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /executor\.info/);
  assert.equal(agent?.frameworks[0]?.executors.length, 2);
});

test("a registered agent is `latest`; files are private and links absolute", async (context) => {
  const workDir = await temporaryFolder(context);
  const checkpoints = new Checkpoints(workDir, disk);
  assert.equal(checkpoints.latestAgentId(), undefined);
  for (const id of ["m-S0", "m-S1"]) {
    checkpoints.agentRegistered(asId<AgentId>(id), { hostname: "h", id: { value: id } });
    assert.equal(checkpoints.latestAgentId(), id);
  }
  assert.equal(readlinkSync(join(workDir, "meta/slaves/latest")), `${workDir}/meta/slaves/m-S1`);
  assert.equal(statSync(join(workDir, "meta/slaves/m-S0/slave.info")).mode & 0o777, 0o600);
  checkpoints.agentUnregistered();
  assert.equal(checkpoints.latestAgentId(), undefined);
  assert.equal(read(workDir).agent, undefined);
});

test("a file that cannot be written is reported, once, and what follows is not written", async (context) => {
  const workDir = await temporaryFolder(context);
  writeFileSync(join(workDir, "meta"), "in the way of the directory");
  const reported: CheckpointEvent[] = [];
  const updates = updateFilesIn(workDir, (event) => reported.push(event));
  const update: internal.StatusUpdate = {
    framework_id: { value: "f" },
    status: { task_id: { value: "t" }, state: "TASK_RUNNING" },
    timestamp: 1,
  };
  for (const sequence of [1, 2]) {
    updates.append({
      kind: "appendUpdateRecord",
      frameworkId: asId<FrameworkId>("f"),
      taskId: asId<TaskId>("t"),
      path: join(workDir, "meta/task.updates"),
      record: { type: "UPDATE", update },
      sequence,
      isDurable: true,
    });
  }
  await updates.closeAll();
  assert.equal(reported.length, 1);
  assert.ok(reported[0]?.kind === "updateRecordFailed");
  assert.match(reported[0].message, /ENOTDIR/);
});
