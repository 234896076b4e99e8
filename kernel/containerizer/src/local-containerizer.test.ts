import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { asId, type CodedError, type ContainerId } from "@tavola/base";
import { readProcess, readProcesses } from "@tavola/host";
import type { Containerizer } from "./containerizer.ts";
import type { ContainerizerOptions } from "./create-containerizer.ts";
import { createContainerizer } from "./create-containerizer.ts";
import { commandLineOfProcess } from "./process-place.ts";
import {
  containersOnDisk,
  launchIn,
  openContainerizer,
  optionsIn,
  scalars,
  shell,
} from "./testing/containerizers.ts";
import { temporaryDirectory } from "./testing/temporary-directory.ts";
import { until, untilTrue } from "./testing/until.ts";

interface Stage {
  readonly root: string;
  readonly options: ContainerizerOptions;
  readonly containerizer: Containerizer;
}

/** With process groups only: what every machine and every user can do. */
async function stage(t: TestContext, more: Partial<ContainerizerOptions> = {}): Promise<Stage> {
  const root = temporaryDirectory(t);
  const options = optionsIn(root, more);
  return { root, options, containerizer: await openContainerizer(t, options) };
}

function isAlive(pid: number): boolean {
  const entry = readProcess(pid);
  return entry !== undefined && entry.state !== "Z";
}

/** 0 when there is none. */
function hostPidOf(runtimeDir: string): number {
  return readProcesses().find(({ pid }) => isHostOf(pid, runtimeDir))?.pid ?? 0;
}

function isHostOf(pid: number, runtimeDir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`--runtime_dir=${runtimeDir}\0`);
  } catch {
    return false;
  }
}

test("launch() runs a custom executor in its sandbox; wait() tells how it ended; nothing is left", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const launch = launchIn(root, shell("echo $MESOS_SANDBOX; pwd; echo no >&2; exit 5"));
  await containerizer.launch(launch);
  assert.deepEqual(await containerizer.wait(launch.containerId), { status: 5 << 8 });
  const { directory } = launch;
  assert.equal(readFileSync(join(directory, "stdout"), "utf8"), `${directory}\n${directory}\n`);
  assert.equal(readFileSync(join(directory, "stderr"), "utf8"), "no\n");
  assert.deepEqual(containerizer.containers(), []);
  assert.deepEqual(containersOnDisk(options), []);
});

test("wait() gives every caller the same end, also one who asks late, and knows no strangers", async (t) => {
  const { root, containerizer } = await stage(t);
  const launch = launchIn(root, shell("exit 0"));
  await containerizer.launch(launch);
  const first = containerizer.wait(launch.containerId);
  assert.deepEqual(await first, { status: 0 });
  assert.equal(await containerizer.wait(launch.containerId), await first);
  await assert.rejects(containerizer.wait(launchIn(root, shell("")).containerId), {
    code: "UNKNOWN_CONTAINER",
  });
});

test("arguments are handed on as they are when there is no shell", async (t) => {
  const { root, containerizer } = await stage(t);
  const launch = launchIn(root, {
    shell: false,
    value: "/bin/sh",
    arguments: ["zero", "-c", 'printf "%s|" "$0" "$@"', "a b", "$HOME", "'\n'"],
  });
  await containerizer.launch(launch);
  await containerizer.wait(launch.containerId);
  assert.equal(readFileSync(join(launch.directory, "stdout"), "utf8"), "a b|$HOME|'\n'|");
});

test("an executor that cannot be executed says so in its end", async (t) => {
  const { root, containerizer } = await stage(t);
  const launch = launchIn(root, { shell: false, value: "/no/such/executor" });
  await containerizer.launch(launch);
  assert.deepEqual(await containerizer.wait(launch.containerId), {
    status: 1 << 8,
    message: "Failed to execute '/no/such/executor': No such file or directory",
  });
});

test("destroy() ends the whole tree, is idempotent, and knows no strangers", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const script =
    "trap '' TERM; sleep 300 & echo $! >one; setsid sh -c 'sleep 300 & echo $! >two; wait' & wait";
  const launch = launchIn(root, shell(script));
  await containerizer.launch(launch);
  const pids = await until("both children", () => {
    const read = (name: string): number => {
      const path = join(launch.directory, name);
      return existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
    };
    const both = [read("one"), read("two")];
    return both.includes(0) ? undefined : both;
  });
  const id = launch.containerId;
  await Promise.all([containerizer.destroy(id), containerizer.destroy(id)]);
  assert.deepEqual(await containerizer.wait(id), { status: 9 });
  assert.deepEqual(pids.filter(isAlive), []);
  assert.deepEqual(containersOnDisk(options), []);
  await containerizer.destroy(id);
});

test("destroy() ends a container whose runtime directory was deleted under it", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const launch = launchIn(root, shell("sleep 300 & echo $! >child; wait"));
  await containerizer.launch(launch);
  const child = await until("its child", () => {
    const path = join(launch.directory, "child");
    return existsSync(path) ? Number(readFileSync(path, "utf8")) || undefined : undefined;
  });
  rmSync(options.runtimeDir, { recursive: true });
  await containerizer.destroy(launch.containerId);
  const { status } = await containerizer.wait(launch.containerId);
  assert.equal(status, undefined, "nobody could record it");
  assert.equal(isAlive(child), false);
  assert.deepEqual(containerizer.containers(), []);
});

test("destroy() in the middle of a launch fails the launch, and nothing is left", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const silent = createServer(() => {});
  t.after(() => silent.closeAllConnections());
  t.after(() => silent.close());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const asked = once(silent, "request");
  const uris = [{ value: `http://127.0.0.1:${port}/never` }];
  const launch = launchIn(root, { ...shell("exit 0"), uris });
  const launched = assert.rejects(containerizer.launch(launch), { code: "CONTAINER_DESTROYED" });
  await asked;
  await containerizer.destroy(launch.containerId);
  await launched;
  const end = await containerizer.wait(launch.containerId);
  assert.match(end.message ?? "", /destroyed while being launched/);
  assert.deepEqual(containersOnDisk(options), []);
});

test("destroy() at any moment of a launch leaves nothing behind", async (t) => {
  const { root, options, containerizer } = await stage(t);
  for (let turns = 0; turns < 24; turns += 1) {
    const kind = turns % 2 === 0 ? "process" : "hosted";
    const launch = launchIn(root, shell("sleep 300"), { kind });
    const launched = containerizer.launch(launch).then(
      () => "launched",
      (error: CodedError) => error.code,
    );
    for (let turn = 0; turn < turns; turn += 1) await setImmediate();
    await containerizer.destroy(launch.containerId);
    assert.ok(["launched", "CONTAINER_DESTROYED"].includes(await launched), await launched);
    await containerizer.wait(launch.containerId);
  }
  assert.deepEqual(containersOnDisk(options), []);
  assert.deepEqual(
    readProcesses().filter(({ pid }) =>
      commandLineOfProcess(pid).some((word) => word.startsWith(root)),
    ),
    [],
  );
});

test("forked.pid is written for the agent's checkpoints", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const checkpointPidPath = join(root, "meta", "pids", "forked.pid");
  const own = launchIn(root, shell("exec sleep 300"), { checkpointPidPath });
  await containerizer.launch(own);
  const pid = readFileSync(checkpointPidPath, "utf8");
  assert.equal(Number(pid), (await containerizer.status(own.containerId)).executor_pid);
  const hosted = launchIn(root, shell("exit 0"), { checkpointPidPath, kind: "hosted" });
  await containerizer.launch(hosted);
  assert.equal(Number(readFileSync(checkpointPidPath, "utf8")), hostPidOf(options.runtimeDir));
});

test("an unknown user and a taken id fail the launch with a sentence", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const stranger = launchIn(root, shell("exit 0"), { user: "no-such-user-here" });
  await assert.rejects(containerizer.launch(stranger), {
    code: "UNKNOWN_USER",
    message: "Failed to get the uid of user 'no-such-user-here': not found",
  });
  assert.match((await containerizer.wait(stranger.containerId)).message ?? "", /no-such-user-here/);
  assert.deepEqual(containersOnDisk(options), []);
  const launch = launchIn(root, shell("sleep 300"));
  await containerizer.launch(launch);
  await assert.rejects(containerizer.launch(launch), { code: "CONTAINER_EXISTS" });
  await containerizer.destroy(launch.containerId);
});

test("usage() and status() speak of the running container under Mesos's names", async (t) => {
  const { root, containerizer } = await stage(t);
  const launch = launchIn(root, shell("echo there > there; sleep 300"));
  await containerizer.launch(launch);
  // Before it is executed it has a pid, and no memory of its own.
  await untilTrue("it to run", () => existsSync(join(launch.directory, "there")));
  const status = await until("its pid", async () => {
    const now = await containerizer.status(launch.containerId);
    return now.executor_pid === undefined ? undefined : now;
  });
  assert.deepEqual(status.container_id, { value: launch.containerId });
  assert.equal(isAlive(status.executor_pid ?? 0), true);
  const usage = await until("its memory", async () => {
    const now = await containerizer.usage(launch.containerId);
    return (now.mem_rss_bytes ?? 0) > 0 ? now : undefined;
  });
  assert.equal(usage.cpus_soft_limit, 0.5);
  assert.equal(usage.mem_limit_bytes, 64 * 1024 * 1024);
  assert.equal(usage.mem_soft_limit_bytes, 64 * 1024 * 1024);
  assert.ok((usage.cpus_user_time_secs ?? -1) >= 0);
  await containerizer.update(launch.containerId, scalars({ cpus: 1, mem: 128 }));
  assert.equal((await containerizer.usage(launch.containerId)).cpus_soft_limit, 1);
  await containerizer.destroy(launch.containerId);
  await assert.rejects(containerizer.usage(launch.containerId), { code: "UNKNOWN_CONTAINER" });
});

test("close() lets go; another containerizer finds what still runs, and what ended meanwhile", async (t) => {
  const root = temporaryDirectory(t);
  const options = optionsIn(root);
  const first = await createContainerizer(options);
  const living = launchIn(root, shell("until [ -e go ]; do sleep 0.01; done; exit 6"));
  const dying = launchIn(root, shell("until [ -e ../die ]; do sleep 0.01; done; exit 3"));
  await first.launch(living);
  await first.launch(dying);
  const pid = await until("its pid", async () => {
    return (await first.status(living.containerId)).executor_pid;
  });
  await first.close();
  writeFileSync(join(root, "sandboxes", "die"), "");
  const second = await openContainerizer(t, options);
  assert.deepEqual(second.containers(), []);
  const never = asId<ContainerId>("never-there");
  const unknown = await second.recover([living.containerId, dying.containerId, never]);
  assert.deepEqual(
    [...unknown],
    [[never, { message: "Abnormal executor termination: unknown container" }]],
  );
  assert.ok(second.containers().includes(living.containerId));
  assert.equal(isAlive(pid), true);
  assert.deepEqual(await second.wait(dying.containerId), { status: 3 << 8 });
  writeFileSync(join(living.directory, "go"), "");
  assert.deepEqual(await second.wait(living.containerId), { status: 6 << 8 });
  assert.deepEqual(containersOnDisk(options), []);
});

test("recover() ends what the agent does not know, and what was left half made", async (t) => {
  const root = temporaryDirectory(t);
  const options = optionsIn(root);
  const first = await createContainerizer(options);
  const orphan = launchIn(root, shell("sleep 300"));
  await first.launch(orphan);
  const pid = await until("its pid", async () => {
    return (await first.status(orphan.containerId)).executor_pid;
  });
  await first.close();
  const containers = join(options.runtimeDir, "containers");
  mkdirSync(join(containers, "half-made"));
  mkdirSync(join(containers, "torn"));
  writeFileSync(join(containers, "torn", "container.json"), '{"containerId":');
  const second = await openContainerizer(t, options);
  await second.recover([]);
  assert.equal(isAlive(pid), false);
  assert.deepEqual(containersOnDisk(options), []);
  assert.deepEqual(second.containers(), []);
});

test("recover() touches nothing where another agent runs", async (t) => {
  const root = temporaryDirectory(t);
  const options = optionsIn(root);
  const first = await openContainerizer(t, options);
  await first.recover([]);
  const launch = launchIn(root, shell("sleep 300"));
  await first.launch(launch);
  const second = await createContainerizer(options);
  await assert.rejects(second.recover([]), {
    code: "RUNTIME_DIR_IN_USE",
    message: /--runtime_dir/,
  });
  await second.close();
  const pid = await until("its pid", async () => {
    return (await first.status(launch.containerId)).executor_pid;
  });
  assert.equal(isAlive(pid), true);
});

test("recover() signals nothing of an earlier boot", async (t) => {
  const root = temporaryDirectory(t);
  const options = optionsIn(root);
  const first = await createContainerizer(options);
  const launch = launchIn(root, shell("sleep 300"));
  await first.recover([]);
  await first.launch(launch);
  const pid = await until("its pid", async () => {
    return (await first.status(launch.containerId)).executor_pid;
  });
  await first.close();
  t.after(() => process.kill(pid, "SIGKILL"));
  // As if the process were somebody else's, who has got the same number after a reboot.
  writeFileSync(join(options.runtimeDir, "boot_id"), "another boot");
  const second = await createContainerizer(options);
  const unknown = await second.recover([launch.containerId]);
  assert.match(unknown.get(launch.containerId)?.message ?? "", /rebooted/);
  assert.equal(isAlive(pid), true);
  assert.deepEqual(containersOnDisk(options), []);
  await second.close();
});

test("a hosted container is the host's to start and end", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const launch = launchIn(root, shell("exit 0"), { kind: "hosted" });
  await containerizer.launch(launch);
  const record = join(options.runtimeDir, "containers", launch.containerId, "container.json");
  assert.equal(statSync(record).mode & 0o777, 0o600);
  assert.equal(JSON.parse(readFileSync(record, "utf8")).kind, "hosted");
  await containerizer.destroy(launch.containerId);
  assert.deepEqual(await containerizer.wait(launch.containerId), { status: 9 });
  assert.deepEqual(containersOnDisk(options), []);
});

test("a launch that waits for a host which does not come up can be given up", async (t) => {
  const { root, options, containerizer } = await stage(t, {
    executorHost: { command: ["/bin/false"] },
  });
  const launch = launchIn(root, shell("exit 0"), { kind: "hosted" });
  const launched = assert.rejects(containerizer.launch(launch), { code: "CONTAINER_DESTROYED" });
  await untilTrue("the launch to be under way", () => containersOnDisk(options).length === 1);
  await containerizer.destroy(launch.containerId);
  await launched;
  assert.deepEqual(containersOnDisk(options), []);
});

test("a host that dies is replaced, and the container it hosted can still be ended", async (t) => {
  const { root, options, containerizer } = await stage(t);
  const launch = launchIn(root, shell("exit 0"), { kind: "hosted" });
  await containerizer.launch(launch);
  const first = hostPidOf(options.runtimeDir);
  process.kill(first, "SIGKILL");
  await untilTrue("another host", () => ![0, first].includes(hostPidOf(options.runtimeDir)));
  await containerizer.destroy(launch.containerId);
  assert.deepEqual(await containerizer.wait(launch.containerId), { status: 9 });
});
