import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, randomInt, seededRandom } from "@tavola/base";
import { type AttachedDisk, createSimulatedDisk, realDisk, silentLogger } from "@tavola/host";
import { internal } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { Checkpointed } from "../core/checkpointed.ts";
import type { Effect } from "../core/effects.ts";
import type { CheckpointEvent } from "../core/events.ts";
import { metaRoot, taskUpdatesPath } from "../core/paths.ts";
import { planRecovery } from "../core/recovery-plan.ts";
import { unpackMeta } from "../testing/recordings.ts";
import { commandTask, frameworkInfo, SteppedAgent, sent } from "../testing/stepped-agent.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { readCheckpoints } from "./checkpoint-reader.ts";
import { Checkpoints } from "./checkpoints.ts";
import { NameSyncs } from "./name-syncs.ts";
import { recoverCheckpoints } from "./recover-checkpoints.ts";
import { UpdateFiles } from "./update-files.ts";

const workDir = "/var/lib/mesos";
const boot = "cbbe72d5-be77-408f-9303-b510aaea09f9";

/** A recorded Mesos agent's checkpoints, in memory. */
async function recordedDisk(
  context: Parameters<typeof temporaryFolder>[0],
  name: "meta" | "meta-pods",
): Promise<AttachedDisk> {
  const folder = await temporaryFolder(context);
  unpackMeta(name, folder);
  const disk = createSimulatedDisk({ random: seededRandom(1) }).attach();
  const real = realDisk();
  const copy = (path: string): void => {
    for (const { name: entry, kind } of real.listDirectory(`${folder}${path}`) ?? []) {
      const below = `${path}/${entry}`;
      if (kind === "directory") {
        disk.makeDirectories(`${workDir}${below}`);
        copy(below);
      } else if (kind === "link") {
        disk.makeLink(real.readLink(`${folder}${below}`) ?? "", `${workDir}${below}`);
      } else {
        disk.writeFile(
          `${workDir}${below}`,
          real.readFile(`${folder}${below}`) ?? Buffer.of(),
          0o600,
        );
      }
    }
  };
  disk.makeDirectories(workDir);
  copy("");
  return disk;
}

function filesOf(disk: AttachedDisk, path = `${workDir}/meta`): string[] {
  return (disk.listDirectory(path) ?? []).flatMap(({ name, kind }) => {
    const below = `${path}/${name}`;
    if (kind === "directory") return filesOf(disk, below);
    // Those of resource providers, which nothing reads.
    return kind === "file" && !below.includes("resource_provider_registry") ? [below] : [];
  });
}

/** A whole start of an agent on what is there: it must come to a decision, and the core must live. */
function start(
  disk: AttachedDisk,
  isStrict: boolean,
  bootId = boot,
): "new" | "resumed" | "refused" {
  const found: Checkpointed = readCheckpoints(disk, workDir, bootId);
  const info = found.agent?.info ?? { hostname: "h" };
  const plan = planRecovery(found, { workDir, strict: isStrict, policy: "equal", info });
  if (plan.kind === "refuse") {
    assert.ok(isStrict, `refused although it is not strict: ${plan.reason}`);
    assert.match(plan.reason, /cannot read \/var\/lib\/mesos\/meta\/.*rm -f \/var\/lib\/mesos/s);
    return "refused";
  }
  const { resources, isRebooted } = found;
  const agent = new SteppedAgent({
    workDir,
    info,
    totalResources: Resources.of(info.resources ?? []),
  });
  const checkpointed = plan.kind === "resume" ? plan.agent : undefined;
  const event = { kind: "checkpointsRecovered", resources, isRebooted } as const;
  const effects: Effect[] = [...agent.feed({ ...event, agent: checkpointed })];
  const containers = [...agent.state.executorsByContainer.keys()];
  const [first, ...rest] = containers;
  for (const containerId of rest) {
    effects.push(...agent.feed({ kind: "executorTerminated", containerId, end: {} }));
  }
  effects.push(...agent.feed({ kind: "containersRecovered" }));
  if (first !== undefined) {
    const subscribe = {};
    effects.push(...agent.feed({ kind: "executorSubscribed", containerId: first, subscribe }));
  }
  const master = { id: "master", host: "10.0.0.1", port: 5050 };
  effects.push(
    ...agent.feed({ kind: "masterDetected", master, hostname: "m" }),
    ...agent.pass(3000),
  );
  const asked =
    plan.kind === "resume" ? internal.ReregisterSlaveMessage : internal.RegisterSlaveMessage;
  assert.equal(sent(effects, asked as typeof internal.RegisterSlaveMessage).length > 0, true);
  return plan.kind === "resume" ? "resumed" : "new";
}

for (const name of ["meta", "meta-pods"] as const) {
  test(`${name}: every file cut off at every byte leads to a decision, never to a crash`, async (t) => {
    const disk = await recordedDisk(t, name);
    const bootId = bootOf(disk);
    assert.equal(start(disk, true, bootId), "resumed");
    const outcomes = new Set<string>();
    for (const path of filesOf(disk)) {
      const whole = disk.readFile(path) ?? Buffer.of();
      for (let length = 0; length < whole.length; length += 1) {
        disk.writeFile(path, whole.subarray(0, length), 0o600);
        const strict = start(disk, true, bootId);
        // The whole way, but not each time: it is the same from one byte to the next.
        const lenient = length % 5 === 0 ? start(disk, false, bootId) : "";
        outcomes.add(`${strict} ${lenient}`);
        // The trace of a crash: nothing was written yet, or half a record at the end of a log.
        const isTrace = length === 0 || path.endsWith("task.updates");
        const isMessage = /\.info$|\.state$/.test(path) && !path.endsWith("resources.info");
        if (isTrace) assert.notEqual(strict, "refused", `${path} at ${length}`);
        else if (isMessage && isRead(disk, path))
          assert.equal(strict, "refused", `${path} at ${length}`);
      }
      disk.writeFile(path, whole, 0o600);
    }
    assert.ok(outcomes.has("refused resumed") && outcomes.has("resumed resumed"));
    assert.equal(start(disk, true, bootId), "resumed");
  });

  test(`${name}: every file with a byte changed leads to a decision, never to a crash`, async (t) => {
    const disk = await recordedDisk(t, name);
    const bootId = bootOf(disk);
    const random = seededRandom(7);
    for (const path of filesOf(disk)) {
      const whole = disk.readFile(path) ?? Buffer.of();
      for (let at = 0; at < whole.length; at += 1) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] as number) ^ (1 + randomInt(random, 255));
        disk.writeFile(path, changed, 0o600);
        start(disk, at % 2 === 0, bootId);
      }
      disk.writeFile(path, whole, 0o600);
    }
    assert.equal(start(disk, true, bootId), "resumed");
  });
}

/** An older form of a file is read only where there is no newer one. */
function isRead(disk: AttachedDisk, path: string): boolean {
  return (
    !path.endsWith("resources.info") || disk.readFile(path.replace(".info", ".state")) === undefined
  );
}

function bootOf(disk: AttachedDisk): string {
  return Buffer.from(disk.readFile(`${workDir}/meta/boot_id`) ?? Buffer.of()).toString();
}

test("files that are missing, one at a time, are never fatal", async (t) => {
  const disk = await recordedDisk(t, "meta");
  for (const path of filesOf(disk)) {
    const whole = disk.readFile(path) ?? Buffer.of();
    disk.remove(path);
    const expected = path.endsWith("slave.info") ? "new" : "resumed";
    assert.equal(start(disk, true), expected, path);
    disk.writeFile(path, whole, 0o600);
  }
});

test("garbage in place of whole files is named, whatever it is", async (t) => {
  const disk = await recordedDisk(t, "meta");
  const random: Random = seededRandom(3);
  for (let round = 0; round < 300; round += 1) {
    const files = filesOf(disk);
    const path = files[randomInt(random, files.length)] as string;
    const whole = disk.readFile(path) ?? Buffer.of();
    const garbage = Buffer.from(
      Array.from({ length: randomInt(random, 300) }, () => randomInt(random, 256)),
    );
    disk.writeFile(path, garbage, 0o600);
    start(disk, true);
    start(disk, false);
    start(disk, true, "another boot");
    disk.writeFile(path, whole, 0o600);
  }
});

test("a disk that fails to be read is a reason to stop, not to forget", () => {
  const simulated = createSimulatedDisk({ random: seededRandom(5) });
  const disk = simulated.attach();
  const agent = new SteppedAgent({ workDir });
  agent.register();
  const checkpoints = new Checkpoints(workDir, disk);
  disk.makeDirectories(workDir);
  const { id } = agent.state;
  assert.ok(id !== undefined);
  checkpoints.agentRegistered(id, agent.state.info);
  simulated.faults.readFailure = 1;
  const flags = { strict: true, reconfiguration_policy: "equal" };
  const recovering = () =>
    recoverCheckpoints({
      disk,
      config: agent.state.config,
      flags,
      checkpoints,
      bootId: boot,
      logger: silentLogger,
    });
  assert.throws(recovering, { code: "CANNOT_RECOVER", message: /slave\.info: EIO/ });
});

/** Runs tasks on a disk, cuts the power anywhere, and returns which updates had been told to be safe. */
async function untilPowerCut(seed: number) {
  const random = seededRandom(seed);
  const simulated = createSimulatedDisk({ random });
  const disk = simulated.attach();
  disk.makeDirectories(workDir);
  disk.syncNow("/");
  disk.syncNow("/var");
  disk.syncNow("/var/lib");
  const agent = new SteppedAgent({ workDir });
  agent.register();
  const agentId = agent.state.id as NonNullable<typeof agent.state.id>;
  const checkpoints = new Checkpoints(workDir, disk);
  checkpoints.agentRegistered(agentId, agent.state.info);
  checkpoints.booted(boot);
  const safe = new Map<string, number>();
  const updates = new UpdateFiles({
    disk,
    names: new NameSyncs(disk, `${metaRoot(workDir)}/slaves`),
    soon: setImmediate,
    report: (event: CheckpointEvent) => {
      if (event.kind === "updateRecordPersisted") safe.set(event.taskId, event.sequence);
    },
  });
  const turns = randomInt(random, 12);
  const framework = frameworkInfo({ checkpoint: true });
  for (let task = 0; task < 4; task += 1) {
    const effects = agent.run(commandTask(`t${task}`), { framework });
    const launch = effects.find((effect) => effect.kind === "launchExecutor");
    assert.ok(launch !== undefined);
    const { run, executor, firstTask } = launch;
    if (task === 0) checkpoints.framework(agentId, framework, undefined);
    checkpoints.newExecutor(run, executor, firstTask);
    agent.feed({ kind: "executorLaunched", containerId: run.containerId, status: undefined });
    agent.feed({ kind: "executorSubscribed", containerId: run.containerId, subscribe: {} });
    for (const state of ["TASK_RUNNING", "TASK_FINISHED"] as const) {
      const path = taskUpdatesPath(metaRoot(workDir), run, `t${task}` as never);
      for (const effect of agent.report(run.containerId, `t${task}`, state)) {
        if (effect.kind !== "appendUpdateRecord") continue;
        assert.equal(effect.path, path);
        updates.append(effect);
      }
    }
  }
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  simulated.crash();
  return { disk: simulated.attach(), safe, agentId, info: agent.state.info };
}

test("after a power cut at any time the agent knows itself, and every update that it called safe", async () => {
  let safeUpdates = 0;
  for (let seed = 0; seed < 150; seed += 1) {
    const { disk, safe, agentId, info } = await untilPowerCut(seed);
    const found = readCheckpoints(disk, workDir, "the next boot");
    assert.deepEqual(found.problems, [], `seed ${seed}`);
    assert.equal(found.isRebooted, true);
    assert.equal(found.agent?.id, agentId, `seed ${seed}`);
    const plan = planRecovery(found, { workDir, strict: true, policy: "equal", info });
    assert.ok(plan.kind === "resume", `seed ${seed}`);
    const agent = new SteppedAgent({ workDir });
    const event = { kind: "checkpointsRecovered", resources: [], isRebooted: true } as const;
    agent.feed({ ...event, agent: plan.agent });
    const executors = found.agent?.frameworks.flatMap(({ executors: each }) => each) ?? [];
    for (const [taskId, sequence] of safe) {
      safeUpdates += 1;
      const task = executors
        .flatMap(({ runs }) => runs.flatMap(({ tasks }) => tasks))
        .find(({ id }) => id === taskId);
      assert.ok((task?.records.length ?? 0) >= sequence, `seed ${seed}: ${taskId} is lost`);
      const uuid = task?.records[0]?.update?.uuid ?? new Uint8Array();
      const framework = frameworkInfo().id?.value as never;
      assert.ok(agent.state.updates.hasReceived(framework, taskId as never, uuid), `seed ${seed}`);
    }
  }
  assert.ok(safeUpdates > 100, `only ${safeUpdates} updates were safe at all`);
});
