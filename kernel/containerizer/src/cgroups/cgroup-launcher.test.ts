import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { detectCgroupMounts, readProcess } from "@tavola/host";
import type { Containerizer } from "../containerizer.ts";
import type { ContainerizerOptions } from "../create-containerizer.ts";
import { commandLineOfProcess } from "../process-place.ts";
import {
  containersOnDisk,
  launchIn,
  openContainerizer,
  optionsIn,
  scalars,
  shell,
} from "../testing/containerizers.ts";
import { shimForms, shimOrSkip } from "../testing/shims.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { until, untilTrue } from "../testing/until.ts";

const megabyte = 1024 * 1024;
const mounts = detectCgroupMounts();

interface Stage {
  readonly root: string;
  readonly options: ContainerizerOptions;
  readonly containerizer: Containerizer;
  /** Folder of a container's cgroup in a hierarchy of version 1. */
  cgroup(controller: string, id: string): string;
}

/** Skips, saying why, without root or the controllers. Nothing may be left in any hierarchy afterwards. */
async function stage(
  t: TestContext,
  more: Partial<ContainerizerOptions> = {},
): Promise<Stage | undefined> {
  const needed = ["freezer", "cpu", "cpuacct", "memory"];
  if (process.getuid?.() !== 0 || needed.some((each) => !mounts.v1.has(each))) {
    t.skip("needs root and cgroups of version 1");
    return undefined;
  }
  const root = temporaryDirectory(t);
  const { launcher: _, ...options } = optionsIn(root, { ...more });
  const containerizer = await openContainerizer(t, options);
  t.after(() => {
    for (const mount of [...mounts.v1.values(), mounts.v2 ?? "/nowhere"]) {
      assert.equal(existsSync(join(mount, options.cgroupsRoot ?? "")), false, `left in ${mount}`);
    }
  });
  return {
    root,
    options,
    containerizer,
    cgroup: (controller, id) =>
      join(mounts.v1.get(controller) ?? "", options.cgroupsRoot ?? "", id),
  };
}

function read(...path: readonly string[]): string {
  return readFileSync(join(...path), "utf8").trim();
}

test("as root with cgroups v1: shares and limits are those of the resources, at launch and later", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const { containerizer, root, cgroup } = set;
  const launch = launchIn(root, shell("sleep 300"), { resources: scalars({ cpus: 0.5, mem: 64 }) });
  const id = launch.containerId;
  await containerizer.launch(launch);
  const memory = cgroup("memory", id);
  assert.equal(read(cgroup("cpu", id), "cpu.shares"), "512");
  assert.equal(read(memory, "memory.limit_in_bytes"), String(64 * megabyte));
  assert.equal(read(memory, "memory.soft_limit_in_bytes"), String(64 * megabyte));
  await containerizer.update(id, scalars({ cpus: 2, mem: 128 }));
  assert.equal(read(cgroup("cpu", id), "cpu.shares"), "2048");
  assert.equal(read(memory, "memory.limit_in_bytes"), String(128 * megabyte));
  await containerizer.update(id, scalars({ cpus: 2, mem: 48 }));
  assert.equal(read(memory, "memory.soft_limit_in_bytes"), String(48 * megabyte));
  assert.equal(read(memory, "memory.limit_in_bytes"), String(128 * megabyte), "never lowered");
  await containerizer.destroy(id);
  assert.equal(existsSync(memory), false);
});

for (const form of shimForms) {
  test(`as root with cgroups v1: the process is in every cgroup, its ${form} shim in none`, async (t) => {
    if ((await shimOrSkip(t, form)) === undefined) return;
    const set = await stage(t, { cgroupsEnableCfs: true, shimForms: [form] });
    if (set === undefined) return;
    const { containerizer, root, cgroup } = set;
    const launch = launchIn(root, shell("exec sleep 300"));
    const id = launch.containerId;
    await containerizer.launch(launch);
    const pid = await until("its pid", async () => (await containerizer.status(id)).executor_pid);
    // Until then a shell shim has helpers of its own in there.
    await untilTrue("it to be executed", () => commandLineOfProcess(pid)[0] === "sleep");
    for (const controller of ["freezer", "cpu", "cpuacct", "memory"]) {
      assert.equal(read(cgroup(controller, id), "cgroup.procs"), String(pid), controller);
    }
    const shim = readProcess(pid)?.parent;
    assert.equal(read("/proc", String(shim), "cgroup").includes(id), false);
    assert.equal(read(cgroup("cpu", id), "cpu.cfs_quota_us"), "50000");
    const usage = await containerizer.usage(id);
    assert.deepEqual(
      [usage.processes, usage.threads, usage.cpus_limit, usage.mem_limit_bytes],
      [1, 1, 0.5, 64 * megabyte],
    );
    for (const name of [
      "cpus_user_time_secs",
      "cpus_system_time_secs",
      "cpus_nr_periods",
      "cpus_nr_throttled",
      "cpus_throttled_time_secs",
      "mem_total_bytes",
      "mem_rss_bytes",
      "mem_cache_bytes",
      "timestamp",
    ] as const) {
      assert.equal(typeof usage[name], "number", name);
    }
    await containerizer.destroy(id);
  });
}

test("as root with cgroups v1: a container above its memory limit fails, saying limit and usage", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const { containerizer, root, options } = set;
  const launch = launchIn(root, shell("head -c 200m /dev/zero | tail"), {
    resources: scalars({ cpus: 0.5, mem: 32 }),
  });
  await containerizer.launch(launch);
  const end = await containerizer.wait(launch.containerId);
  assert.equal(end.state, "TASK_FAILED");
  assert.equal(end.reason, "REASON_CONTAINER_LIMITATION_MEMORY");
  const [line, , title] = end.message?.split("\n") ?? [];
  assert.equal(line, "Memory limit exceeded: Requested: 32MB Maximum Used: 32MB");
  assert.equal(title, "MEMORY STATISTICS: ");
  assert.match(end.message ?? "", /\ntotal_rss \d+\n/);
  assert.deepEqual(end.limitation, { resources: scalars({ mem: 32 }) });
  assert.deepEqual(containersOnDisk(options), []);
});

test("as root with cgroups v1: what survives when one of its processes is killed for memory is ended too", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const { containerizer, root } = set;
  const script = "(head -c 200m /dev/zero | tail); echo on; sleep 300";
  const launch = launchIn(root, shell(script), { resources: scalars({ cpus: 0.5, mem: 32 }) });
  await containerizer.launch(launch);
  const end = await containerizer.wait(launch.containerId);
  assert.equal(end.reason, "REASON_CONTAINER_LIMITATION_MEMORY");
  assert.equal(end.status, 9);
});

test("as root with cgroups v1: destroy() ends what forks faster than it is killed", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const { containerizer, root, options } = set;
  // Ten chains, each of processes that leave one more, in a session of its own, and go.
  const launch = launchIn(
    root,
    shell("for n in 1 2 3 4 5 6 7 8 9 0; do sh ./hop; done; sleep 300"),
  );
  writeFileSync(join(launch.directory, "hop"), "echo $$ >>hops\nsetsid sh ./hop &\n");
  await containerizer.launch(launch);
  await until("some hops", () => {
    const path = join(launch.directory, "hops");
    const hops = existsSync(path) ? read(path).split("\n").length : 0;
    return hops > 100 ? hops : undefined;
  });
  await containerizer.destroy(launch.containerId);
  assert.equal((await containerizer.wait(launch.containerId)).status, 9);
  assert.deepEqual(containersOnDisk(options), []);
});

for (const form of shimForms) {
  test(`as root with a cgroup v2 mount: ${form} shim's processes are found and killed by the cgroup`, async (t) => {
    if ((await shimOrSkip(t, form)) === undefined) return;
    if (process.getuid?.() !== 0 || mounts.v2 === undefined)
      return t.skip("needs root and cgroup2");
    const root = temporaryDirectory(t);
    const options = optionsIn(root, {
      launcher: "linux",
      isolation: "posix/cpu,posix/mem",
      cgroupsHierarchy: mounts.v2,
      shimForms: [form],
    });
    const containerizer = await openContainerizer(t, options);
    const launch = launchIn(root, shell("setsid sleep 300 & setsid sleep 300 & wait"));
    const id = launch.containerId;
    await containerizer.launch(launch);
    const cgroup = join(mounts.v2, options.cgroupsRoot ?? "", id);
    await until("three processes", () =>
      read(cgroup, "cgroup.procs").split("\n").length === 3 ? true : undefined,
    );
    const usage = await containerizer.usage(id);
    assert.equal(usage.processes, 3);
    assert.ok((usage.mem_rss_bytes ?? 0) > 0);
    await containerizer.destroy(id);
    assert.equal((await containerizer.wait(id)).status, 9);
    assert.equal(existsSync(cgroup), false);
  });
}
